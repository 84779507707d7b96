-- When endpoints were out. ?1 and ?2 begin and end of a month (Unix microseconds): outages of the
-- chosen runs, and all that reach into the month. Columns: provider, endpoint, cause, from, to
-- (Unix microseconds; NULL = not closed), the newest moment a call was sent or answered, run_id,
-- whether it is of the chosen runs (0/1).
SELECT o.provider, o.endpoint, o.cause, o.from_unix_us, o.to_unix_us,
       (SELECT max(coalesce(answered_unix_us, sent_unix_us))
        FROM (SELECT answered_unix_us, sent_unix_us FROM call ORDER BY call DESC LIMIT 2000)),
       u.run_id, o.run IN (SELECT run FROM chosen)
FROM outage o LEFT JOIN run u ON u.run = o.run
WHERE o.run IN (SELECT run FROM chosen)
   OR (o.from_unix_us < ?2 AND coalesce(o.to_unix_us, ?1) >= ?1)
ORDER BY o.from_unix_us, o.outage;
