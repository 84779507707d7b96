-- Calls by run, model and how they ended. Columns: run, model, provider, state, cause, purpose,
-- then of the group: calls, tickets in them, cost (picodollars; of unknown ones the reservation),
-- calls without a price, tokens input, cached, written to the cache, output, reasoning; calls whose
-- provider told a cost, the sum of those, and our sum for the same calls; endpoint, tier.
SELECT run, model, provider, state, cause, purpose, count(*), sum(tickets),
       coalesce(sum(cost_pusd), 0), sum(cost_pusd IS NULL), sum(input_tokens), sum(cached_tokens),
       sum(cache_write_tokens), sum(output_tokens), sum(reasoning_tokens),
       count(provider_cost_pusd), coalesce(sum(provider_cost_pusd), 0),
       coalesce(sum(CASE WHEN provider_cost_pusd IS NOT NULL THEN cost_pusd END), 0), endpoint, tier
FROM chosen_call
GROUP BY 1, 2, 3, 4, 5, 6, endpoint, tier;
