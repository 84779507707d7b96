-- Sum of all shares, picodollars.
SELECT coalesce(sum(cost_pusd), 0) FROM share;
