-- A run has ended. ?1 run, ?2 ended (Unix us), ?3 exit code, ?4 stopped by
UPDATE run SET ended_unix_us = ?2, exit_code = ?3, stopped_by = ?4 WHERE run = ?1;
