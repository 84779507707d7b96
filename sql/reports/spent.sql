-- Money of a day and of a month that has the day in it: settled, or held by a reservation. ?1 begin
-- of the day, ?2 of the month (Unix microseconds). Columns: of the day, of the month (picodollars).
SELECT coalesce(sum(iif(c.sent_unix_us >= ?1, iif(c.state = 0, c.reserved_pusd, c.cost_pusd), 0)), 0),
       coalesce(sum(iif(c.state = 0, c.reserved_pusd, c.cost_pusd)), 0)
FROM run u CROSS JOIN run_call c ON c.of_run = u.run
WHERE coalesce(u.ended_unix_us, ?2) >= ?2 AND c.sent_unix_us >= ?2;
