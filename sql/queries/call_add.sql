-- A call is about to be sent. ?1 call id, ?2 run, ?3 purpose, ?4 attempt, ?5 model, ?6 provider,
-- ?7 endpoint, ?8 tier, ?9 prompt number, ?10 price number or NULL, ?11 token cap, ?12 tickets,
-- ?13 reservation (picodollars or NULL), ?14 sent (Unix us), ?15 claims
INSERT INTO call (call_id, run, purpose, state, attempt, model, provider, endpoint, tier, prompt,
                  price, token_cap, tickets, reserved_pusd, sent_unix_us, claims)
VALUES (?1, ?2, ?3, 0, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15);
