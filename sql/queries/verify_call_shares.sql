-- Calls whose shares are not exactly its tickets, or do not sum to its cost. No parameters;
-- columns: the finding
SELECT format('call %s: cost %s over %d tickets, but %d shares sum to %s', c.call_id,
              coalesce(c.cost_pusd, 'unpriced'), c.tickets, coalesce(s.shares, 0),
              coalesce(s.cost_pusd, 'unpriced'))
FROM call c LEFT JOIN (SELECT call, count(*) AS shares, count(cost_pusd) AS priced,
                              sum(cost_pusd) AS cost_pusd
                       FROM share GROUP BY call) s ON s.call = c.call
WHERE c.run > coalesce((SELECT value FROM meta WHERE name = 'rows_run'), 0) -- else being pruned
  AND CASE WHEN c.state = 0 THEN s.shares IS NOT NULL
           WHEN c.tickets = 0 THEN s.shares IS NOT NULL OR c.cost_pusd IS NOT 0
           ELSE s.shares IS NOT c.tickets OR s.cost_pusd IS NOT c.cost_pusd
                OR s.priced <> iif(c.cost_pusd IS NULL, 0, c.tickets) END
LIMIT 20;
