-- Records in the books, without those that were only taken over from another ledger.
SELECT count(*) FROM ticket WHERE state <> 4;
