-- Every call that contained a ticket, in order. ?1 source, ?2 partition, ?3 offset. Columns:
-- 0 call_id, 1 purpose, 2 state, 3 cause, 4 attempt, 5 tickets in the pack, 6 model, 7 provider,
-- 8 endpoint, 9 prompt_version, 10 sent (Unix microseconds), 11 latency (microseconds, NULL),
-- 12 http_status, 13 call's flags, 14 finish_reason, 15 request_id, 16 provider_code, 17 message,
-- 18 outcome of the share, 19 its tokens input, 20 cached, 21 output, 22 its cost, 23 raw item,
-- 24 the call's cost, 25 run_id, 26 tier, 27 served_model, 28 its place in
-- the pack, 29 what a shadow or guard call said of it: category, 30 confidence (millionths),
-- 31 category of the result beside it.
-- Calls still in flight have no shares; their claims are looked through.
SELECT c.call_id, c.purpose, c.state, c.cause, c.attempt, c.tickets, c.model, c.provider,
       c.endpoint, p.version, c.sent_unix_us, c.latency_us, c.http_status, c.flags,
       c.finish_reason, c.request_id, c.provider_code, c.message, s.outcome, s.input_tokens,
       s.cached_tokens, s.output_tokens, s.cost_pusd, s.raw_item, c.cost_pusd, u.run_id, c.tier,
       c.served_model, s.slot, m.category, m.confidence_ppm, m.primary_category
FROM (SELECT call FROM share WHERE source = ?1 AND partition = ?2 AND offset = ?3
      UNION
      SELECT call FROM call, json_each(claims)
      WHERE state = 0 AND json_extract(value, '$[0]') = ?1 AND json_extract(value, '$[1]') = ?2
        AND json_extract(value, '$[2]') = ?3) found
JOIN call c USING (call)
LEFT JOIN share s ON s.source = ?1 AND s.partition = ?2 AND s.offset = ?3 AND s.call = c.call
LEFT JOIN comparison m ON m.source = ?1 AND m.partition = ?2 AND m.offset = ?3
                       AND m.call = c.call
LEFT JOIN prompt p ON p.prompt = c.prompt
LEFT JOIN run u ON u.run = c.run
ORDER BY c.call;
