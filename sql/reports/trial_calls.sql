-- Answered calls about tickets of one file. ?1 name of the source. Columns: latency (microseconds).
SELECT latency_us FROM call
WHERE state = 1 AND call IN (SELECT call FROM share JOIN source USING (source) WHERE name = ?1)
ORDER BY call;
