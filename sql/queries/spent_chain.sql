-- First of the latest runs that never ended or were interrupted, without one between that did
-- end; 0 = none. ?1 started from (Unix us)
SELECT coalesce(min(run), 0) FROM run
WHERE started_unix_us >= ?1
  AND run > (SELECT coalesce(max(run), 0) FROM run WHERE exit_code <> 5);
