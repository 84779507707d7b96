-- One more crash with this ticket at hand. ?1 source, ?2 partition, ?3 offset
INSERT INTO suspect (source, partition, offset, crashes) VALUES (?1, ?2, ?3, 1)
ON CONFLICT DO UPDATE SET crashes = crashes + 1
RETURNING crashes;
