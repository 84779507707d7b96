-- Where the calls of rebuilt runs are. No parameters
UPDATE run SET calls_from = c.first, calls_to = c.last
FROM (SELECT run, min(call) AS first, max(call) AS last FROM call GROUP BY run) c
WHERE c.run = run.run;
