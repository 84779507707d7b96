-- Calls that may have been billed, newest first. ?1 JSON list of run numbers, NULL = all; ?2 how
-- many at most. Columns: call_id, sent (Unix microseconds), cause, tickets, reserved
-- (picodollars, NULL = unpriced), model, endpoint.
SELECT call_id, sent_unix_us, cause, tickets, reserved_pusd, model, endpoint
FROM call
WHERE state = 3 AND (?1 IS NULL OR run IN (SELECT value FROM json_each(?1)))
ORDER BY sent_unix_us DESC, call DESC LIMIT ?2;
