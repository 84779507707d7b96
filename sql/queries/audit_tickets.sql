-- Tickets in one pass that keeps nothing: all, admitted, results, dead, skipped, adopted; this run's
-- results, dead, skipped; terminal records that are published and that are not.
-- ?1 run, ?2 published seq
SELECT count(*), count(*) FILTER (WHERE state = 0), count(*) FILTER (WHERE state = 1),
       count(*) FILTER (WHERE state = 2), count(*) FILTER (WHERE state = 3),
       count(*) FILTER (WHERE state = 4), count(*) FILTER (WHERE state = 1 AND run = ?1),
       count(*) FILTER (WHERE state = 2 AND run = ?1),
       count(*) FILTER (WHERE state = 3 AND run = ?1), count(*) FILTER (WHERE seq <= ?2),
       count(*) FILTER (WHERE seq > ?2)
FROM ticket;
