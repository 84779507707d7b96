-- How many tickets with a result cost how much, for exact percentiles; reused ones cost 0,
-- unpriced ones are left out. ?1 JSON list of run numbers, NULL = all. Columns: picodollars,
-- tickets; ascending.
SELECT t.cost_pusd, count(*)
FROM ticket t JOIN result r USING (source, partition, offset)
WHERE t.state = 1 AND r.flags & 16 = 0
  AND (?1 IS NULL OR t.run IN (SELECT value FROM json_each(?1)))
GROUP BY t.cost_pusd ORDER BY t.cost_pusd;
