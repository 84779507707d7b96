-- Crash suspects that have no terminal state.
SELECT s.source, s.partition, s.offset, s.crashes
FROM suspect s LEFT JOIN ticket t
  ON t.source = s.source AND t.partition = s.partition AND t.offset = s.offset
WHERE coalesce(t.state, 0) = 0
ORDER BY s.source, s.partition, s.offset;
