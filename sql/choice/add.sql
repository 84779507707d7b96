-- Adds to `chosen`. ?1 run
INSERT INTO chosen VALUES (?1);
