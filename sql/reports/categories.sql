-- Results by category. Columns: category, tickets, reused, need review, unpriced, cost
-- (picodollars), tokens input, cached, output, sum of confidences (millionths).
SELECT r.category, count(*), sum(r.reused_source IS NOT NULL), sum(r.needs_review),
       sum(r.flags & 16 <> 0), sum(t.cost_pusd), sum(t.input_tokens), sum(t.cached_tokens),
       sum(t.output_tokens), sum(r.confidence_ppm)
FROM chosen_ticket t JOIN result r USING (source, partition, offset)
GROUP BY r.category ORDER BY r.category;
