/* Plan, budget and deadline of a run.
 *
 * A run that was killed or told to stop is continued by the next one within twelve hours: what it
 * spent counts against the caps of the run that goes on. After any other end a run starts afresh.
 */
#include "pipeline/means.h"

#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/zone.h"
#include "ledger/spent.h"
#include "redact/redact.h"
#include "route/late.h"

#define CONTINUED_WITHIN_US (INT64_C(12) * 3600 * 1000000)

static void log_notes(struct slice notes)
{
    while (notes.n > 0) {
        char line[400];
        const char *end = memchr(notes.p, '\n', notes.n);
        size_t n = end ? (size_t)(end - notes.p) : notes.n;
        snprintf(line, sizeof line, "%.*s", (int)n, notes.p);
        log_event(LOG_WARN, "plan_note", line);
        n += end != NULL;
        notes = slice_of(notes.p + n, notes.n - n);
    }
}

/* Before anything is touched: a run without a key of a provider it may have to ask would find out
 * in the middle of the night. */
static enum status check_keys(const struct means *m, const struct config *c, struct fail *fail)
{
    enum status st = ST_OK;
    for (int i = 0; st == ST_OK && i < c->provider_count; i++) {
        if (m->used[i])
            st = config_key_check(&c->providers[i], fail);
    }
    return st;
}

static enum status make_redactor(struct means *m, const struct config *c, struct fail *fail)
{
    bool wanted = false;
    for (int i = 0; i < c->provider_count; i++)
        wanted |= m->used[i] && c->providers[i].redaction;
    return wanted ? redactor_new(c, &m->redactor, fail) : ST_OK;
}

enum status means_plan(struct means *m, const struct run_options *o, struct fail *fail)
{
    const struct config *c = o->config;
    struct buf notes;
    bool calendar = c->budget.day_pusd != CONFIG_OFF || c->budget.month_pusd != CONFIG_OFF;
    if (o->new_ledger && calendar && o->spent_pusd < 0)
        return fail_set(fail, ST_LEDGER_STATE, 0,
                        "a new ledger knows nothing of what this day and month have spent: say it "
                        "with --spent USD (0 when it is nothing)");
    buf_init(&notes, 64 * 1024);
    enum status st =
        plan_make(c, o->only_provider, plan_is_capped(c, o->budget_pusd), &m->plan, &notes, fail);
    log_notes(buf_view(&notes));
    buf_deinit(&notes);
    if (st != ST_OK)
        return st;
    m->used = plan_providers(m->plan);
    st = check_keys(m, c, fail);
    if (st == ST_OK)
        st = make_redactor(m, c, fail);
    if (st != ST_OK)
        return st;
    if (c->run.finish_by_minute >= 0)
        m->finish_unix_us = late_deadline(c->run.finish_by_minute, clock_unix_us(&clock_system));
    return ST_OK;
}

static enum status read_spent(struct ledger *ledger, int64_t now, struct arena *arena,
                              struct ledger_spent *out, struct fail *fail)
{
    struct spent_since since = {.chain_unix_us = now - CONTINUED_WITHIN_US,
                                .day_unix_us = zone_day(now).start_unix_us,
                                .month_unix_us = zone_month(now).start_unix_us};
    return ledger_spent(ledger, &since, arena, out, fail);
}

static int64_t *spent_by_tier(const struct config *c, const struct ledger_spent *spent,
                              struct arena *arena)
{
    int64_t *by_tier = arena_zalloc(arena, (size_t)c->tier_count * sizeof *by_tier);
    for (size_t k = 0; k < spent->tier_count; k++) {
        for (int t = 0; t < c->tier_count; t++) {
            if (slice_eq(spent->tiers[k].tier, slice_str(c->tiers[t].name)))
                by_tier[t] = spent->tiers[k].pusd[SPENT_CHAIN];
        }
    }
    return by_tier;
}

enum status means_budget(const struct means_caps *caps, struct ledger *ledger, int64_t now,
                         struct budget **out, struct fail *fail)
{
    struct arena arena;
    struct ledger_spent spent;
    arena_init(&arena);
    enum status st = read_spent(ledger, now, &arena, &spent, fail);
    if (st == ST_OK && spent.latest_sent_unix_us > now)
        st = read_spent(ledger, spent.latest_sent_unix_us, &arena, &spent, fail);
    if (st == ST_OK) {
        int64_t before = caps->run_is_left ? 0 : spent.total_pusd[SPENT_CHAIN];
        if (before > 0)
            log_event(LOG_INFO, "run_continued",
                      "an interrupted run is continued: what it spent counts against the budget",
                      L_INT("spent_pusd", before));
        *out = budget_new(caps->config, caps->run_pusd,
                          &(struct budget_history){
                              .run_pusd = before,
                              .day_pusd = spent.total_pusd[SPENT_DAY] + caps->lost_pusd,
                              .month_pusd = spent.total_pusd[SPENT_MONTH] + caps->lost_pusd,
                              .shadow_pusd = spent.shadow_pusd[SPENT_CHAIN],
                              .tier_pusd = spent_by_tier(caps->config, &spent, &arena),
                              .latest_unix_us = spent.latest_sent_unix_us,
                          },
                          now);
    }
    arena_deinit(&arena);
    return st;
}

enum status means_money(struct means *m, const struct run_options *o, struct ledger *ledger,
                        struct fail *fail)
{
    return means_budget(&(struct means_caps){.config = o->config,
                                             .run_pusd = o->budget_pusd,
                                             .run_is_left = o->budget_is_left,
                                             .lost_pusd = o->spent_pusd > 0 ? o->spent_pusd : 0},
                        ledger, clock_unix_us(&clock_system), &m->budget, fail);
}

void means_deinit(struct means *m)
{
    plan_free(m->plan);
    budget_free(m->budget);
    redactor_free(m->redactor);
    mem_free(m->used);
}
