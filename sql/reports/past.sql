-- Calls whose rows were pruned. No parameters; columns: UTC month, provider, model, purpose, state,
-- calls, tokens (input, cached, output), picodollars.
SELECT month, provider, model, purpose, state, calls, input_tokens, cached_tokens, output_tokens,
       cost_pusd
FROM past ORDER BY month;
