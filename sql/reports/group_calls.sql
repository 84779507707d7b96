-- All calls by run, purpose and end, for what no ticket has a share of. Columns: run, purpose, state,
-- calls, picodollars of those that have a price; in that order. No parameters.
SELECT run, purpose, state, count(*), coalesce(sum(cost_pusd), 0) FROM chosen_call
GROUP BY run, purpose, state ORDER BY run, purpose, state;
