-- Money call by call, for sums that need no sorting of a month's calls in memory: tier, whether it
-- was shadow or guard, picodollars settled or held by a reservation.
-- ?1 first call, ?2 sent from (Unix us), ?3 first run
SELECT tier, purpose > 3, coalesce(iif(state = 0, reserved_pusd, cost_pusd), 0)
FROM call WHERE call >= ?1 AND sent_unix_us >= ?2 AND run >= ?3;
