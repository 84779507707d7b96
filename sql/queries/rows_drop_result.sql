-- Takes the first rows of a partition. ?1 source, ?2 partition, ?3 offset of the last one
DELETE FROM result WHERE source = ?1 AND partition = ?2 AND offset <= ?3;
