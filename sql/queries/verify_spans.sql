-- Rows that are not where their run's are. No parameters; columns: the finding
SELECT format('ticket %d/%d/%d: outside of what run %d is said to have read', t.source, t.partition,
              t.offset, t.run)
FROM ticket t LEFT JOIN span g
  ON g.run = t.run AND g.source = t.source AND g.partition = t.partition
 AND t.offset BETWEEN g.from_offset AND coalesce(g.to_offset, 9223372036854775807)
WHERE t.run IS NOT NULL AND (g.run IS NULL OR (t.state = 0 AND NOT g.open))
UNION ALL
SELECT format('share of ticket %d/%d/%d in call %d: outside of what the call''s run is said to have read',
              s.source, s.partition, s.offset, s.call)
FROM share s JOIN call c USING (call) LEFT JOIN span g
  ON g.run = c.run AND g.source = s.source AND g.partition = s.partition
 AND s.offset BETWEEN g.from_offset AND coalesce(g.to_offset, 9223372036854775807)
WHERE g.run IS NULL
UNION ALL
SELECT format('call %d: outside of what run %d is said to have sent', c.call, c.run)
FROM call c LEFT JOIN run u
  ON u.run = c.run AND c.call BETWEEN u.calls_from AND coalesce(u.calls_to, 9223372036854775807)
WHERE u.run IS NULL
LIMIT 20;
