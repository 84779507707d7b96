-- The last run before a time that left nothing pending and whose books were found straight; never
-- that of the newest call, whose number the next one counts on from. ?1 time (Unix us); columns: run
SELECT run FROM run
WHERE started_unix_us < ?1 AND exit_code IN (0, 3)
  AND run <= (SELECT value FROM meta WHERE name = 'audited_run')
  AND run < (SELECT run FROM call ORDER BY call DESC LIMIT 1)
ORDER BY run DESC LIMIT 1;
