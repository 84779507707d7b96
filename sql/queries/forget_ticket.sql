-- Takes from a ticket what names it or its text. ?1..?3 position, ?4 what stands for its id
UPDATE ticket SET ticket_id = ?4, content_hash = NULL, reuse_key = NULL, customer = NULL
WHERE source = ?1 AND partition = ?2 AND offset = ?3;
