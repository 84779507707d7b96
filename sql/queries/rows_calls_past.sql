-- Adds calls up to one of them to table past. ?1 call
INSERT INTO past (month, provider, model, tier, purpose, state, calls, input_tokens, cached_tokens,
                  output_tokens, cost_pusd)
SELECT strftime('%Y-%m', sent_unix_us / 1000000, 'unixepoch') AS m, provider, model, tier, purpose,
       state, count(*), sum(input_tokens), sum(cached_tokens), sum(output_tokens),
       coalesce(sum(cost_pusd), 0)
FROM call WHERE call <= ?1
GROUP BY m, provider, model, tier, purpose, state
ON CONFLICT DO UPDATE
SET calls = calls + excluded.calls, input_tokens = input_tokens + excluded.input_tokens,
    cached_tokens = cached_tokens + excluded.cached_tokens,
    output_tokens = output_tokens + excluded.output_tokens,
    cost_pusd = cost_pusd + excluded.cost_pusd;
