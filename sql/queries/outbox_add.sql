-- A terminal record to be published. ?1 seq, ?2 kind, ?3 source, ?4 partition, ?5 offset,
-- ?6 timestamp (Unix ms, -1 = the producer's choice), ?7 now (Unix us), ?8 key, ?9 value,
-- ?10 headers
INSERT INTO outbox (seq, kind, source, partition, offset, timestamp_unix_ms, created_unix_us, key,
                    value, headers)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10);
