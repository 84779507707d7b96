-- First row of the outbox made at or after a time. ?1 time (Unix us)
SELECT seq FROM outbox WHERE created_unix_us >= ?1 ORDER BY seq LIMIT 1;
