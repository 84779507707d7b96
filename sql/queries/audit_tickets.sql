-- Tickets of the runs behind the last one whose books were found straight: all, admitted, results,
-- dead, skipped; this run's results, dead, skipped. ?1 that run, ?2 this run
SELECT count(*), count(*) FILTER (WHERE state = 0), count(*) FILTER (WHERE state = 1),
       count(*) FILTER (WHERE state = 2), count(*) FILTER (WHERE state = 3),
       count(*) FILTER (WHERE state = 1 AND of_run = ?2),
       count(*) FILTER (WHERE state = 2 AND of_run = ?2),
       count(*) FILTER (WHERE state = 3 AND of_run = ?2)
FROM run_ticket WHERE of_run > ?1;
