-- Whether there is a record that was not only taken over from another ledger
SELECT EXISTS (SELECT 1 FROM ticket WHERE state <> 4);
