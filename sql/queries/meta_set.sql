-- Sets a value of meta. ?1 name, ?2 value
INSERT INTO meta (name, value) VALUES (?1, ?2) ON CONFLICT DO UPDATE SET value = excluded.value;
