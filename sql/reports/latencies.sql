-- Latencies of answered calls, for exact percentiles. Columns: microseconds, calls, provider,
-- endpoint.
SELECT latency_us, count(*), provider, endpoint
FROM chosen_call
WHERE +state = 1 AND latency_us IS NOT NULL -- + as in run_call
GROUP BY latency_us, provider, endpoint;
