-- The newest answer that may be taken for a copy. ?1 reuse key, ?2 oldest allowed (Unix us)
SELECT r.source, r.partition, r.offset, r.category, r.confidence_ppm, r.summary, r.flags,
       r.low_confidence, r.call, c.call_id, c.model, c.provider, c.tier, p.version
FROM result r JOIN call c ON c.call = r.call JOIN prompt p ON p.prompt = c.prompt
WHERE r.reuse_key = ?1 AND r.classified_unix_us >= ?2
ORDER BY r.classified_unix_us DESC LIMIT 1;
