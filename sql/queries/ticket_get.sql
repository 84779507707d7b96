-- What is known of a ticket. ?1 source, ?2 partition, ?3 offset
SELECT state, flags, attempts, unknowns, input_tokens, cached_tokens, output_tokens, cost_pusd,
       cost_unknown_pusd, reason, seq, run, ticket_id, language, content_hash, reuse_key
FROM ticket WHERE source = ?1 AND partition = ?2 AND offset = ?3;
