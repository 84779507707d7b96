-- Several tiers and providers: where a ticket was sent and why, what a second model said about it,
-- when an endpoint was out, what a run was expected to cost.

ALTER TABLE ticket ADD COLUMN route TEXT; -- "label > tier" as used; NULL = not known

ALTER TABLE share ADD COLUMN slot INTEGER; -- place in the pack, from 0; NULL = not known

-- What a shadow or guard call said about a ticket. The call may end before the ticket has its result.
CREATE TABLE opinion (
    source INTEGER NOT NULL,
    partition INTEGER NOT NULL,
    offset INTEGER NOT NULL,
    call INTEGER NOT NULL,
    category TEXT NOT NULL,
    confidence_ppm INTEGER NOT NULL,
    cost_pusd INTEGER,                -- its share of the call
    PRIMARY KEY (source, partition, offset, call)
) STRICT, WITHOUT ROWID;

-- Opinions beside the ticket's result, its call, its pack and its share of that call; all NULL when
-- the ticket has no result.
CREATE VIEW comparison AS
SELECT o.*, r.call AS primary_call, r.category AS primary_category,
       r.confidence_ppm AS primary_confidence_ppm, c.tickets AS primary_tickets,
       s.slot AS primary_slot, s.cost_pusd AS primary_cost_pusd
FROM opinion o
LEFT JOIN result r USING (source, partition, offset)
LEFT JOIN call c ON c.call = r.call
LEFT JOIN share s ON s.source = o.source AND s.partition = o.partition AND s.offset = o.offset
                 AND s.call = r.call;

-- When an endpoint was not asked. Cause in words: "breaker", "region", "key", "money", …
CREATE TABLE outage (
    outage INTEGER PRIMARY KEY,
    run INTEGER NOT NULL,
    provider TEXT NOT NULL,
    endpoint TEXT NOT NULL,
    cause TEXT NOT NULL,
    from_unix_us INTEGER NOT NULL,
    to_unix_us INTEGER                -- NULL = still going
) STRICT;

CREATE INDEX outage_open ON outage (outage) WHERE to_unix_us IS NULL;

CREATE TABLE estimate (
    estimate INTEGER PRIMARY KEY,
    made_unix_us INTEGER NOT NULL,
    tickets INTEGER NOT NULL,
    calls INTEGER NOT NULL,
    cost_pusd INTEGER,                -- NULL = something in it has no price
    upper_pusd INTEGER,               -- what would be reserved at most
    seconds INTEGER NOT NULL,
    basis TEXT NOT NULL               -- JSON: what it was made from
) STRICT;
