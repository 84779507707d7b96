-- A record that an earlier ledger has finished. ?1 source, ?2 partition, ?3 offset
INSERT INTO ticket (source, partition, offset, state) VALUES (?1, ?2, ?3, 4)
ON CONFLICT DO NOTHING;
