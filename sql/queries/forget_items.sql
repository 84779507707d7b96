-- Takes the items of a ticket out of its shares. ?1..?3 position
UPDATE share SET raw_item = NULL WHERE source = ?1 AND partition = ?2 AND offset = ?3;
