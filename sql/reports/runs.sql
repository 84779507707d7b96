-- All runs, oldest first. No parameters; columns: run, run_id, started and ended (Unix
-- microseconds, ended may be NULL), exit_code, stopped_by, publish, program_version,
-- bytes of the file at its end (NULL = not known).
SELECT run, run_id, started_unix_us, ended_unix_us, exit_code, stopped_by, publish, program_version,
       ledger_bytes
FROM run ORDER BY started_unix_us, run;
