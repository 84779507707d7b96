-- Terminal records above a sequence, in order. ?1 seq
SELECT seq, kind, source, partition, offset, timestamp_unix_ms, key, value, headers
FROM outbox WHERE seq > ?1 ORDER BY seq;
