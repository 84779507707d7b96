-- What redaction found in tickets, by kind. ?1 JSON list of run numbers, NULL = all. Columns: kind
-- (NULL: any of them), tickets, places.
SELECT NULL, count(*), 0 FROM ticket
WHERE redacted IS NOT NULL AND (?1 IS NULL OR run IN (SELECT value FROM json_each(?1)))
UNION ALL
SELECT e.key, count(*), sum(e.value) FROM ticket t, json_each(t.redacted) e
WHERE t.redacted IS NOT NULL AND (?1 IS NULL OR t.run IN (SELECT value FROM json_each(?1)))
GROUP BY e.key;
