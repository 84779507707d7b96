-- Sequence numbers given twice, never given, or beyond the last one. ?1 last seq; columns: the
-- finding
SELECT format('seq %d: belongs to %d tickets', seq, count(*))
FROM ticket WHERE seq IS NOT NULL GROUP BY seq HAVING count(*) > 1
UNION ALL
SELECT format('seq %d: beyond the last one given out, %d', seq, ?1)
FROM ticket WHERE seq NOT BETWEEN 1 AND ?1
UNION ALL
SELECT format('of %d sequence numbers given out, tickets hold %d', ?1, count(*))
FROM ticket WHERE seq IS NOT NULL
HAVING count(*) + coalesce((SELECT value FROM meta WHERE name = 'rows_sequences'), 0) <> ?1
LIMIT 20;
