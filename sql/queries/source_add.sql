-- A new topic or file. ?1 name
INSERT INTO source (name) VALUES (?1);
