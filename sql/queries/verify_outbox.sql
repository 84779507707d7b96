-- Rows of the outbox that are not their ticket's end, and unpublished ends that are not in it.
-- ?1 published seq; columns: the finding
SELECT format('outbox %d: its ticket %d/%d/%d has state %s, seq %s', o.seq, o.source, o.partition,
              o.offset, coalesce(t.state, 'none'), coalesce(t.seq, 'none'))
FROM outbox o LEFT JOIN ticket t
  ON t.source = o.source AND t.partition = o.partition AND t.offset = o.offset
WHERE t.seq IS NOT o.seq OR t.state IS NOT o.kind + 1
UNION ALL
SELECT format('ticket %d/%d/%d: its end %d is neither published nor in the outbox', t.source,
              t.partition, t.offset, t.seq)
FROM ticket t LEFT JOIN outbox o ON o.seq = t.seq
WHERE t.seq > ?1 AND o.seq IS NULL
LIMIT 20;
