-- Where the rows of rebuilt runs are. No parameters
INSERT INTO span (run, source, partition, from_offset, to_offset, open)
SELECT run, source, partition, min(offset), max(offset), 0 FROM ticket
GROUP BY run, source, partition;
