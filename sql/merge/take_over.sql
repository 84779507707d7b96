-- Takes what the attached ledger `old` holds into this one, an archive. Numbers differ between the
-- two, so each kind of row is first found by what names it everywhere: sources, prompts and runs by
-- name, prices by their rates, calls by call id. Rows that are here already stay as they are, except
-- for what was not finished. Left out: what only a worker needs (outbox, reuse, suspects).

DROP TABLE IF EXISTS temp.source_of;
DROP TABLE IF EXISTS temp.prompt_of;
DROP TABLE IF EXISTS temp.price_of;
DROP TABLE IF EXISTS temp.run_of;
DROP TABLE IF EXISTS temp.call_of;
CREATE TEMP TABLE source_of (was INTEGER PRIMARY KEY, source INTEGER NOT NULL);
CREATE TEMP TABLE prompt_of (was INTEGER PRIMARY KEY, prompt INTEGER NOT NULL);
CREATE TEMP TABLE price_of (was INTEGER PRIMARY KEY, price INTEGER NOT NULL);
CREATE TEMP TABLE run_of (was INTEGER PRIMARY KEY, run INTEGER NOT NULL);
CREATE TEMP TABLE call_of (was INTEGER PRIMARY KEY, call INTEGER NOT NULL);

INSERT INTO main.source (name)
SELECT name FROM old.source WHERE true ON CONFLICT DO NOTHING;
INSERT INTO source_of SELECT o.source, n.source FROM old.source o JOIN main.source n USING (name);

INSERT INTO main.prompt (version, system_message)
SELECT version, system_message FROM old.prompt WHERE true
ON CONFLICT (version) DO UPDATE
SET system_message = coalesce(system_message, excluded.system_message);
INSERT INTO prompt_of SELECT o.prompt, n.prompt FROM old.prompt o JOIN main.prompt n USING (version);

INSERT INTO main.price (model, from_unix_us, input_pusd, cached_pusd, cache_write_pusd, output_pusd)
SELECT model, from_unix_us, input_pusd, cached_pusd, cache_write_pusd, output_pusd
FROM old.price WHERE true ON CONFLICT DO NOTHING;
INSERT INTO price_of
SELECT o.price, n.price
FROM old.price o
JOIN main.price n USING (model, from_unix_us, input_pusd, cached_pusd, cache_write_pusd, output_pusd);

INSERT INTO main.run (run_id, started_unix_us, ended_unix_us, exit_code, stopped_by, prompt,
                      program_version, publish, ledger_bytes, figures, ledger_id)
SELECT r.run_id, r.started_unix_us, r.ended_unix_us, r.exit_code, r.stopped_by, p.prompt,
       r.program_version, r.publish, r.ledger_bytes, r.figures,
       coalesce(r.ledger_id, (SELECT value FROM old.meta WHERE name = 'ledger_id'))
FROM old.run r LEFT JOIN prompt_of p ON p.was = r.prompt
WHERE true ORDER BY r.run
ON CONFLICT (run_id) DO UPDATE
SET ended_unix_us = excluded.ended_unix_us, exit_code = excluded.exit_code,
    stopped_by = excluded.stopped_by, ledger_bytes = excluded.ledger_bytes,
    figures = excluded.figures
WHERE ended_unix_us IS NULL;
INSERT INTO run_of SELECT o.run, n.run FROM old.run o JOIN main.run n USING (run_id);

INSERT INTO call_of SELECT o.call, n.call FROM old.call o JOIN main.call n USING (call_id);
INSERT INTO main.call (call_id, run, purpose, state, cause, attempt, model, provider, endpoint, tier,
                       prompt, price, token_cap, tickets, reserved_pusd, sent_unix_us,
                       answered_unix_us, latency_us, input_tokens, cached_tokens,
                       cache_write_tokens, output_tokens, reasoning_tokens, cost_pusd,
                       provider_cost_pusd, http_status, flags, finish_reason, served_model,
                       request_id, provider_code, message, raw_answer)
SELECT c.call_id, r.run, c.purpose, c.state, c.cause, c.attempt, c.model, c.provider, c.endpoint,
       c.tier, p.prompt, i.price, c.token_cap, c.tickets, c.reserved_pusd, c.sent_unix_us,
       c.answered_unix_us, c.latency_us, c.input_tokens, c.cached_tokens, c.cache_write_tokens,
       c.output_tokens, c.reasoning_tokens, c.cost_pusd, c.provider_cost_pusd, c.http_status,
       c.flags, c.finish_reason, c.served_model, c.request_id, c.provider_code, c.message,
       c.raw_answer
FROM old.call c JOIN run_of r ON r.was = c.run JOIN prompt_of p ON p.was = c.prompt
LEFT JOIN price_of i ON i.was = c.price
WHERE c.call NOT IN (SELECT was FROM call_of)
ORDER BY c.call;
INSERT OR IGNORE INTO call_of
SELECT o.call, n.call FROM old.call o JOIN main.call n USING (call_id);

-- Where the rows of these runs are. Their calls may have come at several times.
UPDATE main.run SET calls_from = c.first, calls_to = c.last
FROM (SELECT n.run AS of_run, min(n.call) AS first, max(n.call) AS last
      FROM call_of m JOIN main.call n ON n.call = m.call GROUP BY n.run) c
WHERE c.of_run = run.run;
INSERT INTO main.span (run, source, partition, from_offset, to_offset, open)
SELECT r.run, s.source, g.partition, g.from_offset, g.to_offset, g.open
FROM old.span g JOIN run_of r ON r.was = g.run JOIN source_of s ON s.was = g.source
WHERE true ON CONFLICT DO UPDATE
SET from_offset = min(from_offset, excluded.from_offset), to_offset = excluded.to_offset,
    open = excluded.open;

-- A ticket that both know: the row of the one that brought it to its end counts. One that came from
-- the same ledger is taken as it is now, since its sums may have grown.
INSERT INTO main.ticket (source, partition, offset, state, record_unix_ms, value_hash, ticket_id,
                         language, content_hash, reuse_key, flags, attempts, unknowns, reason, seq,
                         input_tokens, cached_tokens, output_tokens, cost_pusd, cost_unknown_pusd,
                         run, route, customer, redacted)
SELECT s.source, t.partition, t.offset, t.state, t.record_unix_ms, t.value_hash, t.ticket_id,
       t.language, t.content_hash, t.reuse_key, t.flags, t.attempts, t.unknowns, t.reason, t.seq,
       t.input_tokens, t.cached_tokens, t.output_tokens, t.cost_pusd, t.cost_unknown_pusd,
       r.run, t.route, t.customer, t.redacted
FROM old.ticket t JOIN source_of s ON s.was = t.source LEFT JOIN run_of r ON r.was = t.run
WHERE true
ON CONFLICT DO UPDATE
SET state = excluded.state, record_unix_ms = excluded.record_unix_ms,
    value_hash = excluded.value_hash, ticket_id = excluded.ticket_id, language = excluded.language,
    content_hash = excluded.content_hash, reuse_key = excluded.reuse_key, flags = excluded.flags,
    attempts = excluded.attempts, unknowns = excluded.unknowns, reason = excluded.reason,
    seq = excluded.seq, input_tokens = excluded.input_tokens,
    cached_tokens = excluded.cached_tokens, output_tokens = excluded.output_tokens,
    cost_pusd = excluded.cost_pusd, cost_unknown_pusd = excluded.cost_unknown_pusd,
    run = excluded.run, route = excluded.route, customer = excluded.customer,
    redacted = excluded.redacted
WHERE excluded.state <> 4
  AND (ticket.state IN (0, 4)
       OR (SELECT ledger_id FROM main.run WHERE run = ticket.run)
          IS (SELECT ledger_id FROM main.run WHERE run = excluded.run));

INSERT INTO main.share (source, partition, offset, call, outcome, input_tokens, cached_tokens,
                        output_tokens, cost_pusd, raw_item, slot)
SELECT s.source, h.partition, h.offset, c.call, h.outcome, h.input_tokens, h.cached_tokens,
       h.output_tokens, h.cost_pusd, h.raw_item, h.slot
FROM old.share h JOIN source_of s ON s.was = h.source JOIN call_of c ON c.was = h.call
WHERE true ON CONFLICT DO NOTHING;

INSERT INTO main.result (source, partition, offset, category, confidence_ppm, summary, call, flags,
                         low_confidence, needs_review, reuse_key, reused_source, reused_partition,
                         reused_offset, classified_unix_us)
SELECT s.source, r.partition, r.offset, r.category, r.confidence_ppm, r.summary, c.call, r.flags,
       r.low_confidence, r.needs_review, r.reuse_key, u.source, r.reused_partition,
       r.reused_offset, r.classified_unix_us
FROM old.result r JOIN source_of s ON s.was = r.source JOIN call_of c ON c.was = r.call
LEFT JOIN source_of u ON u.was = r.reused_source
WHERE true ON CONFLICT DO NOTHING;

INSERT INTO main.opinion (source, partition, offset, call, category, confidence_ppm, cost_pusd)
SELECT s.source, o.partition, o.offset, c.call, o.category, o.confidence_ppm, o.cost_pusd
FROM old.opinion o JOIN source_of s ON s.was = o.source JOIN call_of c ON c.was = o.call
WHERE true ON CONFLICT DO NOTHING;

DELETE FROM main.outage WHERE run IN (SELECT run FROM run_of);
INSERT INTO main.outage (run, provider, endpoint, cause, from_unix_us, to_unix_us)
SELECT r.run, o.provider, o.endpoint, o.cause, o.from_unix_us, o.to_unix_us
FROM old.outage o JOIN run_of r ON r.was = o.run ORDER BY o.outage;

INSERT INTO main.estimate (made_unix_us, tickets, calls, cost_pusd, upper_pusd, seconds, basis)
SELECT made_unix_us, tickets, calls, cost_pusd, upper_pusd, seconds, basis FROM old.estimate
EXCEPT SELECT made_unix_us, tickets, calls, cost_pusd, upper_pusd, seconds, basis FROM main.estimate;

INSERT INTO main.label (ticket_id, category, imported_unix_us, origin)
SELECT ticket_id, category, imported_unix_us, origin FROM old.label WHERE true
ON CONFLICT (ticket_id) DO UPDATE
SET category = excluded.category, imported_unix_us = excluded.imported_unix_us,
    origin = excluded.origin
WHERE excluded.imported_unix_us > imported_unix_us;
