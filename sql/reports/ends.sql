-- Tickets that have their end, with all that two runs over the same tickets may differ in. No
-- parameters; columns: source, partition, offset, ticket id, state (1 result, 2 dead), category,
-- confidence, needs review, cost (NULL: a call in it had no price), tokens (input, cached, output),
-- model, version of the prompt.
SELECT s.name, t.partition, t.offset, t.ticket_id, t.state, r.category, r.confidence_ppm,
       r.needs_review, iif(t.flags & 16, NULL, t.cost_pusd), t.input_tokens, t.cached_tokens,
       t.output_tokens, c.model, p.version
FROM ticket t JOIN source s USING (source)
LEFT JOIN result r USING (source, partition, offset)
LEFT JOIN call c USING (call) LEFT JOIN prompt p USING (prompt)
WHERE t.state IN (1, 2);
