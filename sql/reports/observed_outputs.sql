-- Output tokens of recent tickets by model and language, first calls of a prompt only. ?1 prompt
-- version, ?2 how many of the newest offsets of each partition are looked at. Columns: model,
-- language (NULL = not known), tickets, output tokens.
WITH RECURSIVE src(source) AS (
    SELECT min(source) FROM ticket
    UNION ALL
    SELECT (SELECT min(t.source) FROM ticket AS t WHERE t.source > src.source)
    FROM src WHERE src.source IS NOT NULL
),
part(source, partition) AS (
    SELECT src.source, (SELECT min(t.partition) FROM ticket AS t WHERE t.source = src.source)
    FROM src WHERE src.source IS NOT NULL
    UNION ALL
    SELECT part.source, (SELECT min(t.partition) FROM ticket AS t
                         WHERE t.source = part.source AND t.partition > part.partition)
    FROM part WHERE part.partition IS NOT NULL
),
tail AS MATERIALIZED (
    SELECT source, partition,
           (SELECT max(t.offset) FROM ticket AS t
            WHERE t.source = part.source AND t.partition = part.partition) - ?2 AS above
    FROM part WHERE partition IS NOT NULL
)
SELECT c.model, t.language, count(*), sum(s.output_tokens)
FROM tail
CROSS JOIN share AS s ON s.source = tail.source AND s.partition = tail.partition
                     AND s.offset > tail.above
JOIN call AS c ON c.call = s.call
JOIN ticket AS t ON t.source = s.source AND t.partition = s.partition AND t.offset = s.offset
WHERE c.state = 1 AND c.purpose = 0
  AND c.prompt = (SELECT prompt FROM prompt WHERE version = ?1)
GROUP BY 1, 2;
