-- Finished tickets by a dimension and the run that ended them. ?1 dimension as in group_costs.sql;
-- model and provider are those of the published answer. Columns: run, group, results, of them
-- reused, dead letters.
SELECT t.run,
       CASE ?1
           WHEN 'category' THEN iif(t.state = 1, r.category, '(dead letter)')
           WHEN 'model' THEN coalesce(c.model, '(dead letter)')
           WHEN 'provider' THEN coalesce(c.provider, '(dead letter)')
           WHEN 'route' THEN coalesce(t.route, '(not known)')
           WHEN 'language' THEN coalesce(t.language, '(not known)')
           WHEN 'customer' THEN coalesce(t.customer, '(none)')
           ELSE '' END AS grp,
       sum(t.state = 1), sum(r.reused_source IS NOT NULL), sum(t.state = 2)
FROM chosen_ticket t
LEFT JOIN result r USING (source, partition, offset)
LEFT JOIN call c ON c.call = r.call
WHERE t.state IN (1, 2)
GROUP BY t.run, grp;
