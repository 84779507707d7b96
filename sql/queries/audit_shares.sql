-- Sum of the shares in calls of the runs behind the last one whose books were found straight,
-- picodollars. ?1 that run
SELECT coalesce(sum(cost_pusd), 0) FROM run_share WHERE of_run > ?1;
