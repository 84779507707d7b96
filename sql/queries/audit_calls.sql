-- Calls in one pass that keeps nothing: sent, answered, failed, unknown; picodollars of answered ones
-- and reservations of unknown ones, of all and of this run; this run's shadow and guard calls,
-- picodollars; this run's input, cached and output tokens. ?1 run
SELECT coalesce(sum(state = 0), 0), coalesce(sum(state = 1), 0), coalesce(sum(state = 2), 0),
       coalesce(sum(state = 3), 0), coalesce(sum(iif(state = 1, cost_pusd, 0)), 0),
       coalesce(sum(iif(state = 3, cost_pusd, 0)), 0),
       coalesce(sum(iif(state = 1 AND run = ?1, cost_pusd, 0)), 0),
       coalesce(sum(iif(state = 3 AND run = ?1, cost_pusd, 0)), 0),
       coalesce(sum(iif(state = 1 AND run = ?1 AND purpose > 3, cost_pusd, 0)), 0),
       coalesce(sum(iif(run = ?1, input_tokens, 0)), 0),
       coalesce(sum(iif(run = ?1, cached_tokens, 0)), 0),
       coalesce(sum(iif(run = ?1, output_tokens, 0)), 0)
FROM call;
