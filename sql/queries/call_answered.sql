-- An answered primary call that contained a ticket. ?1 source, ?2 partition, ?3 offset, ?4 call
SELECT c.call_id, c.model, c.provider, c.tier, p.version, c.flags
FROM share s JOIN call c ON c.call = s.call JOIN prompt p ON p.prompt = c.prompt
WHERE s.source = ?1 AND s.partition = ?2 AND s.offset = ?3 AND s.call = ?4
  AND c.state = 1 AND c.purpose <= 3;
