-- When the newest of the calls from a number on was sent (Unix us), 0 without any. ?1 call
SELECT coalesce(max(sent_unix_us), 0) FROM call WHERE call >= ?1;
