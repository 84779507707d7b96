-- The books of one shard. Times are UTC: _unix_us microseconds, _unix_ms milliseconds since 1970.
-- Money is picodollars (10^-12 USD); NULL in a cost column = no price was known (never 0).
-- Numbers of states, purposes, outcomes, causes, reasons and flag bits: src/model/*.h and
-- src/ledger/{command,db}.h; they are never renumbered.

-- ledger_id, cluster_id, group, shard, shards, last_seq, published_seq, rebuilt_from, rebuilt_seq,
-- reuse_seq, answers_pruned, opened, clean_end. A row of the outbox is published exactly if its seq <= published_seq.
CREATE TABLE meta (
    name TEXT PRIMARY KEY,
    value ANY
) STRICT, WITHOUT ROWID;

-- Topics and files that tickets come from.
CREATE TABLE source (
    source INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE
) STRICT;

-- System messages. NULL = only its version (SHA-256) is known, as after a rebuild.
CREATE TABLE prompt (
    prompt INTEGER PRIMARY KEY,
    version TEXT NOT NULL UNIQUE,
    system_message TEXT
) STRICT;

-- What a model cost a token, from when on.
CREATE TABLE price (
    price INTEGER PRIMARY KEY,
    model TEXT NOT NULL,
    from_unix_us INTEGER NOT NULL,
    input_pusd INTEGER NOT NULL,
    cached_pusd INTEGER NOT NULL,
    cache_write_pusd INTEGER NOT NULL,
    output_pusd INTEGER NOT NULL,
    UNIQUE (model, from_unix_us, input_pusd, cached_pusd, cache_write_pusd, output_pusd)
) STRICT;

CREATE TABLE run (
    run INTEGER PRIMARY KEY,
    run_id TEXT NOT NULL UNIQUE,
    started_unix_us INTEGER NOT NULL,
    ended_unix_us INTEGER, -- NULL = still going, or it never got to its end
    exit_code INTEGER,
    stopped_by TEXT,
    prompt INTEGER REFERENCES prompt,
    program_version TEXT,
    publish TEXT
) STRICT;

-- One input record. state: 0 admitted, 1 result, 2 dead, 3 skipped, 4 adopted (terminal in an
-- earlier ledger). Token and cost columns are running sums over the shares of its first, reask,
-- solo and escalate calls; cost_pusd over the answered ones, cost_unknown_pusd over the unknown.
CREATE TABLE ticket (
    source INTEGER NOT NULL,
    partition INTEGER NOT NULL,
    offset INTEGER NOT NULL,
    state INTEGER NOT NULL,
    record_unix_ms INTEGER, -- NULL = not known (adopted, rebuilt)
    value_hash BLOB,        -- leading 16 bytes of the value's SHA-256; NULL = not known
    ticket_id TEXT,
    language TEXT,
    content_hash BLOB,      -- SHA-256 of the text as cut
    reuse_key BLOB,
    flags INTEGER NOT NULL DEFAULT 0,
    attempts INTEGER NOT NULL DEFAULT 0,
    unknowns INTEGER NOT NULL DEFAULT 0,
    reason INTEGER NOT NULL DEFAULT 0,
    seq INTEGER,            -- of its row in the outbox; NULL = none
    input_tokens INTEGER NOT NULL DEFAULT 0,
    cached_tokens INTEGER NOT NULL DEFAULT 0,
    output_tokens INTEGER NOT NULL DEFAULT 0,
    cost_pusd INTEGER NOT NULL DEFAULT 0,
    cost_unknown_pusd INTEGER NOT NULL DEFAULT 0,
    run INTEGER,            -- the last that read it; once terminal: that ended it
    PRIMARY KEY (source, partition, offset)
) STRICT, WITHOUT ROWID;

-- One HTTP request. state: 0 sent, 1 answered, 2 failed, 3 unknown. cost_pusd: answered = settled,
-- failed = 0, unknown = the reservation.
CREATE TABLE call (
    call INTEGER PRIMARY KEY,
    call_id TEXT NOT NULL,
    run INTEGER NOT NULL,
    purpose INTEGER NOT NULL,
    state INTEGER NOT NULL,
    cause INTEGER NOT NULL DEFAULT 0,
    attempt INTEGER NOT NULL,
    model TEXT NOT NULL,
    provider TEXT NOT NULL,
    endpoint TEXT NOT NULL,
    tier TEXT NOT NULL,
    prompt INTEGER NOT NULL,
    price INTEGER,              -- NULL = unpriced
    token_cap INTEGER NOT NULL,
    tickets INTEGER NOT NULL,   -- in the pack
    reserved_pusd INTEGER,
    sent_unix_us INTEGER NOT NULL,
    answered_unix_us INTEGER,
    latency_us INTEGER,
    input_tokens INTEGER NOT NULL DEFAULT 0, -- cached and cache_write included
    cached_tokens INTEGER NOT NULL DEFAULT 0,
    cache_write_tokens INTEGER NOT NULL DEFAULT 0,
    output_tokens INTEGER NOT NULL DEFAULT 0, -- reasoning included
    reasoning_tokens INTEGER NOT NULL DEFAULT 0,
    cost_pusd INTEGER DEFAULT 0,
    provider_cost_pusd INTEGER, -- NULL = the provider named none
    http_status INTEGER NOT NULL DEFAULT 0, -- 0 = none came
    flags INTEGER NOT NULL DEFAULT 0,
    finish_reason TEXT,
    served_model TEXT,
    request_id TEXT,
    provider_code TEXT,
    message TEXT,
    claims TEXT,                -- while sent: JSON [[source,partition,offset],...]
    raw_answer TEXT             -- NULL = none, or its time is over
) STRICT;

-- Calls in flight, few at any time: what a start after a crash looks for.
CREATE INDEX call_sent ON call (call) WHERE state = 0;

-- A ticket's part of a call. Its sums over a call equal the call's cost to the picodollar.
CREATE TABLE share (
    source INTEGER NOT NULL,
    partition INTEGER NOT NULL,
    offset INTEGER NOT NULL,
    call INTEGER NOT NULL,
    outcome INTEGER NOT NULL,
    input_tokens INTEGER NOT NULL,
    cached_tokens INTEGER NOT NULL,
    output_tokens INTEGER NOT NULL,
    cost_pusd INTEGER,
    raw_item TEXT,
    PRIMARY KEY (source, partition, offset, call)
) STRICT, WITHOUT ROWID;

-- What was published about a ticket. Model, provider, tier and prompt stand in its call.
CREATE TABLE result (
    source INTEGER NOT NULL,
    partition INTEGER NOT NULL,
    offset INTEGER NOT NULL,
    category TEXT NOT NULL,
    confidence_ppm INTEGER NOT NULL,
    summary TEXT NOT NULL,
    call INTEGER NOT NULL,            -- of a reused one: the original's
    flags INTEGER NOT NULL,
    low_confidence INTEGER NOT NULL,
    needs_review INTEGER NOT NULL,    -- low_confidence, or any flag
    reuse_key BLOB,                   -- NULL = may not be taken for a copy, or is one itself
    reused_source INTEGER,            -- where the original stands; NULL = asked for itself
    reused_partition INTEGER,
    reused_offset INTEGER,
    classified_unix_us INTEGER NOT NULL,
    PRIMARY KEY (source, partition, offset)
) STRICT, WITHOUT ROWID;

-- The newest answer under each reuse key, of the records up to meta reuse_seq.
CREATE TABLE reuse (
    reuse_key BLOB PRIMARY KEY,
    source INTEGER NOT NULL,
    partition INTEGER NOT NULL,
    offset INTEGER NOT NULL,
    classified_unix_us INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Terminal records in the order of their commit, until their time is over.
CREATE TABLE outbox (
    seq INTEGER PRIMARY KEY,
    kind INTEGER NOT NULL,  -- 0 result, 1 dead letter
    source INTEGER NOT NULL,
    partition INTEGER NOT NULL,
    offset INTEGER NOT NULL,
    timestamp_unix_ms INTEGER NOT NULL, -- -1 = the producer's choice
    created_unix_us INTEGER NOT NULL,
    key BLOB,
    value BLOB,
    headers BLOB            -- encoded as in src/model/record.h
) STRICT;

-- Tickets that were at hand when the process died, and how often.
CREATE TABLE suspect (
    source INTEGER NOT NULL,
    partition INTEGER NOT NULL,
    offset INTEGER NOT NULL,
    crashes INTEGER NOT NULL,
    PRIMARY KEY (source, partition, offset)
) STRICT, WITHOUT ROWID;
