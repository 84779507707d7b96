-- Takes an answer from those that copies may get, if it is that one. ?1..?3 position, ?4 reuse key
DELETE FROM reuse WHERE source = ?1 AND partition = ?2 AND offset = ?3 AND reuse_key = ?4;
