-- Terminal records that are still to be published, calls in flight. ?1 published seq
SELECT (SELECT count(*) FROM outbox WHERE seq > ?1), (SELECT count(*) FROM call WHERE state = 0);
