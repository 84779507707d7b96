-- What the archive holds of the ledger `old` after take_over.sql: calls, their cost, that
-- of unknown ones, tickets, results.
SELECT count(*), coalesce(sum(iif(n.state = 3, 0, n.cost_pusd)), 0),
       coalesce(sum(iif(n.state = 3, n.cost_pusd, 0)), 0),
       (SELECT count(*) FROM old.ticket o JOIN source_of s ON s.was = o.source
        JOIN main.ticket t ON t.source = s.source AND t.partition = o.partition
                              AND t.offset = o.offset),
       (SELECT count(*) FROM old.result o JOIN source_of s ON s.was = o.source
        JOIN main.result t ON t.source = s.source AND t.partition = o.partition
                              AND t.offset = o.offset)
FROM call_of m JOIN main.call n ON n.call = m.call;
