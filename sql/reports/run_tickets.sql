-- Tickets of each run. ?1 JSON list of run numbers, NULL = all. Columns: run, tickets with a
-- result, of them reused, dead, skipped, pending.
SELECT t.run, sum(t.state = 1), sum(r.reused_source IS NOT NULL), sum(t.state = 2),
       sum(t.state = 3), sum(t.state = 0)
FROM ticket t LEFT JOIN result r USING (source, partition, offset)
WHERE t.run IS NOT NULL AND (?1 IS NULL OR t.run IN (SELECT value FROM json_each(?1)))
GROUP BY t.run;
