-- What redaction found in tickets, by kind. Columns: kind (NULL: any of them), tickets, places.
SELECT NULL, count(*), 0 FROM chosen_ticket WHERE redacted IS NOT NULL
UNION ALL
SELECT e.key, count(*), sum(e.value) FROM chosen_ticket t, json_each(t.redacted) e
WHERE t.redacted IS NOT NULL
GROUP BY e.key;
