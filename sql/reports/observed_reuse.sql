-- How many of the recent results were taken from an earlier answer. ?1 how many of the newest
-- offsets of each partition are looked at. Columns: results, of them reused.
WITH RECURSIVE part(source, partition) AS (
    SELECT * FROM (SELECT source, partition FROM result ORDER BY 1, 2 LIMIT 1)
    UNION ALL
    SELECT next.source, next.partition
    FROM part, result AS next
    WHERE (next.source, next.partition, next.offset) = (
        SELECT r.source, r.partition, r.offset FROM result AS r
        WHERE (r.source, r.partition) > (part.source, part.partition)
        ORDER BY r.source, r.partition LIMIT 1)
)
SELECT count(*), coalesce(sum(r.reused_source IS NOT NULL), 0)
FROM part
CROSS JOIN result AS r ON r.source = part.source AND r.partition = part.partition
    AND r.offset > (SELECT max(x.offset) FROM result AS x
                    WHERE x.source = part.source AND x.partition = part.partition) - ?1;
