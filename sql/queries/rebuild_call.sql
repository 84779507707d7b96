-- A call that a published record names, still without tickets. ?1 call id, ?2 run, ?3 state,
-- ?4 model, ?5 provider, ?6 tier, ?7 prompt number, ?8 cost and reservation (0, or NULL when
-- unpriced), ?9 time (Unix us)
INSERT INTO call (call_id, run, purpose, state, attempt, model, provider, endpoint, tier, prompt,
                  token_cap, tickets, reserved_pusd, cost_pusd, sent_unix_us, message)
VALUES (?1, ?2, 0, ?3, 1, ?4, ?5, 'rebuilt', ?6, ?7, 0, 0, ?8, ?8, ?9, 'rebuilt from the topics');
