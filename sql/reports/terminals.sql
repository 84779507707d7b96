-- Tickets that have a terminal record, in the order of their sequence numbers. No parameters;
-- columns: seq, state, source, partition, offset.
SELECT seq, state, source, partition, offset FROM ticket WHERE seq IS NOT NULL ORDER BY seq;
