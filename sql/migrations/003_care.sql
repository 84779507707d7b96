-- What reports group by and compare with: a customer's field, what was hidden from providers, the
-- categories people chose, how large the ledger was; archives.

ALTER TABLE ticket ADD COLUMN customer TEXT; -- the field that ticket.customer points at; NULL = none
ALTER TABLE ticket ADD COLUMN redacted TEXT; -- JSON {"email":2,...}: places hidden; NULL = none

ALTER TABLE run ADD COLUMN ledger_bytes INTEGER; -- of the file when the run ended; NULL = not known
ALTER TABLE run ADD COLUMN figures TEXT;         -- JSON: what came of it; NULL = not known

ALTER TABLE run ADD COLUMN ledger_id TEXT; -- in an archive: where it was merged from; NULL = our own

-- What a person says a ticket is. One label a ticket: the last one imported.
CREATE TABLE label (
    ticket_id TEXT PRIMARY KEY,
    category TEXT NOT NULL,
    imported_unix_us INTEGER NOT NULL,
    origin TEXT NOT NULL              -- the file it came from
) STRICT, WITHOUT ROWID;

-- Calls whose rows were pruned, by UTC month: what they came to. Costs as in table call.
CREATE TABLE past (
    month TEXT NOT NULL,
    provider TEXT NOT NULL,
    model TEXT NOT NULL,
    tier TEXT NOT NULL,
    purpose INTEGER NOT NULL,
    state INTEGER NOT NULL,
    calls INTEGER NOT NULL,
    input_tokens INTEGER NOT NULL,
    cached_tokens INTEGER NOT NULL,
    output_tokens INTEGER NOT NULL,
    cost_pusd INTEGER NOT NULL,
    PRIMARY KEY (month, provider, model, tier, purpose, state)
) STRICT, WITHOUT ROWID;
