/* One published record into a ledger that is being rebuilt: ticket, shares, call, result.
 *
 * A record names only the call that ended its ticket, so everything the ticket cost is booked
 * there; calls grow ticket by ticket and sum up by construction. Sequences are given anew. What a
 * record says is published.c, when to commit is rebuild.c.
 */
#include "ledger/restore.h"

#include "base/mem.h"

/* The record at hand and what it became so far. */
struct job {
    const struct published *p;
    struct pos pos;
    int64_t run;
};

static void *number_as_value(int64_t n)
{
    return (void *)(intptr_t)n;
}

static struct slice or_empty(struct slice s)
{
    return s.p ? s : SLICE_LIT("");
}

static bool is_priced(const struct out_totals *t)
{
    return t->cost_pusd != PUSD_UNPRICED;
}

static enum status source_number(struct ledger *l, struct slice topic, int32_t *source,
                                 struct fail *fail)
{
    for (int32_t i = 0; i < l->source_count; i++) {
        if (l->sources[i] && slice_eq(slice_str(l->sources[i]), topic)) {
            *source = i;
            return ST_OK;
        }
    }
    struct use u = db_use(l, Q_SOURCE_ADD);
    bind_text(&u, topic);
    enum status st = db_run(l, &u, fail);
    if (st != ST_OK)
        return st;
    *source = (int32_t)sqlite3_last_insert_rowid(l->db);
    ledger_keep_source(l, *source, topic);
    return ST_OK;
}

static enum status run_number(struct restore *r, const struct published *p, int64_t *run,
                              struct fail *fail)
{
    *run = (int64_t)(intptr_t)map_get(r->runs, p->run_id);
    if (*run)
        return ST_OK;
    struct use u = db_use(r->ledger, Q_REBUILD_RUN);
    bind_text(&u, p->run_id);
    bind_i64(&u, p->classified_unix_us);
    enum status st = db_run(r->ledger, &u, fail);
    if (st != ST_OK)
        return st;
    *run = sqlite3_last_insert_rowid(r->ledger->db);
    (void)map_put(r->runs, p->run_id, number_as_value(*run));
    return ST_OK;
}

/* --- calls and shares ----------------------------------------------------------------------- */

/* Calls of one id that ended differently are kept apart: a sum has no place for two kinds. */
static struct slice call_key(struct restore *r, const struct published *p, enum call_state state,
                             bool priced)
{
    struct buf b;

    buf_init(&b, p->call_id.n + 32);
    buf_slice(&b, p->call_id);
    if (state == CALL_UNKNOWN)
        buf_str(&b, "-unknown");
    else if (!priced)
        buf_str(&b, "-unpriced");
    struct slice key = arena_copy(r->arena, buf_view(&b));
    buf_deinit(&b);
    return key;
}

static enum status add_call(struct restore *r, const struct job *j, struct slice key,
                            enum call_state state, bool priced, struct fail *fail)
{
    int64_t prompt = 0;
    enum status st = ledger_prompt(r->ledger, or_empty(j->p->prompt_version), NULL, &prompt, fail);

    if (st != ST_OK)
        return st;
    struct use u = db_use(r->ledger, Q_REBUILD_CALL);
    bind_text(&u, key);
    bind_i64(&u, j->run);
    bind_i64(&u, state);
    bind_text(&u, or_empty(j->p->model));
    bind_text(&u, or_empty(j->p->provider));
    bind_text(&u, or_empty(j->p->tier));
    bind_i64(&u, prompt);
    bind_pusd(&u, priced ? 0 : PUSD_UNPRICED);
    bind_i64(&u, j->p->classified_unix_us);
    return db_run(r->ledger, &u, fail);
}

static enum status call_number(struct restore *r, const struct job *j, enum call_state state,
                               bool priced, int64_t *call, struct fail *fail)
{
    struct slice key = call_key(r, j->p, state, priced);

    *call = (int64_t)(intptr_t)map_get(r->calls, key);
    if (*call)
        return ST_OK;
    enum status st = add_call(r, j, key, state, priced, fail);
    if (st != ST_OK)
        return st;
    *call = sqlite3_last_insert_rowid(r->ledger->db);
    (void)map_put(r->calls, key, number_as_value(*call));
    return ST_OK;
}

static enum status grow_call(struct ledger *l, int64_t call, const struct out_totals *by,
                             struct fail *fail)
{
    struct use u = db_use(l, Q_REBUILD_CALL_MORE);

    bind_i64(&u, call);
    bind_i64(&u, by->input_tokens);
    bind_i64(&u, by->cached_tokens);
    bind_i64(&u, by->output_tokens);
    bind_pusd(&u, by->cost_pusd);
    return db_run(l, &u, fail);
}

static enum share_outcome outcome_of(const struct published *p, enum call_state state)
{
    if (state == CALL_UNKNOWN)
        return SHARE_UNKNOWN;
    return p->kind == OUTROW_RESULT ? SHARE_ACCEPTED : SHARE_UNPARSED;
}

static enum status add_share(struct restore *r, const struct job *j, const struct out_totals *part,
                             enum call_state state, struct fail *fail)
{
    int64_t call = 0;
    enum status st = call_number(r, j, state, is_priced(part), &call, fail);

    if (st == ST_OK)
        st = grow_call(r->ledger, call, part, fail);
    if (st != ST_OK)
        return st;
    struct use u = db_use(r->ledger, Q_SHARE_ADD);
    bind_pos(&u, j->pos);
    bind_i64(&u, call);
    bind_i64(&u, outcome_of(j->p, state));
    bind_i64(&u, part->input_tokens);
    bind_i64(&u, part->cached_tokens);
    bind_i64(&u, part->output_tokens);
    bind_pusd(&u, part->cost_pusd);
    bind_text(&u, SLICE_NONE);
    bind_null(&u);
    return db_run(r->ledger, &u, fail);
}

/* What was billed for the ticket, and what may have been. */
static enum status add_shares(struct restore *r, const struct job *j, struct fail *fail)
{
    const struct out_totals *t = &j->p->totals;
    const struct out_totals unknown = {.cost_pusd = t->cost_unknown_pusd};
    enum status st = ST_OK;

    if (j->p->reused || j->p->call_id.n == 0)
        return ST_OK;
    if (j->p->kind == OUTROW_RESULT || t->attempts || t->cost_pusd)
        st = add_share(r, j, t, CALL_ANSWERED, fail);
    if (st == ST_OK && unknown.cost_pusd)
        st = add_share(r, j, &unknown, CALL_UNKNOWN, fail);
    return st;
}

/* --- ticket and result ----------------------------------------------------------------------- */

static bool is_named_by_position(const struct published *p)
{
    struct buf name;

    buf_init(&name, p->topic.n + 64);
    buf_slice(&name, p->topic);
    buf_fmt(&name, "/%d/%lld", (int)p->partition, (long long)p->offset);
    bool same = slice_eq(p->ticket_id, buf_view(&name));
    buf_deinit(&name);
    return same;
}

static void bind_reuse(struct use *u, const struct published *p, uint8_t key[LEDGER_HASH_SIZE])
{
    if (p->kind != OUTROW_RESULT) {
        bind_null(u);
        return;
    }
    ledger_reuse_key(is_named_by_position(p) ? SLICE_NONE : p->ticket_id, p->content_hash,
                     p->prompt_version, p->tier, key);
    bind_blob(u, slice_of(key, LEDGER_HASH_SIZE));
}

static enum status add_ticket(struct restore *r, const struct job *j, bool *fresh,
                              struct fail *fail)
{
    struct use u = db_use(r->ledger, Q_REBUILD_TICKET);
    const struct published *p = j->p;
    const bool result = p->kind == OUTROW_RESULT, priced = is_priced(&p->totals);
    uint8_t key[LEDGER_HASH_SIZE];

    bind_pos(&u, j->pos);
    bind_i64(&u, result ? TICKET_RESULT : TICKET_DEAD);
    bind_text(&u, p->ticket_id);
    bind_text(&u, p->language);
    bind_blob(&u, result ? slice_of(p->content_hash, SHA256_SIZE) : SLICE_NONE);
    bind_reuse(&u, p, key);
    bind_i64(&u, (p->flags & BILLING_FLAGS) | (priced ? 0 : FLAG_UNPRICED));
    bind_i64(&u, p->totals.attempts);
    bind_i64(&u, p->reason);
    bind_i64(&u, r->ledger->last_seq + 1);
    bind_i64(&u, p->totals.input_tokens);
    bind_i64(&u, p->totals.cached_tokens);
    bind_i64(&u, p->totals.output_tokens);
    bind_i64(&u, priced ? p->totals.cost_pusd : 0);
    bind_i64(&u, p->totals.cost_unknown_pusd);
    bind_i64(&u, j->run);
    bind_i64(&u, p->totals.cost_unknown_pusd > 0);
    enum status st = db_run(r->ledger, &u, fail);
    if (st == ST_OK)
        *fresh = sqlite3_changes(r->ledger->db) == 1;
    return st;
}

static enum status add_result(struct restore *r, const struct job *j, struct fail *fail)
{
    const struct published *p = j->p;
    int64_t call = 0;
    uint8_t key[LEDGER_HASH_SIZE];
    /* A copy names its original's call, which may not have been met yet. */
    enum status st =
        call_number(r, j, CALL_ANSWERED, p->reused || is_priced(&p->totals), &call, fail);

    if (st != ST_OK)
        return st;
    struct use u = db_use(r->ledger, Q_RESULT_ADD);
    bind_pos(&u, j->pos);
    bind_text(&u, p->category);
    bind_i64(&u, p->confidence_ppm);
    bind_text(&u, p->summary);
    bind_i64(&u, call);
    bind_i64(&u, p->flags);
    bind_i64(&u, p->needs_review && !p->flags);
    bind_i64(&u, p->needs_review);
    if (p->reused) { /* from where was not published: from itself says that it is a copy */
        bind_null(&u);
        bind_pos(&u, j->pos);
    } else {
        bind_reuse(&u, p, key);
        bind_null(&u);
        bind_null(&u);
        bind_null(&u);
    }
    bind_i64(&u, p->classified_unix_us);
    if (!p->reused)
        reuse_note(&r->ledger->reuse, slice_of(key, sizeof(key)), j->pos, p->classified_unix_us);
    return db_run(r->ledger, &u, fail);
}

enum status restore_record(struct restore *r, const struct published *p, bool *fresh,
                           struct fail *fail)
{
    struct job j = {.p = p, .pos = {.partition = p->partition, .offset = p->offset}};
    enum status st = source_number(r->ledger, p->topic, &j.pos.source, fail);

    if (st == ST_OK)
        st = run_number(r, p, &j.run, fail);
    if (st == ST_OK)
        st = add_ticket(r, &j, fresh, fail);
    if (st != ST_OK || !*fresh)
        return st;
    st = add_shares(r, &j, fail);
    if (st == ST_OK && p->kind == OUTROW_RESULT)
        st = add_result(r, &j, fail);
    if (st == ST_OK)
        r->ledger->last_seq++;
    return st;
}
