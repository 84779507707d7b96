-- Takes the answers' text from ended calls. ?1 above this call, ?2 below this call
UPDATE call SET raw_answer = NULL
WHERE call > ?1 AND call < ?2 AND state <> 0 AND raw_answer IS NOT NULL;
