-- Highest call number. No parameters
SELECT coalesce(max(call), 0) FROM call;
