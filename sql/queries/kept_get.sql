-- The good answer of low confidence that a ticket without a result has. ?1..?3 position, ?4 version
-- of the prompt. Columns: call, item, flags of the call
SELECT s.call, s.raw_item, c.flags
FROM share s JOIN call c USING (call) JOIN prompt p USING (prompt)
WHERE s.source = ?1 AND s.partition = ?2 AND s.offset = ?3 AND s.outcome = 8
  AND s.raw_item IS NOT NULL AND p.version = ?4
ORDER BY s.call DESC LIMIT 1;
