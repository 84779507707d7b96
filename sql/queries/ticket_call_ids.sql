-- Ids of all calls that contained a ticket, oldest first. ?1 source, ?2 partition, ?3 offset
SELECT c.call_id FROM share s JOIN call c ON c.call = s.call
WHERE s.source = ?1 AND s.partition = ?2 AND s.offset = ?3
ORDER BY s.call;
