-- Money of all calls, settled or held by a reservation. No parameters. Columns: picodollars.
SELECT coalesce(sum(iif(state = 0, reserved_pusd, cost_pusd)), 0) FROM call;
