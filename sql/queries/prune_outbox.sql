-- Takes published rows from the outbox. ?1 published seq, ?2 below this seq
DELETE FROM outbox WHERE seq <= ?1 AND seq < ?2;
