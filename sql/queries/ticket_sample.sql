-- The next record with a known value. ?1 source, ?2 partition, ?3 from offset
SELECT offset, coalesce(record_unix_ms, -1), value_hash FROM ticket
WHERE source = ?1 AND partition = ?2 AND offset >= ?3 AND value_hash IS NOT NULL
ORDER BY offset LIMIT 1;
