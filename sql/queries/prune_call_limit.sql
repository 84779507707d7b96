-- First call sent at or after a time. ?1 calls up to here are done already, ?2 time (Unix us)
SELECT call FROM call WHERE call > ?1 AND sent_unix_us >= ?2 ORDER BY call LIMIT 1;
