-- One value of meta. ?1 name
SELECT value FROM meta WHERE name = ?1;
