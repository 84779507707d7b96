-- The partition behind another one. ?1 source, ?2 partition; columns: source, partition
SELECT source, partition FROM ticket WHERE (source, partition) > (?1, ?2)
ORDER BY source, partition LIMIT 1;
