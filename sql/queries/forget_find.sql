-- Tickets of an id. ?1 ticket id; columns: source, partition, offset, state, seq, reuse key
SELECT source, partition, offset, state, seq, reuse_key FROM ticket WHERE ticket_id = ?1;
