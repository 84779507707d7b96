/* LOP_SETTLE: a call has ended, and with it everything that follows for its tickets.
 *
 * One savepoint holds usage, cost, raw answer, each ticket's share, results and outbox rows. What
 * does not add up to the last picodollar is refused as a whole: a wrong bill is worse than a
 * stopped run. How the cost was divided was worked out before (batch/); here it is checked.
 */
#include "ledger/books.h"

#include "model/money.h"

/* The call's row, as far as its settlement needs it. */
struct open_call {
    enum call_purpose purpose;
    int64_t reserved_pusd;
    struct slice call_id, claims, model, provider, tier, prompt_version; /* in the arena */
};

static enum status load_call(struct ledger *l, struct arena *a, int64_t call_no,
                             struct open_call *c, struct fail *fail)
{
    struct use u = db_use(l, Q_CALL_OPEN);
    bool row = false;

    bind_i64(&u, call_no);
    enum status st = db_row(l, &u, &row, fail);
    if (st != ST_OK)
        return st;
    if (!row)
        return fail_set(fail, ST_INTERNAL, 0, "call %lld is not in flight", (long long)call_no);
    *c = (struct open_call){
        .call_id = arena_copy(a, col_text(&u, 0)),
        .purpose = (enum call_purpose)col_i64(&u, 1),
        .reserved_pusd = col_pusd(&u, 2),
        .claims = arena_copy(a, col_text(&u, 3)),
        .model = arena_copy(a, col_text(&u, 4)),
        .provider = arena_copy(a, col_text(&u, 5)),
        .tier = arena_copy(a, col_text(&u, 6)),
        .prompt_version = arena_copy(a, col_text(&u, 7)),
    };
    db_end(&u);
    return ST_OK;
}

/* --- checks -------------------------------------------------------------------------------- */

static bool takes(struct pos *claims, size_t *count, struct pos pos)
{
    for (size_t i = 0; i < *count; i++) {
        if (pos_eq(claims[i], pos)) {
            claims[i] = claims[--*count];
            return true;
        }
    }
    return false;
}

static enum status check_claims(const struct ledger_cmd *cmd, struct arena *a,
                                const struct open_call *c, struct fail *fail)
{
    struct pos *claims = NULL;
    size_t left = 0;
    bool good = claims_read(a, c->claims, &claims, &left) && left == cmd->u.settle.count;

    for (size_t i = 0; good && i < cmd->u.settle.count; i++)
        good = takes(claims, &left, cmd->u.settle.items[i].pos);
    return good ? ST_OK
                : fail_set(fail, ST_INTERNAL, 0, "call %s was sent with other tickets",
                           c->call_id.p ? c->call_id.p : "?");
}

static bool cost_fits_state(const struct ledger_settle *s, int64_t reserved_pusd)
{
    switch (s->state) {
    case CALL_ANSWERED:
        return s->cost_pusd >= PUSD_UNPRICED;
    case CALL_FAILED:
        return s->cost_pusd == 0;
    case CALL_UNKNOWN:
        return s->cost_pusd == reserved_pusd;
    case CALL_SENT:
        break;
    }
    return false;
}

static bool shares_sum_up(const struct ledger_cmd *cmd)
{
    int64_t sum = 0;

    for (size_t i = 0; i < cmd->u.settle.count; i++) {
        int64_t cost = cmd->u.settle.items[i].cost_pusd;
        if (cmd->u.settle.call.cost_pusd == PUSD_UNPRICED) {
            if (cost != PUSD_UNPRICED)
                return false;
        } else if (!money_add(sum, cost, &sum)) {
            return false;
        }
    }
    return cmd->u.settle.call.cost_pusd == PUSD_UNPRICED || sum == cmd->u.settle.call.cost_pusd;
}

static enum status check(const struct ledger_cmd *cmd, struct arena *a, const struct open_call *c,
                         struct fail *fail)
{
    const struct ledger_settle *s = &cmd->u.settle.call;

    if (!cost_fits_state(s, c->reserved_pusd))
        return fail_set(fail, ST_INTERNAL, 0, "call %lld: cost %lld does not fit its end (%s)",
                        (long long)s->call_no, (long long)s->cost_pusd, call_state_name(s->state));
    if (!shares_sum_up(cmd))
        return fail_set(fail, ST_INTERNAL, 0, "call %lld: shares do not sum to its cost",
                        (long long)s->call_no);
    return check_claims(cmd, a, c, fail);
}

/* --- writing ------------------------------------------------------------------------------- */

static void bind_known(struct use *u, int64_t v) /* 0 = not known */
{
    if (v)
        bind_i64(u, v);
    else
        bind_null(u);
}

static enum status store_call(struct ledger *l, const struct ledger_settle *s, struct fail *fail)
{
    struct use u = db_use(l, Q_CALL_SETTLE);

    bind_i64(&u, s->call_no);
    bind_i64(&u, s->state);
    bind_i64(&u, s->cause);
    bind_known(&u, s->answered_unix_us);
    bind_known(&u, s->latency_us);
    bind_i64(&u, s->usage.input);
    bind_i64(&u, s->usage.cached);
    bind_i64(&u, s->usage.cache_write);
    bind_i64(&u, s->usage.output);
    bind_i64(&u, s->usage.reasoning);
    bind_pusd(&u, s->cost_pusd);
    bind_pusd(&u, s->usage.present ? s->usage.provider_cost_pusd : PUSD_UNPRICED);
    bind_i64(&u, s->http_status);
    bind_i64(&u, s->flags);
    bind_text(&u, s->finish_reason);
    bind_text(&u, s->served_model);
    bind_text(&u, s->request_id);
    bind_text(&u, s->provider_code);
    bind_text(&u, s->message);
    bind_text(&u, s->raw_answer);
    return db_run(l, &u, fail);
}

static enum status store_share(struct ledger *l, int64_t call_no, const struct settle_item *item,
                               struct fail *fail)
{
    struct use u = db_use(l, Q_SHARE_ADD);

    bind_pos(&u, item->pos);
    bind_i64(&u, call_no);
    bind_i64(&u, item->outcome);
    bind_i64(&u, item->input_tokens);
    bind_i64(&u, item->cached_tokens);
    bind_i64(&u, item->output_tokens);
    bind_pusd(&u, item->cost_pusd);
    bind_text(&u, item->raw_item);
    bind_i64(&u, item->slot);
    return db_run(l, &u, fail);
}

/* Adds a primary call's share to the ticket's sums; false on overflow. */
static bool book(struct ticket_row *t, const struct ledger_settle *s,
                 const struct settle_item *item)
{
    struct out_totals *sum = &t->totals;
    bool unpriced = item->cost_pusd == PUSD_UNPRICED;
    int64_t *into = s->state == CALL_UNKNOWN ? &sum->cost_unknown_pusd : &sum->cost_pusd;

    t->flags |= s->flags & BILLING_FLAGS;
    if (unpriced)
        t->flags |= FLAG_UNPRICED;
    if (s->state == CALL_UNKNOWN)
        t->unknowns++;
    if (item->counts)
        sum->attempts++;
    return money_add(sum->input_tokens, item->input_tokens, &sum->input_tokens) &&
           money_add(sum->cached_tokens, item->cached_tokens, &sum->cached_tokens) &&
           money_add(sum->output_tokens, item->output_tokens, &sum->output_tokens) &&
           (unpriced || money_add(*into, item->cost_pusd, into));
}

static enum status end_ticket(struct ledger *l, struct ledger_cmd *cmd, const struct open_call *c,
                              const struct settle_item *item, struct ticket_row *t,
                              struct fail *fail)
{
    if (item->then == SETTLE_DEAD)
        return ticket_end_dead(
            l, cmd, t, &(struct dead_item){item->pos, item->reason, item->detail, item->record},
            fail);
    struct answer a = {
        .category = item->category,
        .summary = item->verdict.summary,
        .confidence_ppm = item->verdict.confidence_ppm,
        .flags = item->verdict.flags | cmd->u.settle.call.flags,
        .low_confidence = item->needs_review,
        .call = cmd->u.settle.call.call_no,
        .call_id = c->call_id,
        .model = c->model,
        .provider = c->provider,
        .tier = c->tier,
        .prompt_version = c->prompt_version,
        .record = item->record,
    };
    if (item->verdict_call_no && item->verdict_call_no != a.call) {
        a.flags = item->verdict.flags;
        enum status st =
            answer_from_call(l, &cmd->arena, item->pos, item->verdict_call_no, &a, fail);
        if (st != ST_OK)
            return st;
    }
    return ticket_end_result(l, cmd, t, &a, fail);
}

/* A shadow or guard call's item: the ticket stays as it is. */
static enum status compare(struct ledger *l, const struct ledger_settle *s,
                           enum call_purpose purpose, const struct settle_item *item,
                           struct fail *fail)
{
    if (item->then != SETTLE_OPEN)
        return fail_set(fail, ST_INTERNAL, 0, "a %s call would end a ticket",
                        purpose_name(purpose));
    if (item->outcome != SHARE_COMPARED)
        return ST_OK;
    struct use u = db_use(l, Q_OPINION_ADD);
    bind_pos(&u, item->pos);
    bind_i64(&u, s->call_no);
    bind_text(&u, item->category);
    bind_i64(&u, item->verdict.confidence_ppm);
    bind_pusd(&u, item->cost_pusd);
    return db_run(l, &u, fail);
}

static enum status settle_item(struct ledger *l, struct ledger_cmd *cmd, const struct open_call *c,
                               const struct settle_item *item, struct fail *fail)
{
    const struct ledger_settle *s = &cmd->u.settle.call;
    enum status st = store_share(l, s->call_no, item, fail);

    if (st != ST_OK)
        return st;
    if (!purpose_is_primary(c->purpose))
        return compare(l, s, c->purpose, item, fail);
    if (s->state == CALL_FAILED && item->then == SETTLE_OPEN && !item->counts)
        return ST_OK; /* nothing to book, as in a storm of 429s */
    struct ticket_row t;
    st = ticket_load(l, &cmd->arena, item->pos, &t, fail);
    if (st != ST_OK)
        return st;
    if (!book(&t, s, item))
        return fail_set(fail, ST_INTERNAL, 0, "call %lld: a ticket's sums overflow",
                        (long long)s->call_no);
    return item->then == SETTLE_OPEN ? ticket_store(l, &t, fail)
                                     : end_ticket(l, cmd, c, item, &t, fail);
}

enum status apply_settle(struct ledger *l, struct ledger_cmd *cmd, struct fail *fail)
{
    struct open_call c = {0};
    enum status st = load_call(l, &cmd->arena, cmd->u.settle.call.call_no, &c, fail);

    if (st == ST_OK)
        st = check(cmd, &cmd->arena, &c, fail);
    if (st == ST_OK)
        st = store_call(l, &cmd->u.settle.call, fail);
    for (size_t i = 0; st == ST_OK && i < cmd->u.settle.count; i++)
        st = settle_item(l, cmd, &c, &cmd->u.settle.items[i], fail);
    return st;
}
