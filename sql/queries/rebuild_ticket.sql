-- A finished record from what was published about it; nothing happens when it is known.
-- ?1 source, ?2 partition, ?3 offset, ?4 state, ?5 ticket id, ?6 language, ?7 content hash,
-- ?8 reuse key, ?9 flags, ?10 attempts, ?11 reason, ?12 seq, ?13 input, ?14 cached, ?15 output
-- tokens, ?16 cost, ?17 unknown cost (picodollars), ?18 run, ?19 unknown calls
INSERT INTO ticket (source, partition, offset, state, ticket_id, language, content_hash, reuse_key,
                    flags, attempts, reason, seq, input_tokens, cached_tokens, output_tokens,
                    cost_pusd, cost_unknown_pusd, run, unknowns)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19)
ON CONFLICT DO NOTHING;
