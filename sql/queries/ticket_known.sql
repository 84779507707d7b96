-- What reading a record again needs. ?1 source, ?2 partition, ?3 offset
SELECT state, attempts, unknowns, value_hash
FROM ticket WHERE source = ?1 AND partition = ?2 AND offset = ?3;
