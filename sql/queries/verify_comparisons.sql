-- Comparisons and the shares they belong to that do not fit each other. No parameters; columns:
-- the finding
SELECT format('comparison of ticket %d/%d/%d in call %d: its share differs or is missing', m.source,
              m.partition, m.offset, m.call)
FROM opinion m LEFT JOIN call c ON c.call = m.call
LEFT JOIN share s ON s.source = m.source AND s.partition = m.partition AND s.offset = m.offset
                 AND s.call = m.call
WHERE s.outcome IS NOT 7 OR s.cost_pusd IS NOT m.cost_pusd OR c.purpose NOT IN (4, 5)
UNION ALL
SELECT format('share of ticket %d/%d/%d in call %d: compared, but with what is not known', s.source,
              s.partition, s.offset, s.call)
FROM share s LEFT JOIN opinion m ON m.source = s.source AND m.partition = s.partition
                                   AND m.offset = s.offset AND m.call = s.call
WHERE s.outcome = 7 AND m.call IS NULL
LIMIT 20;
