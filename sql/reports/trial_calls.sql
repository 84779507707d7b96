-- Answered calls about tickets of one file. ?1 name of the source. Columns: latency (microseconds),
-- whether what it cost is known.
SELECT latency_us, cost_pusd IS NOT NULL FROM call
WHERE state = 1 AND call IN (SELECT call FROM share JOIN source USING (source) WHERE name = ?1)
ORDER BY call;
