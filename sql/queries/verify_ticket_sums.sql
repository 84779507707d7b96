-- Tickets whose sums are not those of their first, reask, solo and escalate calls. No parameters;
-- columns: the finding
SELECT format('ticket %d/%d/%d: cost %d + %d unknown, tokens %d/%d/%d, but its shares say %d + %d, '
              || '%d/%d/%d', t.source, t.partition, t.offset, t.cost_pusd, t.cost_unknown_pusd,
              t.input_tokens, t.cached_tokens, t.output_tokens, coalesce(s.cost, 0),
              coalesce(s.unknown, 0), coalesce(s.input, 0), coalesce(s.cached, 0),
              coalesce(s.output, 0))
FROM ticket t
LEFT JOIN (SELECT p.source, p.partition, p.offset,
                  sum(iif(c.state = 3, 0, coalesce(p.cost_pusd, 0))) AS cost,
                  sum(iif(c.state = 3, coalesce(p.cost_pusd, 0), 0)) AS unknown,
                  sum(p.input_tokens) AS input, sum(p.cached_tokens) AS cached,
                  sum(p.output_tokens) AS output, sum(p.cost_pusd IS NULL) AS unpriced,
                  sum(c.state = 3) AS unknowns
           FROM share p JOIN call c ON c.call = p.call
           WHERE c.purpose <= 3
           GROUP BY p.source, p.partition, p.offset) s
  ON s.source = t.source AND s.partition = t.partition AND s.offset = t.offset
WHERE t.cost_pusd <> coalesce(s.cost, 0) OR t.cost_unknown_pusd <> coalesce(s.unknown, 0)
   OR t.input_tokens <> coalesce(s.input, 0) OR t.cached_tokens <> coalesce(s.cached, 0)
   OR t.output_tokens <> coalesce(s.output, 0)
   OR ((t.flags & 16) <> 0) <> (coalesce(s.unpriced, 0) > 0) -- bit unpriced
   OR t.unknowns <> coalesce(s.unknowns, 0)
LIMIT 20;
