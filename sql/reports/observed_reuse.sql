-- How many of the recent results were taken from an earlier answer. ?1 how many of the newest
-- offsets of each partition are looked at. Columns: results, of them reused.
WITH RECURSIVE src(source) AS (
    SELECT min(source) FROM result
    UNION ALL
    SELECT (SELECT min(r.source) FROM result AS r WHERE r.source > src.source)
    FROM src WHERE src.source IS NOT NULL
),
part(source, partition) AS (
    SELECT src.source, (SELECT min(r.partition) FROM result AS r WHERE r.source = src.source)
    FROM src WHERE src.source IS NOT NULL
    UNION ALL
    SELECT part.source, (SELECT min(r.partition) FROM result AS r
                         WHERE r.source = part.source AND r.partition > part.partition)
    FROM part WHERE part.partition IS NOT NULL
)
SELECT count(*), coalesce(sum(r.reused_source IS NOT NULL), 0)
FROM part
CROSS JOIN result AS r ON r.source = part.source AND r.partition = part.partition
    AND r.offset > (SELECT max(x.offset) FROM result AS x
                    WHERE x.source = part.source AND x.partition = part.partition) - ?1
WHERE part.partition IS NOT NULL;
