-- Calls by state, and whether this run made them, with cost and tokens. ?1 run
SELECT state, run = ?1, count(*), coalesce(sum(cost_pusd), 0), sum(input_tokens),
       sum(cached_tokens), sum(output_tokens)
FROM call GROUP BY 1, 2;
