-- Tickets by the route they took; tombstones and those of an earlier ledger took none. ?1 JSON list
-- of run numbers, NULL = all. Columns: route, tickets with a result, reused, need review, unpriced,
-- sum of confidences (millionths), cost (picodollars), dead letters, pending, tokens input, output.
SELECT t.route, sum(t.state = 1), sum(r.reused_source IS NOT NULL), coalesce(sum(r.needs_review), 0),
       sum(r.call IS NOT NULL AND r.flags & 16 <> 0), coalesce(sum(r.confidence_ppm), 0),
       sum(iif(t.state = 1, t.cost_pusd, 0)), sum(t.state = 2), sum(t.state = 0),
       sum(iif(t.state = 1, t.input_tokens, 0)), sum(iif(t.state = 1, t.output_tokens, 0))
FROM ticket t LEFT JOIN result r USING (source, partition, offset)
WHERE t.state <= 2 AND (?1 IS NULL OR t.run IN (SELECT value FROM json_each(?1)))
GROUP BY t.route;
