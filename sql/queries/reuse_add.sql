-- An answer that may be taken for copies; the newest stays. ?1 reuse key, ?2 source, ?3 partition,
-- ?4 offset, ?5 classified (Unix us)
INSERT INTO reuse (reuse_key, source, partition, offset, classified_unix_us)
VALUES (?1, ?2, ?3, ?4, ?5)
ON CONFLICT DO UPDATE
SET source = excluded.source, partition = excluded.partition, offset = excluded.offset,
    classified_unix_us = excluded.classified_unix_us
WHERE excluded.classified_unix_us >= classified_unix_us;
