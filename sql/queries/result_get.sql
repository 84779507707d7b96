-- An answer and where it came from. ?1 source, ?2 partition, ?3 offset
SELECT r.category, r.confidence_ppm, r.summary, r.flags, r.low_confidence, r.call, c.call_id,
       c.model, c.provider, c.tier, p.version
FROM result r JOIN call c ON c.call = r.call JOIN prompt p ON p.prompt = c.prompt
WHERE r.source = ?1 AND r.partition = ?2 AND r.offset = ?3;
