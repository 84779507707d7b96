-- Latencies of answered calls, for exact percentiles. ?1 JSON list of run numbers, NULL = all.
-- Columns: microseconds, calls, provider, endpoint.
SELECT latency_us, count(*), provider, endpoint
FROM call
WHERE state = 1 AND latency_us IS NOT NULL
  AND (?1 IS NULL OR run IN (SELECT value FROM json_each(?1)))
GROUP BY latency_us, provider, endpoint;
