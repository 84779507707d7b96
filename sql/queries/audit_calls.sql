-- Calls by state, and whether this run made them, with cost, tokens and the cost
-- of shadow and guard calls. ?1 run
SELECT state, run = ?1, count(*), coalesce(sum(cost_pusd), 0), sum(input_tokens),
       sum(cached_tokens), sum(output_tokens),
       coalesce(sum(iif(purpose > 3, cost_pusd, 0)), 0)
FROM call GROUP BY 1, 2;
