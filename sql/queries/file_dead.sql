-- The dead letters of a source in the order of the input. ?1 source. Columns: partition, offset,
-- ticket id, reason, flags, attempts, cost, unknown cost, run id, and value and headers of the
-- letter as long as the outbox keeps it
SELECT t.partition, t.offset, t.ticket_id, t.reason, t.flags, t.attempts, t.cost_pusd,
       t.cost_unknown_pusd, u.run_id, o.value, o.headers
FROM ticket t JOIN run u ON u.run = t.run LEFT JOIN outbox o ON o.seq = t.seq
WHERE t.source = ?1 AND t.state = 2
ORDER BY t.partition, t.offset;
