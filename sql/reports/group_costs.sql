-- Shares of calls, summed up by a dimension, run, purpose and end. ?1 dimension: category, model,
-- provider, route, language, customer, anything else = none. Columns: run, group, purpose, state of
-- the call, calls, tokens (input, cached, output), picodollars, shares without a price.
SELECT c.run,
       CASE ?1
           WHEN 'category' THEN CASE t.state WHEN 1 THEN r.category WHEN 2 THEN '(dead letter)'
                                             ELSE '(pending)' END
           WHEN 'model' THEN c.model
           WHEN 'provider' THEN c.provider
           WHEN 'route' THEN coalesce(t.route, '(not known)')
           WHEN 'language' THEN coalesce(t.language, '(not known)')
           WHEN 'customer' THEN coalesce(t.customer, '(none)')
           ELSE '' END AS grp,
       c.purpose, c.state, count(DISTINCT s.call), sum(s.input_tokens), sum(s.cached_tokens),
       sum(s.output_tokens), sum(coalesce(s.cost_pusd, 0)), sum(s.cost_pusd IS NULL)
FROM chosen_share s JOIN call c USING (call)
LEFT JOIN ticket t ON t.source = s.source AND t.partition = s.partition AND t.offset = s.offset
LEFT JOIN result r ON r.source = s.source AND r.partition = s.partition AND r.offset = s.offset
GROUP BY c.run, grp, c.purpose, c.state;
