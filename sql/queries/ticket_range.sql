-- First and last record with a known value of a partition. ?1 source, ?2 partition, ?3 from offset
SELECT (SELECT offset FROM ticket WHERE source = ?1 AND partition = ?2 AND offset >= ?3
          AND value_hash IS NOT NULL ORDER BY offset LIMIT 1),
       (SELECT offset FROM ticket WHERE source = ?1 AND partition = ?2 AND offset >= ?3
          AND value_hash IS NOT NULL ORDER BY offset DESC LIMIT 1);
