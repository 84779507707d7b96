-- Lowest offset of a partition that is not finished; else one past the highest; else NULL.
-- ?1 source, ?2 partition, ?3 published seq
SELECT coalesce(
    (SELECT offset FROM ticket WHERE source = ?1 AND partition = ?2 AND (state = 0 OR seq > ?3)
     ORDER BY offset LIMIT 1),
    (SELECT offset + 1 FROM ticket WHERE source = ?1 AND partition = ?2
     ORDER BY offset DESC LIMIT 1));
