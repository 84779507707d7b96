-- A call's effect on a ticket. ?1 source, ?2 partition, ?3 offset, ?4 state, ?5 flags,
-- ?6 attempts, ?7 unknowns, ?8 reason, ?9 seq or NULL, ?10 run, ?11 input, ?12 cached,
-- ?13 output tokens, ?14 cost, ?15 unknown cost (picodollars)
UPDATE ticket
SET state = ?4, flags = ?5, attempts = ?6, unknowns = ?7, reason = ?8, seq = ?9, run = ?10,
    input_tokens = ?11, cached_tokens = ?12, output_tokens = ?13, cost_pusd = ?14,
    cost_unknown_pusd = ?15
WHERE source = ?1 AND partition = ?2 AND offset = ?3;
