-- Runs beside the last estimate made before each and after the run before it. Columns: run_id,
-- started, ended (Unix microseconds, NULL = no end), estimate made, its tickets, calls, cost, upper
-- bound (picodollars, NULL = no price), seconds; then what came: tickets ended, calls, cost of
-- answered calls, of unknown ones (picodollars), calls without a price.
WITH ended AS (SELECT run, count(*) AS tickets FROM chosen_ticket
               WHERE state IN (1, 2) GROUP BY run),
     made AS (SELECT run, count(*) AS calls, sum(iif(state = 1, cost_pusd, 0)) AS cost_pusd,
                     sum(iif(state = 3, cost_pusd, 0)) AS unknown_pusd,
                     sum(cost_pusd IS NULL) AS unpriced
              FROM chosen_call GROUP BY run)
SELECT u.run_id, u.started_unix_us, u.ended_unix_us, e.made_unix_us, e.tickets, e.calls,
       e.cost_pusd, e.upper_pusd, e.seconds, coalesce(d.tickets, 0), coalesce(m.calls, 0),
       coalesce(m.cost_pusd, 0), coalesce(m.unknown_pusd, 0), coalesce(m.unpriced, 0)
FROM run u
JOIN estimate e ON e.estimate = (SELECT estimate FROM estimate
                                 WHERE made_unix_us <= u.started_unix_us
                                   AND made_unix_us > coalesce(
                                       (SELECT max(started_unix_us) FROM run
                                        WHERE started_unix_us < u.started_unix_us), -1)
                                 ORDER BY made_unix_us DESC, estimate DESC LIMIT 1)
LEFT JOIN ended d ON d.run = u.run
LEFT JOIN made m ON m.run = u.run
WHERE u.run IN (SELECT run FROM chosen)
ORDER BY u.started_unix_us, u.run;
