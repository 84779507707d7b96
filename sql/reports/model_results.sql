-- Results by the model that gave them, reused ones left out. Columns: model, provider, tickets,
-- tier.
SELECT c.model, c.provider, count(*), c.tier
FROM chosen_ticket t
JOIN result r USING (source, partition, offset)
JOIN call c ON c.call = r.call
WHERE r.reused_source IS NULL
GROUP BY 1, 2, 4;
