-- Shares without their call or ticket, results without theirs. No parameters; columns: the finding
SELECT format('share of ticket %d/%d/%d in call %d: no such call or ticket', s.source, s.partition,
              s.offset, s.call)
FROM share s LEFT JOIN call c ON c.call = s.call
LEFT JOIN ticket t ON t.source = s.source AND t.partition = s.partition AND t.offset = s.offset
WHERE c.call IS NULL OR t.state IS NULL
UNION ALL
SELECT format('result of ticket %d/%d/%d: no such call, or the ticket has no result', r.source,
              r.partition, r.offset)
FROM result r LEFT JOIN call c ON c.call = r.call
LEFT JOIN ticket t ON t.source = r.source AND t.partition = r.partition AND t.offset = r.offset
WHERE (c.call IS NULL -- a copy may outlive the call it took its answer of
       AND r.call > coalesce((SELECT value FROM meta WHERE name = 'rows_calls'), 0))
   OR t.state IS NOT 1
LIMIT 20;
