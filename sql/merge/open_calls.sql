-- Calls of the ledger `old` that have not ended.
SELECT count(*) FROM old.call WHERE state = 0;
