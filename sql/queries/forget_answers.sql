-- Takes the answers of the calls that a ticket was in, with what providers said of them. ?1..?3
-- position
UPDATE call SET raw_answer = NULL, message = NULL
WHERE (raw_answer IS NOT NULL OR message IS NOT NULL)
  AND call IN (SELECT call FROM share WHERE source = ?1 AND partition = ?2 AND offset = ?3);
