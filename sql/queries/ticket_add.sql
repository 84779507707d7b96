-- A record as it is read; nothing happens when it is known. ?1 source, ?2 partition, ?3 offset,
-- ?4 state, ?5 record time (Unix ms or NULL), ?6 value hash, ?7 ticket id, ?8 language,
-- ?9 content hash, ?10 reuse key, ?11 flags, ?12 run, ?13 route or NULL,
-- ?14 redacted or NULL, ?15 customer or NULL
INSERT INTO ticket (source, partition, offset, state, record_unix_ms, value_hash, ticket_id,
                    language, content_hash, reuse_key, flags, run,
                    route, redacted, customer)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15)
ON CONFLICT DO NOTHING;
