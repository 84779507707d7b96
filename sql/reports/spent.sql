-- Money of a day and of a month that has the day in it: settled, or held by a reservation. ?1 begin
-- of the day, ?2 of the month (Unix microseconds). Columns: of the day, of the month (picodollars).
SELECT coalesce(sum(iif(sent_unix_us >= ?1, iif(state = 0, reserved_pusd, cost_pusd), 0)), 0),
       coalesce(sum(iif(state = 0, reserved_pusd, cost_pusd)), 0)
FROM call WHERE sent_unix_us >= ?2;
