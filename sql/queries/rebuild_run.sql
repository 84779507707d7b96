-- A run that a published record names. ?1 run id, ?2 time (Unix us)
INSERT INTO run (run_id, started_unix_us, stopped_by) VALUES (?1, ?2, 'rebuilt');
