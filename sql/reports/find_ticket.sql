-- Where tickets of one id stand. ?1 ticket id. Columns: source, partition, offset.
SELECT source, partition, offset FROM ticket WHERE ticket_id = ?1
ORDER BY source, partition, offset;
