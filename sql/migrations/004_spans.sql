-- Where the rows of a run are: the tickets that it read, with the shares and opinions of its calls,
-- partition by partition. Rows of other runs may lie between them. What asks for some runs reads
-- these ranges, not the whole history. Rows of an earlier ledger (state 4) are in none.
CREATE TABLE span (
    run INTEGER NOT NULL,
    source INTEGER NOT NULL,
    partition INTEGER NOT NULL,
    from_offset INTEGER NOT NULL,
    to_offset INTEGER,                -- NULL = to the end of the partition: the run goes on
    open INTEGER NOT NULL DEFAULT 1,  -- 0 = no ticket of it is without its end
    PRIMARY KEY (run, source, partition)
) STRICT, WITHOUT ROWID;

ALTER TABLE run ADD COLUMN calls_from INTEGER; -- its calls are among these
ALTER TABLE run ADD COLUMN calls_to INTEGER;   -- NULL = to the last one: the run goes on

INSERT INTO span (run, source, partition, from_offset, to_offset)
SELECT run, source, partition, min(offset), max(offset)
FROM (SELECT run, source, partition, offset FROM ticket WHERE run IS NOT NULL
      UNION ALL
      SELECT c.run, s.source, s.partition, s.offset FROM share s JOIN call c USING (call))
GROUP BY run, source, partition;

UPDATE run SET calls_from = c.first, calls_to = c.last
FROM (SELECT run, min(call) AS first, max(call) AS last FROM call GROUP BY run) c
WHERE c.run = run.run;

-- The rows of runs, to be asked for by of_run. A + keeps the planner from an index of its own making.
CREATE VIEW run_ticket AS
SELECT g.run AS of_run, g.open AS of_open, t.*
FROM span g CROSS JOIN ticket t
  ON t.source = g.source AND t.partition = g.partition
 AND t.offset BETWEEN g.from_offset AND coalesce(g.to_offset, 9223372036854775807)
WHERE +t.run = g.run;

CREATE VIEW run_call AS
SELECT u.run AS of_run, c.*
FROM run u CROSS JOIN call c
  ON c.call BETWEEN u.calls_from AND coalesce(u.calls_to, 9223372036854775807)
WHERE +c.run = u.run;

CREATE VIEW run_share AS
SELECT g.run AS of_run, s.*
FROM span g CROSS JOIN share s
  ON s.source = g.source AND s.partition = g.partition
 AND s.offset BETWEEN g.from_offset AND coalesce(g.to_offset, 9223372036854775807)
CROSS JOIN call c ON c.call = s.call
WHERE +c.run = g.run;

CREATE VIEW run_comparison AS
SELECT g.run AS of_run, m.*
FROM span g CROSS JOIN comparison m
  ON m.source = g.source AND m.partition = g.partition
 AND m.offset BETWEEN g.from_offset AND coalesce(g.to_offset, 9223372036854775807)
CROSS JOIN call c ON c.call = m.call
WHERE +c.run = g.run;
