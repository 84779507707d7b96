-- Takes a published record. ?1 seq
DELETE FROM outbox WHERE seq = ?1;
