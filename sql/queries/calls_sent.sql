-- Calls still in flight, oldest first.
SELECT call FROM call WHERE state = 0 ORDER BY call;
