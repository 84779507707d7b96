-- Terminal records that are still kept, in order. ?1 from this sequence on. Columns: seq, kind,
-- source, partition, offset, key, value, headers.
SELECT seq, kind, source, partition, offset, key, value, headers
FROM outbox WHERE seq >= ?1 ORDER BY seq;
