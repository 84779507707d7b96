-- A ticket's label. ?1 ticket id. Columns: category
SELECT category FROM label WHERE ticket_id = ?1;
