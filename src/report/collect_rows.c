/* What each view's rows add to the report. The columns are told at the head of the files in
 * sql/reports/; nothing is left out silently: a state or cause of a newer program still counts.
 */
#include "report/collect.h"

#include "base/mem.h"
#include "ledger/command.h"
#include "model/call.h"
#include "model/failure.h"
#include "model/money.h"

void collect_meta(void *self, const struct ledger_row *row)
{
    struct collect *c = self;
    struct slice name = ledger_row_text(row, 0);
    if (slice_eq(name, SLICE_LIT("ledger_id")))
        c->ledger->ledger_id = mem_slice(ledger_row_text(row, 1));
    else if (slice_eq(name, SLICE_LIT("shard")))
        c->ledger->shard = ledger_row_i64(row, 1);
    else if (slice_eq(name, SLICE_LIT("shards")))
        c->ledger->shards = ledger_row_i64(row, 1);
}

static bool wanted(const struct report_filter *f, const struct ledger_row *row, const char *date)
{
    if (f->day != NULL && strcmp(f->day, date) != 0)
        return false;
    return f->run_id == NULL || strcmp(f->run_id, "last") == 0 ||
           slice_eq(ledger_row_text(row, 1), slice_str(f->run_id));
}

static void note_size(struct report_ledger *l, int64_t bytes, int64_t unix_us)
{
    if (bytes == 0)
        return;
    if (l->first_bytes == 0) {
        l->first_bytes = bytes;
        l->first_unix_us = unix_us;
    }
    l->last_bytes = bytes;
    l->last_unix_us = unix_us;
}

void collect_run(void *self, const struct ledger_row *row)
{
    struct collect *c = self;
    struct seen_run run = {.run = ledger_row_i64(row, 0),
                           .started_unix_us = ledger_row_i64(row, 2),
                           .running = ledger_row_null(row, 3),
                           .idempotent =
                               slice_eq(ledger_row_text(row, 6), SLICE_LIT("idempotent"))};

    note_size(c->ledger, ledger_row_i64(row, 8), run.started_unix_us);
    report_date(run.started_unix_us, run.date);
    if (!wanted(&c->report->filter, row, run.date))
        return;
    c->runs = mem_grow(c->runs, c->run_count + 1, sizeof *c->runs);
    c->runs[c->run_count++] = run;
}

static void add_state(struct collect *c, enum ticket_state state, int64_t tickets)
{
    struct report *r = c->report;
    switch (state) {
    case TICKET_ADMITTED:
        collect_add(c, &r->tickets.pending, tickets);
        break;
    case TICKET_RESULT:
        collect_add(c, &r->tickets.results, tickets);
        break;
    case TICKET_DEAD:
        collect_add(c, &r->tickets.dead, tickets);
        break;
    case TICKET_SKIPPED:
        collect_add(c, &r->tickets.skipped, tickets);
        break;
    case TICKET_ADOPTED:
        collect_add(c, &r->tickets.adopted, tickets);
        break;
    }
}

void collect_tickets(void *self, const struct ledger_row *row)
{
    struct collect *c = self;
    struct report *r = c->report;
    enum ticket_state state = (enum ticket_state)ledger_row_i64(row, 0);
    int64_t reason = ledger_row_i64(row, 1), tickets = ledger_row_i64(row, 5);

    add_state(c, state, tickets);
    collect_add(c, &r->tickets.needs_review, ledger_row_i64(row, 6));
    if (state == TICKET_DEAD) {
        if (reason >= 0 && reason < REPORT_REASONS)
            collect_add(c, &r->tickets.by_reason[reason], tickets);
        collect_add(c, &r->dead_pusd, ledger_row_i64(row, 7));
    }
    if (state == TICKET_RESULT) {
        if (ledger_row_i64(row, 2) != 0)
            collect_add(c, &r->tickets.reused, tickets);
        if (ledger_row_i64(row, 4) != 0)
            collect_add(c, &r->tickets.unpriced, tickets);
    }
    if ((state == TICKET_RESULT || state == TICKET_DEAD) && ledger_row_i64(row, 3) == 0)
        collect_add(c, &r->tickets.unpublished, tickets);
}

void collect_run_tickets(void *self, const struct ledger_row *row)
{
    struct collect *c = self;
    struct report_group *day = collect_day(c, ledger_row_i64(row, 0));
    if (day == NULL)
        return;
    collect_add(c, &day->tickets, ledger_row_i64(row, 1));
    collect_add(c, &day->reused, ledger_row_i64(row, 2));
    collect_add(c, &day->dead, ledger_row_i64(row, 3));
}

void collect_ticket_cost(void *self, const struct ledger_row *row)
{
    struct collect *c = self;
    int64_t each = ledger_row_i64(row, 0), times = ledger_row_i64(row, 1), sum;
    spread_add(&c->ticket_costs, each, times);
    if (__builtin_mul_overflow(each, times, &sum))
        c->overflow = true;
    else
        collect_add(c, &c->report->ticket_cost_pusd, sum);
}

void collect_category(void *self, const struct ledger_row *row)
{
    struct collect *c = self;
    struct report_group *g =
        collect_group(&c->report->categories, ledger_row_text(row, 0), SLICE_NONE);
    collect_add(c, &g->tickets, ledger_row_i64(row, 1));
    collect_add(c, &g->reused, ledger_row_i64(row, 2));
    collect_add(c, &g->needs_review, ledger_row_i64(row, 3));
    collect_add(c, &g->unpriced, ledger_row_i64(row, 4));
    collect_add(c, &g->cost_pusd, ledger_row_i64(row, 5));
    collect_add(c, &g->input_tokens, ledger_row_i64(row, 6));
    collect_add(c, &g->cached_tokens, ledger_row_i64(row, 7));
    collect_add(c, &g->output_tokens, ledger_row_i64(row, 8));
    collect_add(c, &g->confidence_ppm, ledger_row_i64(row, 9));
}

void collect_model_results(void *self, const struct ledger_row *row)
{
    struct collect *c = self;
    struct report_group *g =
        collect_group(&c->report->models, ledger_row_text(row, 0), ledger_row_text(row, 1));
    collect_add(c, &g->tickets, ledger_row_i64(row, 2));
    g = collect_group(&c->report->routing.tiers, ledger_row_text(row, 3), SLICE_NONE);
    collect_add(c, &g->tickets, ledger_row_i64(row, 2));
}

/* What all breakdowns of calls have in common. */
static void add_calls(struct collect *c, struct report_group *g, const struct ledger_row *row)
{
    enum call_state state = (enum call_state)ledger_row_i64(row, 3);
    int64_t calls = ledger_row_i64(row, 6), cost = ledger_row_i64(row, 8);

    collect_add(c, &g->calls, calls);
    if (state == CALL_UNKNOWN) {
        collect_add(c, &g->unknown, calls);
        collect_add(c, &g->unknown_pusd, cost);
    } else if (state == CALL_FAILED) {
        collect_add(c, &g->failed, calls);
    } else if (state == CALL_ANSWERED) {
        collect_add(c, &g->answered, calls);
        collect_add(c, &g->unpriced, ledger_row_i64(row, 9));
        collect_add(c, &g->cost_pusd, cost);
        collect_add(c, &g->input_tokens, ledger_row_i64(row, 10));
        collect_add(c, &g->cached_tokens, ledger_row_i64(row, 11));
        collect_add(c, &g->output_tokens, ledger_row_i64(row, 13));
    }
}

static void add_answered(struct collect *c, const struct ledger_row *row)
{
    struct report *r = c->report;
    int64_t purpose = ledger_row_i64(row, 5);
    int64_t calls = ledger_row_i64(row, 6), cost = ledger_row_i64(row, 8);

    collect_add(c, &r->calls.answered, calls);
    collect_add(c, &r->spent_pusd, cost);
    collect_add(c, &r->unpriced_calls, ledger_row_i64(row, 9));
    collect_add(c, &r->tokens.input, ledger_row_i64(row, 10));
    collect_add(c, &r->tokens.cached, ledger_row_i64(row, 11));
    collect_add(c, &r->tokens.cache_write, ledger_row_i64(row, 12));
    collect_add(c, &r->tokens.output, ledger_row_i64(row, 13));
    collect_add(c, &r->tokens.reasoning, ledger_row_i64(row, 14));
    collect_add(c, &r->provider.calls, ledger_row_i64(row, 15));
    collect_add(c, &r->provider.told_pusd, ledger_row_i64(row, 16));
    collect_add(c, &r->provider.ours_pusd, ledger_row_i64(row, 17));
    if (purpose > PURPOSE_ESCALATE) {
        collect_add(c, &r->waste.extra_calls, calls);
        collect_add(c, &r->waste.extra_pusd, cost);
    } else if (purpose != PURPOSE_FIRST) {
        collect_add(c, &r->waste.again_calls, calls);
        collect_add(c, &r->waste.again_pusd, cost);
    }
}

static void add_ending(struct collect *c, const struct ledger_row *row)
{
    struct report *r = c->report;
    enum call_state state = (enum call_state)ledger_row_i64(row, 3);
    int64_t calls = ledger_row_i64(row, 6), cost = ledger_row_i64(row, 8);

    switch (state) {
    case CALL_SENT:
        collect_add(c, &r->calls.sent, calls);
        break;
    case CALL_ANSWERED:
        add_answered(c, row);
        break;
    case CALL_FAILED:
        collect_add(c, &r->calls.failed, calls);
        collect_add(c, &r->waste.failed_calls, calls);
        break;
    case CALL_UNKNOWN:
        collect_add(c, &r->calls.unknown, calls);
        collect_add(c, &r->waste.unknown_calls, calls);
        collect_add(c, &r->waste.unknown_pusd, cost);
        break;
    }
}

/* Primary calls, with those of shadow and guard beside. */
static void add_tier(struct collect *c, const struct ledger_row *row)
{
    struct report_group *g =
        collect_group(&c->report->routing.tiers, ledger_row_text(row, 19), SLICE_NONE);

    if (purpose_is_primary((enum call_purpose)ledger_row_i64(row, 5))) {
        add_calls(c, g, row);
        return;
    }
    collect_add(c, &g->extra_calls, ledger_row_i64(row, 6));
    if (ledger_row_i64(row, 3) == CALL_ANSWERED)
        collect_add(c, &g->extra_pusd, ledger_row_i64(row, 8));
}

void collect_calls(void *self, const struct ledger_row *row)
{
    struct collect *c = self;
    struct report *r = c->report;
    enum call_state state = (enum call_state)ledger_row_i64(row, 3);
    struct slice cause = slice_str(failure_name((enum failure)ledger_row_i64(row, 4)));
    struct slice purpose = slice_str(purpose_name((enum call_purpose)ledger_row_i64(row, 5)));
    struct report_group *day = collect_day(c, ledger_row_i64(row, 0));

    if (state == CALL_SENT) /* nothing is known about it yet */
        cause = SLICE_LIT("in flight");
    if (day != NULL)
        add_calls(c, day, row);
    add_calls(c, collect_group(&r->models, ledger_row_text(row, 1), ledger_row_text(row, 2)), row);
    add_calls(c, collect_group(&r->endings, slice_str(call_state_name(state)), cause), row);
    add_calls(c, collect_group(&r->purposes, purpose, SLICE_NONE), row);
    add_ending(c, row);
    add_tier(c, row);
    collect_endpoint_calls(c, row);
}

void collect_unknown_call(void *self, const struct ledger_row *row)
{
    struct collect *c = self;
    struct report *r = c->report;
    if (r->unknown_count == REPORT_UNKNOWN_SHOWN)
        return;
    r->unknown[r->unknown_count++] =
        (struct report_unknown){.call_id = mem_slice(ledger_row_text(row, 0)),
                                .sent_unix_us = ledger_row_i64(row, 1),
                                .cause = (int)ledger_row_i64(row, 2),
                                .tickets = ledger_row_i64(row, 3),
                                .reserved_pusd = ledger_row_pusd(row, 4),
                                .model = mem_slice(ledger_row_text(row, 5)),
                                .endpoint = mem_slice(ledger_row_text(row, 6))};
}

void collect_shares(void *self, const struct ledger_row *row)
{
    struct collect *c = self;
    struct report *r = c->report;
    int64_t outcome = ledger_row_i64(row, 0);
    if (outcome == SHARE_ESCALATED) {
        collect_add(c, &r->waste.doubted_shares, ledger_row_i64(row, 1));
        collect_add(c, &r->waste.doubted_pusd, ledger_row_i64(row, 2));
    }
    if (outcome < SHARE_MISSING || outcome > SHARE_UNPARSED)
        return;
    collect_add(c, &r->waste.useless_shares, ledger_row_i64(row, 1));
    collect_add(c, &r->waste.useless_pusd, ledger_row_i64(row, 2));
}

void collect_reuse(void *self, const struct ledger_row *row)
{
    struct collect *c = self;
    collect_add(c, &c->report->reuse.tickets, ledger_row_i64(row, 0));
    collect_add(c, &c->report->reuse.saved_pusd, ledger_row_i64(row, 1));
}
