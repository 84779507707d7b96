/* The report as tables on a terminal or in a mail. The first screen answers the morning: did it
 * get done, what did a ticket cost, what was wasted; the breakdowns follow. Amounts are rounded
 * for the eye here; `--format json` has every digit.
 */
#include <stdio.h>

#include "base/clock.h"
#include "base/human.h"
#include "model/failure.h"
#include "model/money_show.h"
#include "model/reason.h"
#include "report/routing_out.h"
#include "report/table.h"

#define COLUMNS(heads) (int)(sizeof(heads) / sizeof *(heads))

static const char *amount(int64_t pusd, char out[MONEY_SHOW_SIZE])
{
    money_show(pusd, out);
    return out;
}

static const char *number(int64_t n, char out[HUMAN_SIZE])
{
    human_count(n, out);
    return out;
}

/* ", 12.3 MiB, 1.1 MiB more a night" */
static void size(const struct report_ledger *l, struct buf *out)
{
    char text[HUMAN_SIZE];
    int64_t growth;

    if (l->last_bytes == 0)
        return;
    human_bytes(l->last_bytes, text);
    buf_fmt(out, ", %s", text);
    if (!report_growth(l, &growth))
        return;
    human_bytes(growth < 0 ? -growth : growth, text);
    buf_fmt(out, ", %s %s a night", text, growth < 0 ? "less" : "more");
}

static void head(const struct report *r, struct buf *out)
{
    char first[REPORT_DATE_SIZE], last[REPORT_DATE_SIZE], text[HUMAN_SIZE];

    for (size_t i = 0; i < r->ledger_count; i++) {
        const struct report_ledger *l = &r->ledgers[i];
        buf_str(out, i == 0 ? "Ledger   " : "         ");
        table_clean(out, slice_str(l->path));
        if (l->shards > 1)
            buf_fmt(out, " (shard %lld/%lld)", (long long)l->shard, (long long)l->shards);
        size(l, out);
        buf_char(out, '\n');
    }
    buf_fmt(out, "Runs     %s", number(r->runs, text));
    if (r->runs > 0) {
        report_date(r->first_unix_us, first);
        report_date(r->last_unix_us, last);
        buf_fmt(out, ", begun %s%s%s", first, strcmp(first, last) != 0 ? " to " : "",
                strcmp(first, last) != 0 ? last : "");
    }
    buf_fmt(out, " (%s)", r->time_zone);
    if (r->running > 0)
        buf_fmt(out, "\n         %s without an end: running, or killed", number(r->running, text));
    buf_char(out, '\n');
    if (r->idempotent)
        buf_str(out, "Publish  idempotent: weaker than transactional, a crash may publish a\n"
                     "         ticket twice\n");
}

static void reasons(const struct report *r, struct buf *out)
{
    char text[HUMAN_SIZE];
    const char *before = "   ";
    for (int i = 0; i < REPORT_REASONS; i++) {
        const char *name = i == REASON_NONE ? "reason not known" : reason_name((enum reason)i);
        if (r->tickets.by_reason[i] == 0)
            continue;
        buf_fmt(out, "%s%s %s", before, name, number(r->tickets.by_reason[i], text));
        before = ", ";
    }
}

static void tickets(const struct report *r, struct buf *out)
{
    char a[HUMAN_SIZE], b[HUMAN_SIZE], c[HUMAN_SIZE];
    buf_str(out, "\nTickets\n");
    buf_fmt(out, "  results       %12s   %s reused, %s need review\n",
            number(r->tickets.results, a), number(r->tickets.reused, b),
            number(r->tickets.needs_review, c));
    buf_fmt(out, "  dead letters  %12s", number(r->tickets.dead, a));
    reasons(r, out);
    buf_fmt(out, "\n  skipped       %12s\n", number(r->tickets.skipped, a));
    buf_fmt(out, "  pending       %12s\n", number(r->tickets.pending, a));
    if (r->tickets.adopted > 0)
        buf_fmt(out, "  adopted       %12s   finished under an earlier ledger\n",
                number(r->tickets.adopted, a));
    if (r->tickets.unpublished > 0)
        buf_fmt(out, "  waiting       %12s   of the above: not at Kafka yet\n",
                number(r->tickets.unpublished, a));
}

static void cost(const struct report *r, struct buf *out)
{
    const struct report_spread *s = &r->ticket_cost;
    char mean[MONEY_SHOW_SIZE], median[MONEY_SHOW_SIZE], p95[MONEY_SHOW_SIZE], max[MONEY_SHOW_SIZE],
        all[MONEY_SHOW_SIZE], n[HUMAN_SIZE];

    money_show_per_1000(r->ticket_cost_pusd, s->count, mean);
    money_show_per_1000(s->p50, s->count > 0 ? 1 : 0, median);
    money_show_per_1000(s->p95, s->count > 0 ? 1 : 0, p95);
    money_show_per_1000(s->max, s->count > 0 ? 1 : 0, max);
    buf_fmt(out, "\nCost (USD), %s priced results\n", number(s->count, n));
    if (s->count > 0)
        buf_fmt(out, "  per 1,000 tickets   mean %s, median %s, p95 %s, max %s\n", mean, median,
                p95, max);
    else
        buf_str(out, "  per 1,000 tickets   no priced result yet\n");
    money_show_per_1000(r->spent_pusd, r->tickets.results, all);
    buf_fmt(out, "  spent               %s; all of it spread over the results: %s per 1,000\n",
            amount(r->spent_pusd, max), all);
    if (r->unpriced_calls > 0 || r->tickets.unpriced > 0)
        buf_fmt(out, "  unpriced            %s calls to models without a price are not in it\n",
                number(r->unpriced_calls, n));
    if (r->provider.calls > 0)
        buf_fmt(out, "  told by provider    %s for %s calls that we priced at %s\n",
                amount(r->provider.told_pusd, mean), number(r->provider.calls, n),
                amount(r->provider.ours_pusd, median));
}

static void waste(const struct report *r, struct buf *out)
{
    char money[MONEY_SHOW_SIZE], n[HUMAN_SIZE];
    buf_str(out, "\nWaste (USD, contained in what was spent; the lines overlap)\n");
    buf_fmt(out, "  answers of no use  %10s   %s places in packs\n",
            amount(r->waste.useless_pusd, money), number(r->waste.useless_shares, n));
    buf_fmt(out, "  asked again        %10s   %s calls\n", amount(r->waste.again_pusd, money),
            number(r->waste.again_calls, n));
    if (r->waste.doubted_shares > 0)
        buf_fmt(out, "  doubted answers    %10s   %s asked again for low confidence\n",
                amount(r->waste.doubted_pusd, money), number(r->waste.doubted_shares, n));
    buf_fmt(out, "  dead letters       %10s   %s tickets\n", amount(r->dead_pusd, money),
            number(r->tickets.dead, n));
    if (r->waste.extra_calls > 0)
        buf_fmt(out, "  shadow and guard   %10s   %s calls\n", amount(r->waste.extra_pusd, money),
                number(r->waste.extra_calls, n));
    buf_fmt(out, "  failed calls       %10s   %s calls\n", "0.00",
            number(r->waste.failed_calls, n));
    buf_str(out, "Besides\n");
    buf_fmt(out, "  possibly billed    %10s   at most, for %s unknown calls\n",
            amount(r->waste.unknown_pusd, money), number(r->waste.unknown_calls, n));
    if (r->reuse.tickets > 0)
        buf_fmt(out, "  saved by reuse     %10s   %s tickets\n", amount(r->reuse.saved_pusd, money),
                number(r->reuse.tickets, n));
}

static void usage(const struct report *r, struct buf *out)
{
    char a[HUMAN_SIZE], b[HUMAN_SIZE], c[HUMAN_SIZE], d[HUMAN_SIZE], e[HUMAN_SIZE];
    int64_t plain = r->tokens.input - r->tokens.cached - r->tokens.cache_write;

    buf_fmt(out, "\nTokens   %s input (%s plain, %s cached, %s cache writes)\n         %s output",
            number(r->tokens.input, a), number(plain, b), number(r->tokens.cached, c),
            number(r->tokens.cache_write, d), number(r->tokens.output, e));
    if (r->tokens.reasoning > 0)
        buf_fmt(out, " (%s of it reasoning)", number(r->tokens.reasoning, a));
    buf_char(out, '\n');
    if (r->latency_us.count > 0) {
        human_latency(r->latency_us.p50, a);
        human_latency(r->latency_us.p95, b);
        human_latency(r->latency_us.p99, c);
        human_latency(r->latency_us.max, d);
        buf_fmt(out, "Latency  p50 %s, p95 %s, p99 %s, max %s\n", a, b, c, d);
    }
}

static void add_percent(struct table *t, int64_t part, int64_t whole)
{
    char text[HUMAN_SIZE];
    double percent = whole > 0 ? (double)part * 100 / (double)whole : 0;
    snprintf(text, sizeof text, "%.1f %%", percent);
    table_cell(t, text);
}

static void add_confidence(struct table *t, const struct report_group *g)
{
    char text[HUMAN_SIZE];
    int64_t mean = g->tickets > 0 ? g->confidence_ppm / g->tickets : 0;
    snprintf(text, sizeof text, "%.2f", (double)mean / 1e6);
    table_cell(t, text);
}

static void categories(const struct report *r, struct buf *out)
{
    static const char *const heads[] = {"category", "tickets", "share", "reused",
                                        "review",   "conf.",   "USD",   "per 1,000"};
    struct table t;
    if (r->categories.count == 0)
        return;
    buf_str(out, "\nBy category\n");
    table_init(&t, heads, "lrrrrrrr", COLUMNS(heads));
    for (size_t i = 0; i < r->categories.count; i++) {
        const struct report_group *g = &r->categories.v[i];
        int64_t priced = g->tickets - g->unpriced;
        table_cell(&t, g->name);
        table_count(&t, g->tickets);
        add_percent(&t, g->tickets, r->tickets.results);
        table_count(&t, g->reused);
        table_count(&t, g->needs_review);
        add_confidence(&t, g);
        table_usd(&t, priced > 0 ? g->cost_pusd : -1);
        table_usd_per_1000(&t, priced > 0 ? g->cost_pusd : -1, priced);
    }
    table_print(&t, out);
}

/* -1 = unpriced: nothing that was answered had a price. */
static int64_t cost_of_calls(const struct report_group *g)
{
    return g->answered > 0 && g->unpriced == g->answered ? -1 : g->cost_pusd;
}

static void models(const struct report *r, struct buf *out)
{
    static const char *const heads[] = {"model", "provider", "results", "USD", "per 1,000"};
    struct table t;
    if (r->models.count == 0)
        return;
    buf_str(out, "\nBy model\n");
    table_init(&t, heads, "llrrr", COLUMNS(heads));
    for (size_t i = 0; i < r->models.count; i++) {
        const struct report_group *g = &r->models.v[i];
        table_cell(&t, g->name);
        table_cell(&t, g->detail);
        table_count(&t, g->tickets);
        table_usd(&t, cost_of_calls(g));
        table_usd_per_1000(&t, cost_of_calls(g), g->tickets);
    }
    table_print(&t, out);
}

/* "9,999", "123.4k", "12.3M", "1.2G": columns of tokens side by side. */
static void add_tokens(struct table *t, int64_t n)
{
    static const struct {
        int64_t from;
        double unit;
        const char *name;
    } units[] = {{1000000000, 1e9, "G"}, {1000000, 1e6, "M"}, {10000, 1e3, "k"}};
    char text[HUMAN_SIZE];

    for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
        if (n < units[i].from)
            continue;
        snprintf(text, sizeof text, "%.1f%s", (double)n / units[i].unit, units[i].name);
        table_cell(t, text);
        return;
    }
    table_count(t, n);
}

static void model_calls(const struct report *r, struct buf *out)
{
    static const char *const heads[] = {"model",   "provider", "calls",  "failed",
                                        "unknown", "input",    "cached", "output"};
    struct table t;
    if (r->models.count == 0)
        return;
    buf_str(out, "\nCalls and tokens by model\n");
    table_init(&t, heads, "llrrrrrr", COLUMNS(heads));
    for (size_t i = 0; i < r->models.count; i++) {
        const struct report_group *g = &r->models.v[i];
        table_cell(&t, g->name);
        table_cell(&t, g->detail);
        table_count(&t, g->calls);
        table_count(&t, g->failed);
        table_count(&t, g->unknown);
        add_tokens(&t, g->input_tokens);
        add_tokens(&t, g->cached_tokens);
        add_tokens(&t, g->output_tokens);
    }
    table_print(&t, out);
}

static void days(const struct report *r, struct buf *out)
{
    static const char *const heads[] = {"night", "runs",  "results", "reused",
                                        "dead",  "calls", "USD",     "per 1,000"};
    struct table t;
    if (r->days.count == 0)
        return;
    buf_fmt(out, "\nBy night, the local date on which its runs began (%s)\n", r->time_zone);
    table_init(&t, heads, "lrrrrrrr", COLUMNS(heads));
    for (size_t i = 0; i < r->days.count; i++) {
        const struct report_group *g = &r->days.v[i];
        table_cell(&t, g->name);
        table_count(&t, g->runs);
        table_count(&t, g->tickets);
        table_count(&t, g->reused);
        table_count(&t, g->dead);
        table_count(&t, g->calls);
        table_usd(&t, cost_of_calls(g));
        table_usd_per_1000(&t, cost_of_calls(g), g->tickets);
    }
    table_print(&t, out);
}

static void calls(const struct report_groups *groups, const char *title, const char *first,
                  bool detailed, struct buf *out)
{
    const char *heads[] = {first, detailed ? "cause" : "", "calls", "USD", "possibly billed"};
    struct table t;
    if (groups->count == 0)
        return;
    buf_fmt(out, "\n%s\n", title);
    table_init(&t, heads, "llrrr", COLUMNS(heads));
    for (size_t i = 0; i < groups->count; i++) {
        const struct report_group *g = &groups->v[i];
        table_cell(&t, g->name);
        table_cell(&t, detailed ? g->detail : "");
        table_count(&t, g->calls);
        table_usd(&t, cost_of_calls(g));
        table_usd(&t, g->unknown_pusd);
    }
    table_print(&t, out);
}

static void unknown_calls(const struct report *r, struct buf *out)
{
    static const char *const heads[] = {"call", "sent (UTC)", "cause", "endpoint", "reserved"};
    char when[CLOCK_ISO_SIZE], text[MONEY_SHOW_SIZE];
    struct table t;
    if (r->unknown_count == 0)
        return;
    buf_fmt(out, "\nUnknown calls, possibly billed (USD, the newest %zu)\n", r->unknown_count);
    table_init(&t, heads, "llllr", COLUMNS(heads));
    for (size_t i = 0; i < r->unknown_count; i++) {
        const struct report_unknown *u = &r->unknown[i];
        clock_iso_ms(u->sent_unix_us, when);
        memcpy(when + 16, "Z", 2); /* to the minute; `show` and JSON have it all */
        money_show_digits(u->reserved_pusd, text);
        table_cell(&t, u->call_id);
        table_cell(&t, when);
        table_cell(&t, failure_name((enum failure)u->cause));
        table_cell(&t, u->endpoint);
        table_cell(&t, text);
    }
    table_print(&t, out);
}

void report_text(const struct report *r, struct buf *out)
{
    head(r, out);
    tickets(r, out);
    cost(r, out);
    waste(r, out);
    usage(r, out);
    categories(r, out);
    accuracy_text(&r->accuracy, out);
    models(r, out);
    model_calls(r, out);
    routing_text(r, out);
    pairs_text(r, out);
    redacted_text(r, out);
    budget_text(r, out);
    days(r, out);
    calls(&r->endings, "Calls by outcome", "state", true, out);
    calls(&r->purposes, "Calls by purpose", "purpose", false, out);
    unknown_calls(r, out);
}
