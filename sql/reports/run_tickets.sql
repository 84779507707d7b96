-- Tickets of each run. Columns: run, tickets with a result, of them reused, dead, skipped, pending.
SELECT t.run, sum(t.state = 1), sum(r.reused_source IS NOT NULL), sum(t.state = 2),
       sum(t.state = 3), sum(t.state = 0)
FROM chosen_ticket t LEFT JOIN result r USING (source, partition, offset)
WHERE t.run IS NOT NULL
GROUP BY t.run;
