-- What came of the tickets of one file. ?1 name of the source. Columns: offset, state, category,
-- confidence (millionths), tokens input, cached, output, cost settled, cost of unknown calls
-- (picodollars).
SELECT t.offset, t.state, r.category, r.confidence_ppm, t.input_tokens, t.cached_tokens,
       t.output_tokens, t.cost_pusd, t.cost_unknown_pusd
FROM source JOIN ticket t USING (source) LEFT JOIN result r USING (source, partition, offset)
WHERE source.name = ?1 ORDER BY t.offset;
