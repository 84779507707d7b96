-- How many tickets with a result cost how much, for exact percentiles; reused ones cost 0, unpriced
-- ones are left out. Columns: picodollars, tickets; ascending.
SELECT t.cost_pusd, count(*)
FROM chosen_ticket t JOIN result r USING (source, partition, offset)
WHERE t.state = 1 AND r.flags & 16 = 0
GROUP BY t.cost_pusd ORDER BY t.cost_pusd;
