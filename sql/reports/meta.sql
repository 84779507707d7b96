-- What the ledger says about itself. No parameters; columns: name, value.
SELECT name, value FROM meta ORDER BY name;
