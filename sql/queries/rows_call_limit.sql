-- The first call of a later run. ?1 run; columns: call
SELECT call FROM call WHERE run > ?1 ORDER BY call LIMIT 1;
