-- A record read again that has no terminal state yet, as it looks today; parameters as in
-- ticket_add.sql. What a crash suspect was when it could still be read stays on record.
UPDATE ticket
SET state = ?4, record_unix_ms = ?5, value_hash = ?6, ticket_id = coalesce(?7, ticket_id),
    language = coalesce(?8, language), content_hash = coalesce(?9, content_hash),
    reuse_key = ?10, flags = flags | ?11, run = ?12,
    route = coalesce(?13, route), redacted = coalesce(?14, redacted),
    customer = coalesce(?15, customer)
WHERE source = ?1 AND partition = ?2 AND offset = ?3 AND state = 0;
