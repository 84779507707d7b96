-- What reused answers would have cost: the costs of their originals. ?1 JSON list of run numbers,
-- NULL = all. Columns: reused tickets, picodollars.
SELECT count(*), coalesce(sum(o.cost_pusd), 0)
FROM result r
JOIN ticket t USING (source, partition, offset)
LEFT JOIN ticket o ON o.source = r.reused_source AND o.partition = r.reused_partition
                  AND o.offset = r.reused_offset
WHERE r.reused_source IS NOT NULL AND (?1 IS NULL OR t.run IN (SELECT value FROM json_each(?1)));
