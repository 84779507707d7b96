-- Answers that were taken from a copy: all, and those of this run. ?1 run
SELECT count(*), coalesce(sum(t.run = ?1), 0)
FROM result r JOIN ticket t
  ON t.source = r.source AND t.partition = r.partition AND t.offset = r.offset
WHERE r.reused_offset IS NOT NULL;
