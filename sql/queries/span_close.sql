-- Nothing more is written by the runs there are: where their rows end, and whether all tickets have
-- their end by now. No parameters
UPDATE span
SET to_offset = coalesce(to_offset,
                         (SELECT max(t.offset) FROM ticket t
                          WHERE t.source = span.source AND t.partition = span.partition),
                         from_offset),
    open = EXISTS (SELECT 1 FROM ticket t
                   WHERE t.source = span.source AND t.partition = span.partition
                     AND t.offset BETWEEN span.from_offset
                                      AND coalesce(span.to_offset, 9223372036854775807)
                     AND t.run = span.run AND t.state = 0)
WHERE open OR to_offset IS NULL;
