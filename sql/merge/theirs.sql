-- The same figures as ours.sql, as the ledger `old` itself has them.
SELECT count(*), coalesce(sum(iif(state = 3, 0, cost_pusd)), 0),
       coalesce(sum(iif(state = 3, cost_pusd, 0)), 0), (SELECT count(*) FROM old.ticket),
       (SELECT count(*) FROM old.result)
FROM old.call;
