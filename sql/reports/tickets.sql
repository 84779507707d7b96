-- Tickets by what became of them. Columns: state, reason, reused (0/1), published (0/1), unpriced
-- (0/1), then of the group: tickets, those that need review, cost and possible cost of unknown
-- calls (picodollars), tokens input, cached, output.
SELECT t.state, t.reason, r.reused_source IS NOT NULL,
       t.seq IS NOT NULL AND t.seq <= (SELECT coalesce(max(value), 0) FROM meta
                                       WHERE name = 'published_seq'),
       coalesce(r.flags, t.flags) & 16 <> 0, count(*), coalesce(sum(r.needs_review), 0),
       sum(t.cost_pusd), sum(t.cost_unknown_pusd), sum(t.input_tokens), sum(t.cached_tokens),
       sum(t.output_tokens)
FROM chosen_ticket t LEFT JOIN result r USING (source, partition, offset)
GROUP BY 1, 2, 3, 4, 5;
