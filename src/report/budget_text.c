/* What is left, of the money and of the time that the topic keeps its records, and how near the
 * estimates came.
 */
#include "report/routing_out.h"

#include <stdio.h>

#include "base/clock.h"
#include "base/human.h"
#include "model/money.h"
#include "model/money_show.h"
#include "report/table.h"

#define COLUMNS(heads) (int)(sizeof(heads) / sizeof *(heads))

static void caps(const struct report_routing *r, struct buf *out)
{
    char cap[MONEY_SHOW_SIZE], spent[MONEY_SHOW_SIZE], left[MONEY_SHOW_SIZE];

    for (size_t i = 0; i < r->cap_count; i++) {
        const struct report_cap *c = &r->caps[i];
        money_show(c->cap_pusd, cap);
        buf_str(out, "  ");
        table_clean(out, slice_str(c->name));
        buf_fmt(out, "%*s cap %10s", (int)(18 > strlen(c->name) ? 18 - strlen(c->name) : 0), "",
                cap);
        if (c->spent_pusd >= 0) {
            int64_t rest = c->cap_pusd - c->spent_pusd;
            money_show(c->spent_pusd, spent);
            money_show(rest > 0 ? rest : 0, left);
            buf_fmt(out, "   spent %10s   left %10s", spent, left);
        } else {
            buf_str(out, "   of each run");
        }
        buf_char(out, '\n');
    }
}

static bool has_cap(const struct report_routing *r, const char *name)
{
    for (size_t i = 0; i < r->cap_count; i++) {
        if (strcmp(r->caps[i].name, name) == 0)
            return true;
    }
    return false;
}

static void spent_only(const struct report_routing *r, const char *name, int64_t pusd,
                       struct buf *out)
{
    char text[MONEY_SHOW_SIZE];

    if (has_cap(r, name))
        return;
    money_show(pusd, text);
    buf_fmt(out, "  %-18s %s   spent %10s\n", name,
            r->configured ? "no cap        " : "cap not known ", text);
}

static void leaving(const struct report *r, const struct report_waiting *w, struct buf *out)
{
    char when[CLOCK_ISO_SIZE], span[HUMAN_SIZE];

    if (!w->retention_known) {
        buf_str(out, ";\n    how long the topic keeps it is not known");
    } else if (w->retention_ms < 0) {
        buf_str(out, ";\n    the topic keeps it for good");
    } else if (w->leaves_unix_us >= 0) {
        int64_t left = (w->leaves_unix_us - r->now_unix_us) / 1000000;
        clock_iso_ms(w->leaves_unix_us, when);
        human_span(left > 0 ? left : 0, span);
        buf_fmt(out, ";\n    it leaves the topic %.16sZ, %s%s", when, left > 0 ? "in " : "by now",
                left > 0 ? span : "");
    }
}

static void waiting(const struct report *r, struct buf *out)
{
    char n[HUMAN_SIZE], when[CLOCK_ISO_SIZE];

    for (size_t i = 0; i < r->routing.waiting_count; i++) {
        const struct report_waiting *w = &r->routing.waiting[i];
        human_count(w->tickets, n);
        buf_fmt(out, "  %s pending of ", n);
        table_clean(out, slice_str(w->topic));
        if (w->oldest_unix_ms >= 0) {
            clock_iso_ms(w->oldest_unix_ms * 1000, when);
            buf_fmt(out, ", the oldest of %.16sZ", when);
            leaving(r, w, out);
        }
        buf_char(out, '\n');
    }
}

static void pair_of_counts(struct table *t, int64_t expected, int64_t came)
{
    table_count(t, expected);
    table_count(t, came);
}

static void seconds(struct table *t, int64_t s)
{
    char text[HUMAN_SIZE];

    human_span(s, text);
    table_cell(t, text);
}

static void estimates(const struct report_routing *r, struct buf *out)
{
    static const char *const heads[] = {"run", "tickets", "came", "calls", "came",
                                        "USD", "came",    "time", "took"};
    size_t first =
        r->estimate_count > REPORT_RUNS_SHOWN ? r->estimate_count - REPORT_RUNS_SHOWN : 0;
    char date[REPORT_DATE_SIZE];
    struct table t;

    if (r->estimate_count == 0)
        return;
    buf_str(out, "\nThe last estimate before each run, and what came\n");
    table_init(&t, heads, "lrrrrrrrr", COLUMNS(heads));
    for (size_t i = first; i < r->estimate_count; i++) {
        const struct report_estimate *e = &r->estimates[i];
        report_date(e->started_unix_us, date);
        table_cell(&t, date);
        pair_of_counts(&t, e->tickets, e->came_tickets);
        pair_of_counts(&t, e->calls, e->came_calls);
        table_usd(&t, e->cost_pusd);
        table_usd(&t, e->came_pusd);
        seconds(&t, e->seconds);
        seconds(&t, e->came_seconds);
    }
    table_print(&t, out);
}

void budget_text(const struct report *r, struct buf *out)
{
    buf_str(out, "\nBudget (USD; spent includes reservations of calls in flight or unknown)\n");
    caps(&r->routing, out);
    spent_only(&r->routing, "day", r->routing.day_pusd, out);
    spent_only(&r->routing, "month", r->routing.month_pusd, out);
    waiting(r, out);
    estimates(&r->routing, out);
}
