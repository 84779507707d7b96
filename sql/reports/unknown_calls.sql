-- Calls that may have been billed, newest first. ?1 how many at most. Columns: call_id, sent (Unix
-- microseconds), cause, tickets, reserved (picodollars, NULL = unpriced), model, endpoint.
SELECT call_id, sent_unix_us, cause, tickets, reserved_pusd, model, endpoint
FROM chosen_call
WHERE +state = 3 -- + as in run_call
ORDER BY sent_unix_us DESC, call DESC LIMIT ?1;
