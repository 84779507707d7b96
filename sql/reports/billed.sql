-- What calls came to, by UTC day, offer, provider and the model as the provider named it. No
-- parameters; columns: day, model, served model, provider, calls, tokens of answered calls (input,
-- cached, cache write, output), picodollars settled, picodollars reserved for unknown calls, unknown
-- calls, answered calls without a price, picodollars the provider named, calls for which it did.
SELECT strftime('%Y-%m-%d', sent_unix_us / 1000000, 'unixepoch') AS day, model,
       coalesce(served_model, ''), provider, count(*),
       sum(iif(state = 1, input_tokens, 0)), sum(iif(state = 1, cached_tokens, 0)),
       sum(iif(state = 1, cache_write_tokens, 0)), sum(iif(state = 1, output_tokens, 0)),
       sum(iif(state = 1, coalesce(cost_pusd, 0), 0)), sum(iif(state = 3, coalesce(cost_pusd, 0), 0)),
       sum(state = 3), sum(state = 1 AND cost_pusd IS NULL), coalesce(sum(provider_cost_pusd), 0),
       count(provider_cost_pusd)
FROM call WHERE state IN (1, 3)
GROUP BY day, model, served_model, provider ORDER BY day, model;
