-- What a run would cost. ?1 made (Unix us), ?2 tickets, ?3 calls, ?4 cost, ?5 upper bound
-- (picodollars or NULL), ?6 seconds, ?7 basis
INSERT INTO estimate (made_unix_us, tickets, calls, cost_pusd, upper_pusd, seconds, basis)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7);
