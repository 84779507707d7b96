-- The results of a source in the order of the input, with everything their records say. ?1 source.
-- Columns: partition, offset, seq, ticket id, language, content hash, flags of the ticket, attempts,
-- input, cached, output tokens, cost, unknown cost, category, confidence, summary, flags of the
-- result, needs review, reused, classified (Unix us), call id, model, provider, tier, version of
-- the prompt, run id
SELECT t.partition, t.offset, t.seq, t.ticket_id, t.language, t.content_hash, t.flags, t.attempts,
       t.input_tokens, t.cached_tokens, t.output_tokens, t.cost_pusd, t.cost_unknown_pusd,
       r.category, r.confidence_ppm, r.summary, r.flags, r.needs_review,
       r.reused_offset IS NOT NULL, r.classified_unix_us, c.call_id, c.model, c.provider, c.tier,
       p.version, u.run_id
FROM ticket t JOIN result r USING (source, partition, offset)
  JOIN call c ON c.call = r.call JOIN prompt p ON p.prompt = c.prompt JOIN run u ON u.run = t.run
WHERE t.source = ?1 AND t.state = 1
ORDER BY t.partition, t.offset;
