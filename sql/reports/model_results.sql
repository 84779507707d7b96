-- Results by the model that gave them, reused ones left out. ?1 JSON list of run numbers, NULL =
-- all. Columns: model, provider, tickets, tier.
SELECT c.model, c.provider, count(*), c.tier
FROM result r
JOIN ticket t USING (source, partition, offset)
JOIN call c ON c.call = r.call
WHERE r.reused_source IS NULL AND (?1 IS NULL OR t.run IN (SELECT value FROM json_each(?1)))
GROUP BY 1, 2, 4;
