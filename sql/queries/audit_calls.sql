-- Calls of the runs behind the last one whose books were found straight: answered, failed, unknown;
-- picodollars of answered ones and reservations of unknown ones, of all and of this run; this run's
-- shadow and guard calls, picodollars; this run's input, cached and output tokens.
-- ?1 that run, ?2 this run
SELECT coalesce(sum(state = 1), 0), coalesce(sum(state = 2), 0), coalesce(sum(state = 3), 0),
       coalesce(sum(iif(state = 1, cost_pusd, 0)), 0),
       coalesce(sum(iif(state = 3, cost_pusd, 0)), 0),
       coalesce(sum(iif(state = 1 AND of_run = ?2, cost_pusd, 0)), 0),
       coalesce(sum(iif(state = 3 AND of_run = ?2, cost_pusd, 0)), 0),
       coalesce(sum(iif(state = 1 AND of_run = ?2 AND purpose > 3, cost_pusd, 0)), 0),
       coalesce(sum(iif(of_run = ?2, input_tokens, 0)), 0),
       coalesce(sum(iif(of_run = ?2, cached_tokens, 0)), 0),
       coalesce(sum(iif(of_run = ?2, output_tokens, 0)), 0)
FROM run_call WHERE of_run > ?1;
