-- Tickets by the route they took; tombstones and those of an earlier ledger took none. Columns:
-- route, tickets with a result, reused, need review, unpriced, sum of confidences (millionths),
-- cost (picodollars), dead letters, pending, tokens input, output.
SELECT t.route, sum(t.state = 1), sum(r.reused_source IS NOT NULL), coalesce(sum(r.needs_review), 0),
       sum(r.call IS NOT NULL AND r.flags & 16 <> 0), coalesce(sum(r.confidence_ppm), 0),
       sum(iif(t.state = 1, t.cost_pusd, 0)), sum(t.state = 2), sum(t.state = 0),
       sum(iif(t.state = 1, t.input_tokens, 0)), sum(iif(t.state = 1, t.output_tokens, 0))
FROM chosen_ticket t LEFT JOIN result r USING (source, partition, offset)
WHERE t.state <= 2
GROUP BY t.route;
