-- What answered first, reask, solo and escalate calls gave for their money. Columns: outcome of the
-- share, shares, picodollars.
SELECT s.outcome, count(*), coalesce(sum(s.cost_pusd), 0)
FROM chosen_share s JOIN call c USING (call)
WHERE c.state = 1 AND c.purpose <= 3
GROUP BY s.outcome;
