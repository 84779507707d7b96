/* `estimate`: what a reader must know to trust the figures: what was assumed instead of known, and
 * which caps and hours of the configuration they do not fit.
 */
#include <time.h>

#include "base/human.h"
#include "cli/estimate.h"
#include "model/money_show.h"
#include "route/late.h"

#define SECOND_US INT64_C(1000000)

/* "2026-11-25 22:00" in the zone of the process. */
static void add_time(struct buf *out, int64_t unix_us)
{
    time_t seconds = (time_t)(unix_us / SECOND_US);
    struct tm tm;
    char text[40];
    if (localtime_r(&seconds, &tm) && strftime(text, sizeof text, "%Y-%m-%d %H:%M", &tm) > 0)
        buf_str(out, text);
}

/* ---- assumptions ------------------------------------------------------------------------- */

static bool is_observed(const struct estimate *e, const struct estimate_line *l)
{
    return e->observed->models[l->model].calls >= ESTIMATE_ENOUGH_CALLS;
}

static void add_observed(const struct estimate *e, const struct estimate_line *l, struct buf *out)
{
    const struct observed_model *m = &e->observed->models[l->model];
    char calls[HUMAN_SIZE], latency[HUMAN_SIZE];
    human_count(m->calls, calls);
    human_latency(m->latency_us / m->calls, latency);
    buf_fmt(out, "%s as in its last %s calls with this prompt: input corrected by theirs, ",
            e->config->models[l->model].name, calls);
    if (m->tickets > 0)
        buf_fmt(out, "%lld output tokens a ticket (by language where known), ",
                (long long)(m->output_tokens / m->tickets));
    if (m->input_tokens > 0)
        buf_fmt(out, "%lld %% of input cached, ",
                (long long)((__int128)m->cached_tokens * 100 / m->input_tokens));
    buf_fmt(out, "%s a call\n", latency);
}

static void add_assumed(const struct estimate *e, const struct estimate_line *l, struct buf *out)
{
    bool told;
    int64_t milli = estimate_output_milli(e, l->model, LANG_EN, &told);
    buf_fmt(out,
            "%s has no earlier calls with this prompt: input by size and script of the texts, "
            "output of %lld tokens a ticket (half the longest summary), nothing cached",
            e->config->models[l->model].name, (long long)(milli / 1000));
    if (e->latency_us < 0)
        buf_str(out, ", 0.5 s and 60 output tokens a second for a call");
    buf_char(out, '\n');
}

static bool is_first_line_of_model(const struct estimate *e, size_t at)
{
    for (size_t i = 0; i < at; i++) {
        if (e->lines[i].model == e->lines[at].model)
            return false;
    }
    return true;
}

void estimate_assumptions(const struct estimate *e, struct buf *out)
{
    char a[HUMAN_SIZE];
    for (size_t i = 0; i < e->line_count; i++) {
        if (!is_first_line_of_model(e, i))
            continue;
        if (is_observed(e, &e->lines[i]))
            add_observed(e, &e->lines[i], out);
        else
            add_assumed(e, &e->lines[i], out);
    }
    if (e->latency_us >= 0) {
        human_latency(e->latency_us, a);
        buf_fmt(out, "%s for every call, as told\n", a);
    }
    if (e->again_ppm == 0)
        buf_str(out, "no answer has to be asked for again, and the first model of each tier "
                     "answers\n");
    if (e->sample->partitions > 0 && e->sample->records < e->sample->pending)
        buf_str(out, "what is pending is like the sample\n");
    if (e->config->shard_fraction_ppm < 1000000)
        buf_str(out, "all shards together: limits and budgets are taken whole\n");
    if (e->line_count > 0) {
        buf_str(out, "prices of ");
        add_time(out, e->start_unix_us);
        buf_str(out, "\n");
    }
}

/* ---- warnings ---------------------------------------------------------------------------- */

/* expected: against that cap. */
static void check_cap(const struct estimate *e, const char *name, int64_t cap, int64_t expected,
                      struct buf *out)
{
    char a[MONEY_SHOW_SIZE], b[MONEY_SHOW_SIZE], c[HUMAN_SIZE];
    if (cap == CONFIG_OFF || expected <= cap)
        return;
    money_show_digits(cap, a);
    money_show_digits(expected, b);
    human_count((int64_t)((__int128)e->asked * cap / expected), c);
    buf_fmt(out,
            "budget.%s of USD %s is below the USD %s expected: it is reached after about %s "
            "tickets, and the run ends with 4\n",
            name, a, b, c);
}

static void check_tier_caps(const struct estimate *e, struct buf *out)
{
    for (int t = 0; t < e->config->tier_count; t++) {
        const struct config_tier *tier = &e->config->tiers[t];
        int64_t expected = 0;
        char a[MONEY_SHOW_SIZE], b[MONEY_SHOW_SIZE];
        for (size_t i = 0; i < e->line_count; i++) {
            if (e->lines[i].tier == t && e->lines[i].purpose == PURPOSE_FIRST)
                expected += e->lines[i].cost_pusd; /* within first_pusd, which fits */
        }
        if (tier->budget_pusd == CONFIG_OFF || expected <= tier->budget_pusd)
            continue;
        money_show_digits(tier->budget_pusd, a);
        money_show_digits(expected, b);
        buf_fmt(out, "budget.tiers.%s of USD %s is below the USD %s expected there\n", tier->name,
                a, b);
    }
}

static void check_hour(const struct estimate *e, struct buf *out)
{
    int minute = e->config->run.finish_by_minute;
    if (minute < 0 || e->line_count == 0)
        return;
    int64_t deadline = late_deadline(minute, e->start_unix_us);
    if (e->start_unix_us + e->seconds * SECOND_US <= deadline)
        return;
    buf_fmt(out, "run.finish_by %02d:%02d is not made by a run that starts ", minute / 60,
            minute % 60);
    add_time(out, e->start_unix_us);
    buf_str(out, deadline <= e->start_unix_us
                     ? ": that hour has just passed, the run would end at once with 6\n"
                     : ": start earlier, or raise what bounds the pace\n");
}

void estimate_warnings(const struct estimate *e, struct buf *out)
{
    char a[HUMAN_SIZE];
    check_cap(e, "run", e->config->budget.run_pusd, e->cost_pusd, out);
    check_cap(e, "day", e->config->budget.day_pusd, e->cost_pusd, out);
    check_cap(e, "month", e->config->budget.month_pusd, e->cost_pusd, out);
    check_tier_caps(e, out);
    if (e->config->budget.shadow_pusd != CONFIG_OFF &&
        e->shadow_pusd + e->guard_pusd > e->config->budget.shadow_pusd)
        buf_str(out, "budget.shadow is below what shadow and guard calls are expected to cost: "
                     "they stop when it is reached\n");
    check_hour(e, out);
    if (e->line_count > 0 &&
        e->price_changes_unix_us <= e->start_unix_us + e->seconds * SECOND_US) {
        buf_str(out, "a price changes at ");
        add_time(out, e->price_changes_unix_us);
        buf_str(out, ", while the run is on: only the one at its start is counted\n");
    }
    if (e->oversize_calls > 0) {
        human_count(e->oversize_calls, a);
        buf_fmt(out, "%s calls do not fit their model's context and would be halved\n", a);
    }
    if (e->sample->count == 0 && e->sample->records > 0)
        buf_str(out, "nothing in it is a ticket that can be classified: check ticket.body and "
                     "ticket.subject\n");
}
