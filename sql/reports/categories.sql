-- Results by category. ?1 JSON list of run numbers, NULL = all. Columns: category, tickets,
-- reused, need review, unpriced, cost (picodollars), tokens input, cached, output, sum of
-- confidences (millionths).
SELECT r.category, count(*), sum(r.reused_source IS NOT NULL), sum(r.needs_review),
       sum(r.flags & 16 <> 0), sum(t.cost_pusd), sum(t.input_tokens), sum(t.cached_tokens),
       sum(t.output_tokens), sum(r.confidence_ppm)
FROM result r JOIN ticket t USING (source, partition, offset)
WHERE ?1 IS NULL OR t.run IN (SELECT value FROM json_each(?1))
GROUP BY r.category ORDER BY r.category;
