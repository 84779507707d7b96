/* A ticket's row and its end.
 *
 * However a ticket ends (an answer, a copy's answer, a dead letter), it passes through here: one
 * sequence number, one row in the outbox, one row for the publisher, and never twice. Which end it
 * gets was decided by whoever sent the command.
 */
#include "ledger/books.h"

#include "base/mem.h"

enum status ticket_load(struct ledger *l, struct arena *a, struct pos pos, struct ticket_row *t,
                        struct fail *fail)
{
    struct use u = db_use(l, Q_TICKET_GET);
    bool row = false;

    bind_pos(&u, pos);
    enum status st = db_row(l, &u, &row, fail);
    if (st != ST_OK)
        return st;
    if (!row)
        return fail_set(fail, ST_INTERNAL, 0, "ticket %d/%d/%lld was never admitted",
                        (int)pos.source, (int)pos.partition, (long long)pos.offset);
    *t = (struct ticket_row){
        .pos = pos,
        .state = (enum ticket_state)col_i64(&u, 0),
        .flags = (uint32_t)col_i64(&u, 1),
        .unknowns = (int32_t)col_i64(&u, 3),
        .totals = {.attempts = (int32_t)col_i64(&u, 2),
                   .input_tokens = col_i64(&u, 4),
                   .cached_tokens = col_i64(&u, 5),
                   .output_tokens = col_i64(&u, 6),
                   .cost_pusd = col_i64(&u, 7),
                   .cost_unknown_pusd = col_i64(&u, 8)},
        .reason = (enum reason)col_i64(&u, 9),
        .seq = col_i64(&u, 10),
        .run = col_i64(&u, 11),
        .ticket_id = arena_copy(a, col_text(&u, 12)),
        .language = arena_copy(a, col_text(&u, 13)),
        .content_hash = arena_copy(a, col_blob(&u, 14)),
        .reuse_key = arena_copy(a, col_blob(&u, 15)),
    };
    db_end(&u);
    return ST_OK;
}

enum status ticket_store(struct ledger *l, const struct ticket_row *t, struct fail *fail)
{
    struct use u = db_use(l, Q_TICKET_BOOK);

    bind_pos(&u, t->pos);
    bind_i64(&u, t->state);
    bind_i64(&u, t->flags);
    bind_i64(&u, t->totals.attempts);
    bind_i64(&u, t->unknowns);
    bind_i64(&u, t->reason);
    if (t->seq)
        bind_i64(&u, t->seq);
    else
        bind_null(&u);
    bind_i64(&u, t->run);
    bind_i64(&u, t->totals.input_tokens);
    bind_i64(&u, t->totals.cached_tokens);
    bind_i64(&u, t->totals.output_tokens);
    bind_i64(&u, t->totals.cost_pusd);
    bind_i64(&u, t->totals.cost_unknown_pusd);
    return db_run(l, &u, fail);
}

/* What is published: no sum of a part. */
static struct out_totals published_totals(const struct ticket_row *t)
{
    struct out_totals o = t->totals;

    if (t->flags & FLAG_UNPRICED)
        o.cost_pusd = PUSD_UNPRICED;
    return o;
}

static struct slice source_name(const struct ledger *l, int32_t source)
{
    bool known = source >= 0 && source < l->source_count && l->sources[source];

    return slice_str(known ? l->sources[source] : "");
}

/* Marks the row as ended under the next sequence number. */
static enum status end_row(struct ledger *l, struct ticket_row *t, enum ticket_state state,
                           struct fail *fail)
{
    if (t->state != TICKET_ADMITTED)
        return fail_set(
            fail, ST_INTERNAL, 0, "ticket %d/%d/%lld would get a second terminal state (has %d)",
            (int)t->pos.source, (int)t->pos.partition, (long long)t->pos.offset, (int)t->state);
    t->state = state;
    t->seq = l->last_seq + 1;
    t->run = l->run;
    return ST_OK;
}

static enum status put_out(struct ledger *l, struct ledger_cmd *cmd, const struct outrow *row,
                           struct fail *fail)
{
    struct use u = db_use(l, Q_OUTBOX_ADD);

    bind_i64(&u, row->seq);
    bind_i64(&u, row->kind);
    bind_pos(&u, row->pos);
    bind_i64(&u, row->timestamp_unix_ms);
    bind_i64(&u, clock_unix_us(l->clock));
    bind_blob(&u, row->key);
    bind_blob(&u, row->value);
    bind_blob(&u, row->headers);
    enum status st = db_run(l, &u, fail);
    if (st != ST_OK)
        return st;
    l->last_seq = row->seq;
    list_push(&cmd->rows, &outrow_new(row)->node);
    return ST_OK;
}

/* --- results ------------------------------------------------------------------------------- */

static enum status store_result(struct ledger *l, const struct ticket_row *t,
                                const struct answer *a, const struct out_result *r,
                                struct fail *fail)
{
    struct use u = db_use(l, Q_RESULT_ADD);

    bind_pos(&u, t->pos);
    bind_text(&u, a->category);
    bind_i64(&u, a->confidence_ppm);
    bind_text(&u, a->summary);
    bind_i64(&u, a->call);
    bind_i64(&u, r->flags);
    bind_i64(&u, a->low_confidence);
    bind_i64(&u, r->needs_review);
    bind_blob(&u, a->original ? SLICE_NONE : t->reuse_key);
    if (a->original) {
        bind_pos(&u, *a->original);
    } else {
        bind_null(&u);
        bind_null(&u);
        bind_null(&u);
    }
    bind_i64(&u, r->classified_unix_us);
    if (!a->original)
        reuse_note(&l->reuse, t->reuse_key, t->pos, r->classified_unix_us);
    return db_run(l, &u, fail);
}

static struct out_result describe(struct ledger *l, const struct ticket_row *t,
                                  const struct answer *a)
{
    uint32_t flags = t->flags | a->flags;

    return (struct out_result){
        .pos = t->pos,
        .source = source_name(l, t->pos.source),
        .ticket_id = t->ticket_id,
        .category = a->category,
        .summary = a->summary,
        .language = t->language,
        .model = a->model,
        .provider = a->provider,
        .tier = a->tier,
        .prompt_version = a->prompt_version,
        .call_id = a->call_id,
        .run_id = slice_str(l->run_id),
        .ledger_id = slice_str(l->ledger_id),
        .confidence_ppm = a->confidence_ppm,
        .reused = a->original != NULL,
        .needs_review = a->low_confidence || flags != 0,
        .flags = flags,
        .totals = published_totals(t),
        .content_hash = t->content_hash,
        .seq = l->last_seq + 1,
        .classified_unix_us = clock_unix_us(l->clock),
    };
}

enum status ticket_end_result(struct ledger *l, struct ledger_cmd *cmd, struct ticket_row *t,
                              const struct answer *a, struct fail *fail)
{
    struct out_result r = describe(l, t, a);

    buf_clear(&l->value);
    buf_clear(&l->headers);
    outrecord_result(&l->value, &r);
    outrecord_result_headers(&l->headers, a->record ? a->record->headers : SLICE_NONE, l->campaign);
    struct outrow row = {.seq = r.seq,
                         .kind = OUTROW_RESULT,
                         .pos = t->pos,
                         .timestamp_unix_ms = -1,
                         .key = t->ticket_id,
                         .value = buf_view(&l->value),
                         .headers = buf_view(&l->headers)};
    if (outrecord_wire_bytes(row.key, row.value, row.headers) > l->max_result_bytes)
        return ticket_end_dead(
            l, cmd, t,
            &(struct dead_item){t->pos, REASON_TOO_LONG,
                                SLICE_LIT("the result exceeds its topic's max.message.bytes"),
                                a->record},
            fail);
    enum status st = end_row(l, t, TICKET_RESULT, fail);
    if (st == ST_OK)
        st = ticket_store(l, t, fail);
    if (st == ST_OK)
        st = store_result(l, t, a, &r, fail);
    return st == ST_OK ? put_out(l, cmd, &row, fail) : st;
}

/* --- dead letters -------------------------------------------------------------------------- */

static enum status list_call_ids(struct ledger *l, struct pos pos, struct buf *out,
                                 struct fail *fail)
{
    struct use u = db_use(l, Q_TICKET_CALL_IDS);

    buf_clear(out);
    bind_pos(&u, pos);
    for (;;) {
        bool row = false;
        enum status st = db_row(l, &u, &row, fail);
        if (st != ST_OK || !row)
            return st;
        if (out->n)
            buf_char(out, ',');
        buf_slice(out, col_text(&u, 0));
    }
}

enum status ticket_end_dead(struct ledger *l, struct ledger_cmd *cmd, struct ticket_row *t,
                            const struct dead_item *end, struct fail *fail)
{
    const struct record gone = {.pos = t->pos, .timestamp_unix_ms = -1}; /* not at hand any more */
    enum status st = list_call_ids(l, t->pos, &l->text, fail);

    if (st == ST_OK)
        st = end_row(l, t, TICKET_DEAD, fail);
    if (st != ST_OK)
        return st;
    t->reason = end->reason;
    struct out_dead d = {.record = end->record ? end->record : &gone,
                         .source = source_name(l, t->pos.source),
                         .ticket_id = t->ticket_id,
                         .reason = end->reason,
                         .detail = end->detail,
                         .totals = published_totals(t),
                         .run_id = slice_str(l->run_id),
                         .ledger_id = slice_str(l->ledger_id),
                         .call_ids = buf_view(&l->text),
                         .campaign = l->campaign,
                         .seq = t->seq};
    struct outrow row = {.seq = t->seq, .kind = OUTROW_DEAD, .pos = t->pos};
    outrecord_dead(&row, &l->headers, &d, l->max_dead_bytes);
    st = ticket_store(l, t, fail);
    return st == ST_OK ? put_out(l, cmd, &row, fail) : st;
}
