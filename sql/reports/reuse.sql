-- What reused answers would have cost: the costs of their originals. Columns: reused tickets,
-- picodollars.
SELECT count(*), coalesce(sum(o.cost_pusd), 0)
FROM chosen_ticket t
JOIN result r USING (source, partition, offset)
LEFT JOIN ticket o ON o.source = r.reused_source AND o.partition = r.reused_partition
                  AND o.offset = r.reused_offset
WHERE r.reused_source IS NOT NULL;
