-- This run's answers that were taken from a copy. ?1 run
SELECT count(*)
FROM run_ticket t JOIN result r
  ON r.source = t.source AND r.partition = t.partition AND r.offset = t.offset
WHERE t.of_run = ?1 AND r.reused_offset IS NOT NULL;
