-- Tickets without an end, by topic. No parameters; columns: topic, tickets, when the oldest record
-- was made (Unix ms, NULL = not known), how long the topic keeps records (ms, -1 = for good, NULL =
-- not known).
SELECT s.name, count(*), min(t.record_unix_ms),
       (SELECT value FROM meta WHERE name = 'retention_ms/' || s.name)
FROM run_ticket t JOIN source s ON s.source = t.source
WHERE t.of_open AND t.state = 0
GROUP BY s.name ORDER BY s.name;
