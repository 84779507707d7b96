-- Records by state, whether this run has them, and whether they are published.
-- ?1 run, ?2 published seq
SELECT state, coalesce(run = ?1, 0), CASE WHEN seq IS NULL THEN 0 WHEN seq <= ?2 THEN 1 ELSE 2 END,
       count(*)
FROM ticket GROUP BY 1, 2, 3;
