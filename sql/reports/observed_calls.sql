-- What recent answered calls of a prompt were like. ?1 prompt version, ?2 how many of the newest
-- calls are looked at. Columns: model, purpose, then of the group: calls, tickets in them, tokens
-- input, cached, output, latency (microseconds, summed), cost (picodollars; unpriced ones at 0).
SELECT model, purpose, count(*), sum(tickets), sum(input_tokens), sum(cached_tokens),
       sum(output_tokens), coalesce(sum(latency_us), 0), coalesce(sum(cost_pusd), 0)
FROM call
WHERE call > (SELECT max(call) FROM call) - ?2 AND state = 1
  AND prompt = (SELECT prompt FROM prompt WHERE version = ?1)
GROUP BY 1, 2;
