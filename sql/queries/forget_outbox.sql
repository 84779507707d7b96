-- Takes the published records of a ticket. ?1..?3 position
DELETE FROM outbox WHERE source = ?1 AND partition = ?2 AND offset = ?3;
