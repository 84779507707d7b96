-- An endpoint goes out. ?1 run, ?2 provider, ?3 endpoint, ?4 cause, ?5 from (Unix us)
INSERT INTO outage (run, provider, endpoint, cause, from_unix_us) VALUES (?1, ?2, ?3, ?4, ?5);
