-- A run begins. ?1 run id, ?2 started (Unix us), ?3 prompt number, ?4 program version, ?5 publish
INSERT INTO run (run_id, started_unix_us, prompt, program_version, publish, calls_from)
VALUES (?1, ?2, ?3, ?4, ?5, (SELECT coalesce(max(call), 0) + 1 FROM call));
