-- The first tickets of a partition. ?1 source, ?2 partition, ?3 how many; columns: offset, run,
-- state, seq, reuse key, picodollars of its shares
SELECT t.offset, t.run, t.state, t.seq, t.reuse_key,
       (SELECT coalesce(sum(cost_pusd), 0) FROM share s
        WHERE s.source = t.source AND s.partition = t.partition AND s.offset = t.offset)
FROM ticket t WHERE t.source = ?1 AND t.partition = ?2 ORDER BY t.offset LIMIT ?3;
