-- Tickets whose state does not fit what is stored about their end. No parameters; columns: the
-- finding
SELECT format('ticket %d/%d/%d: state %d with seq %s, result %s, reason %d', t.source, t.partition,
              t.offset, t.state, coalesce(t.seq, 'none'), iif(r.call IS NULL, 'none', 'there'),
              t.reason)
FROM ticket t LEFT JOIN result r
  ON r.source = t.source AND r.partition = t.partition AND r.offset = t.offset
WHERE t.state NOT BETWEEN 0 AND 4
   OR (t.state IN (1, 2)) <> (t.seq IS NOT NULL)
   OR (t.state = 1) <> (r.call IS NOT NULL)
   OR (t.state = 2) <> (t.reason <> 0)
LIMIT 20;
