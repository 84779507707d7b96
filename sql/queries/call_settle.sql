-- A call has ended. ?1 call, ?2 state, ?3 cause, ?4 answered (Unix us or NULL), ?5 latency (us or
-- NULL), ?6-?10 tokens input, cached, cache write, output, reasoning, ?11 cost, ?12 cost by the
-- provider (both picodollars or NULL), ?13 HTTP status, ?14 flags, ?15 finish reason,
-- ?16 served model, ?17 request id, ?18 provider's code, ?19 message, ?20 raw answer
UPDATE call
SET state = ?2, cause = ?3, answered_unix_us = ?4, latency_us = ?5, input_tokens = ?6,
    cached_tokens = ?7, cache_write_tokens = ?8, output_tokens = ?9, reasoning_tokens = ?10,
    cost_pusd = ?11, provider_cost_pusd = ?12, http_status = ?13, flags = ?14,
    finish_reason = ?15, served_model = ?16, request_id = ?17, provider_code = ?18,
    message = ?19, raw_answer = ?20, claims = NULL
WHERE call = ?1 AND state = 0;
