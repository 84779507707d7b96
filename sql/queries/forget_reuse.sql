-- Takes an answer from those that copies may get. ?1 reuse key
DELETE FROM reuse WHERE reuse_key = ?1;
