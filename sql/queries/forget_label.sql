-- Takes a ticket's label. ?1 ticket id
DELETE FROM label WHERE ticket_id = ?1;
