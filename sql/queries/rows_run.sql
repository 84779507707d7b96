-- The last run before a time that left nothing pending. ?1 time (Unix us); columns: run
SELECT run FROM run WHERE started_unix_us < ?1 AND exit_code IN (0, 3) ORDER BY run DESC LIMIT 1;
