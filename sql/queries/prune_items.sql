-- Takes the items' text from the shares of ended calls. ?1 above this call, ?2 below this call
UPDATE share SET raw_item = NULL
FROM span g
WHERE g.run IN (SELECT run FROM call WHERE call > ?1 AND call < ?2)
  AND share.source = g.source AND share.partition = g.partition
  AND share.offset BETWEEN g.from_offset AND coalesce(g.to_offset, 9223372036854775807)
  AND share.call > ?1 AND share.call < ?2 AND share.raw_item IS NOT NULL;
