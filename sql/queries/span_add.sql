-- A run meets a partition, or a record before the first it met there. ?1 run, ?2 source,
-- ?3 partition, ?4 offset
INSERT INTO span (run, source, partition, from_offset) VALUES (?1, ?2, ?3, ?4)
ON CONFLICT DO UPDATE SET from_offset = min(from_offset, excluded.from_offset);
