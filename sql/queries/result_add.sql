-- An answer. ?1 source, ?2 partition, ?3 offset, ?4 category, ?5 confidence (millionths),
-- ?6 summary, ?7 call, ?8 flags, ?9 low confidence, ?10 needs review, ?11 reuse key or NULL,
-- ?12-?14 position of the original or NULL, ?15 now (Unix us)
INSERT INTO result (source, partition, offset, category, confidence_ppm, summary, call, flags,
                    low_confidence, needs_review, reuse_key, reused_source, reused_partition,
                    reused_offset, classified_unix_us)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15);
