-- Several tiers and providers: where a ticket was sent and why, what a second model said about it,
-- when an endpoint was out, what a run was expected to cost.

ALTER TABLE ticket ADD COLUMN route TEXT; -- "label > tier" as used; NULL = not known

ALTER TABLE share ADD COLUMN slot INTEGER; -- place in the pack, from 0; NULL = not known

-- A ticket's answer in a shadow or guard call beside its result. What stands in the rows of both
-- calls (purpose, tier, model, tickets in the pack) is not repeated here.
CREATE TABLE comparison (
    source INTEGER NOT NULL,
    partition INTEGER NOT NULL,
    offset INTEGER NOT NULL,
    call INTEGER NOT NULL,
    category TEXT NOT NULL,
    confidence_ppm INTEGER NOT NULL,
    cost_pusd INTEGER,                -- share of the comparing call
    primary_call INTEGER,             -- of the result; NULL = the ticket had none at the time
    primary_category TEXT,
    primary_confidence_ppm INTEGER,
    primary_tickets INTEGER,          -- in the pack that gave the result
    primary_slot INTEGER,
    primary_cost_pusd INTEGER,        -- share of that call
    PRIMARY KEY (source, partition, offset, call)
) STRICT, WITHOUT ROWID;

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
