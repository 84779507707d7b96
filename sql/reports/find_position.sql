-- All about one ticket. ?1 source, ?2 partition, ?3 offset. Columns: 0 ticket_id, 1 state,
-- 2 record timestamp (Unix ms), 3 language, 4 content_hash, 5 flags, 6 attempts, 7 unknowns,
-- 8 reason, 9 seq, 10 tokens input, 11 cached, 12 output, 13 cost, 14 cost of unknown calls,
-- 15 run_id, 16 published (0/1), 17 category, 18 confidence (millionths), 19 summary, 20 result's
-- call_id, 21 result's flags, 22 needs_review, 23 name of the original's source, 24 its partition,
-- 25 its offset, 26 classified (Unix microseconds), 27 model, 28 provider, 29 tier,
-- 30 prompt_version, 31 ticket_id of the original, 32 value_hash, 33 route.
SELECT t.ticket_id, t.state, t.record_unix_ms, t.language, t.content_hash, t.flags, t.attempts,
       t.unknowns, t.reason, t.seq, t.input_tokens, t.cached_tokens, t.output_tokens, t.cost_pusd,
       t.cost_unknown_pusd, u.run_id,
       t.seq IS NOT NULL AND t.seq <= (SELECT coalesce(max(value), 0) FROM meta
                                       WHERE name = 'published_seq'),
       r.category, r.confidence_ppm, r.summary, c.call_id, r.flags, r.needs_review, n.name,
       r.reused_partition, r.reused_offset, r.classified_unix_us, c.model, c.provider, c.tier,
       p.version, o.ticket_id, t.value_hash, t.route
FROM ticket t
LEFT JOIN result r USING (source, partition, offset)
LEFT JOIN call c ON c.call = r.call
LEFT JOIN prompt p ON p.prompt = c.prompt
LEFT JOIN run u ON u.run = t.run
LEFT JOIN source n ON n.source = r.reused_source
LEFT JOIN ticket o ON o.source = r.reused_source AND o.partition = r.reused_partition
                  AND o.offset = r.reused_offset
WHERE t.source = ?1 AND t.partition = ?2 AND t.offset = ?3;
