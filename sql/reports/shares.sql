-- What answered first, reask, solo and escalate calls gave for their money. ?1 JSON list of run
-- numbers, NULL = all. Columns: outcome of the share, shares, picodollars.
SELECT s.outcome, count(*), coalesce(sum(s.cost_pusd), 0)
FROM call c JOIN share s USING (call)
WHERE c.state = 1 AND c.purpose <= 3
  AND (?1 IS NULL OR c.run IN (SELECT value FROM json_each(?1)))
GROUP BY s.outcome;
