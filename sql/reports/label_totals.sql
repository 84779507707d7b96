-- Labels, and what became of their tickets. No parameters. Columns: labels, of no ticket of this
-- ledger, of tickets without a result.
SELECT count(*), coalesce(sum(t.ticket_id IS NULL), 0), coalesce(sum(t.result = 0), 0)
FROM label l
LEFT JOIN (SELECT ticket_id, max(state = 1) AS result FROM ticket
           WHERE ticket_id IN (SELECT ticket_id FROM label) AND EXISTS (SELECT 1 FROM label)
           GROUP BY ticket_id) t ON t.ticket_id = l.ticket_id;
