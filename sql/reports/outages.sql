-- When endpoints were out. ?1 JSON list of run numbers, NULL = all; ?2 and ?3 begin and end of a
-- month (Unix microseconds): outages of those runs, and all that reach into the month. Columns:
-- provider, endpoint, cause, from, to (Unix microseconds; NULL = not closed), the newest moment a
-- call was sent or answered, run_id, whether it is of those runs (0/1).
SELECT o.provider, o.endpoint, o.cause, o.from_unix_us, o.to_unix_us,
       (SELECT max(coalesce(answered_unix_us, sent_unix_us))
        FROM (SELECT answered_unix_us, sent_unix_us FROM call ORDER BY call DESC LIMIT 2000)),
       u.run_id, ?1 IS NULL OR o.run IN (SELECT value FROM json_each(?1))
FROM outage o LEFT JOIN run u ON u.run = o.run
WHERE ?1 IS NULL OR o.run IN (SELECT value FROM json_each(?1))
   OR (o.from_unix_us < ?3 AND coalesce(o.to_unix_us, ?2) >= ?2)
ORDER BY o.from_unix_us, o.outage;
