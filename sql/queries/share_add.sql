-- A ticket's part of a call. ?1 source, ?2 partition, ?3 offset, ?4 call, ?5 outcome, ?6 input,
-- ?7 cached, ?8 output tokens, ?9 cost (picodollars or NULL), ?10 raw item or NULL,
-- ?11 place in the pack or NULL
INSERT INTO share (source, partition, offset, call, outcome, input_tokens, cached_tokens,
                   output_tokens, cost_pusd, raw_item, slot)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11);
