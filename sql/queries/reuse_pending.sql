-- Answers that are not in table reuse yet, oldest first. ?1 above this seq
SELECT r.reuse_key, r.source, r.partition, r.offset, r.classified_unix_us
FROM outbox o JOIN result r
  ON r.source = o.source AND r.partition = o.partition AND r.offset = o.offset
WHERE o.seq > ?1 AND r.reuse_key IS NOT NULL
ORDER BY o.seq;
