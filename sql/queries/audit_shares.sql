-- Sum of all shares, those included that were pruned before their calls, picodollars.
SELECT coalesce(sum(cost_pusd), 0)
       + coalesce((SELECT value FROM meta WHERE name = 'fading_pusd'), 0) FROM share;
