-- Offsets that need nothing published any more, ascending. ?1 source, ?2 partition,
-- ?3 from offset, ?4 published seq
SELECT offset FROM ticket
WHERE source = ?1 AND partition = ?2 AND offset >= ?3
  AND (state IN (3, 4) OR seq <= ?4) -- skipped, adopted
ORDER BY offset;
