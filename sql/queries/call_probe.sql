-- The first call from a number on. ?1 call
SELECT call, sent_unix_us, run FROM call WHERE call >= ?1 ORDER BY call LIMIT 1;
