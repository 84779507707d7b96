-- Figures of the latest runs, newest first. No parameters; columns: run id, started (Unix
-- microseconds), figures (JSON).
SELECT run_id, started_unix_us, figures FROM run WHERE figures IS NOT NULL
ORDER BY started_unix_us DESC LIMIT 200;
