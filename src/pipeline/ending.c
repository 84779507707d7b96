/* Concluding: figures from the state machine and the ledger into the outcome, then pruning.
 *
 * Whether the figures agree is audit.c's; what people are told of them is cli/'s.
 */
#include "pipeline/ending.h"

#include <stdio.h>

#include "base/log.h"
#include "ledger/care.h"
#include "pipeline/audit.h"

#define CARE_US INT64_C(10000000) /* for each kind of pruning, at most */

bool ending_is_good(const struct mill *m)
{
    int code = mill_exit_code(m);
    return code == 0 || code == 3;
}

static void note_caps(const struct budget *b, struct run_outcome *out)
{
    for (enum wall w = WALL_RUN; w <= WALL_MONTH; w++) {
        int64_t cap = budget_cap(b, w, 0);
        if (cap >= 0)
            out->caps[out->cap_count++] =
                (struct summary_cap){wall_name(w), cap, budget_left(b, w, 0)};
    }
}

void ending_conclude(const struct boot *b, const struct mill *m, struct run_outcome *out)
{
    struct fail fail;
    out->ran = true;
    out->stats = *mill_stats(m);
    out->exit_code = mill_exit_code(m);
    snprintf(out->stopped_by, sizeof out->stopped_by, "%s", mill_stopped_by(m));
    snprintf(out->message, sizeof out->message, "%s", mill_stop_message(m));
    note_caps(b->means.budget, out);
    if (ledger_audit(b->ledger, &out->audit, &fail) != ST_OK) {
        snprintf(out->audit_message, sizeof out->audit_message, "%.200s", fail.text);
        return;
    }
    out->audit_ok = audit_check(&out->audit, &out->stats, ending_is_good(m), out->audit_message,
                                sizeof out->audit_message);
    if (!out->audit_ok)
        out->exit_code = status_exit(ST_AUDIT);
}

/* What later nights are compared with, without reading the whole ledger again. */
static void write_figures(const struct run_outcome *out, struct buf *b)
{
    const struct mill_stats *s = &out->stats;
    const struct ledger_audit *a = &out->audit;
    buf_fmt(b,
            "{\"results\":%lld,\"dead\":%lld,\"skipped\":%lld,\"cost_pusd\":%lld,"
            "\"compared_pusd\":%lld,\"unknown_pusd\":%lld,\"duration_us\":%lld}",
            (long long)s->published_results, (long long)s->published_dead, (long long)s->skipped,
            (long long)a->run_cost_pusd, (long long)a->run_extra_pusd,
            (long long)a->run_unknown_pusd, (long long)out->duration_us);
}

void ending_care(const struct boot *b, const struct run_outcome *out)
{
    const struct config *c = b->config;
    int64_t now = clock_unix_us(&clock_system);
    struct buf figures;
    struct fail fail;
    if (!out->audit_ok)
        return;
    /* Calls without an end are settled by the next start, in the books of this run. */
    enum status st = out->audit.calls_sent == 0 ? ledger_audit_good(b->ledger, &fail) : ST_OK;
    if (st == ST_OK)
        st = ledger_prune(b->ledger, now - c->ledger.keep_raw_answers_us,
                          now - c->ledger.keep_outbox_us, CARE_US, &fail);
    if (st == ST_OK)
        st = ledger_prune_rows(b->ledger, now - c->ledger.keep_rows_us, CARE_US, &fail);
    buf_init(&figures, 1024);
    write_figures(out, &figures);
    if (st == ST_OK)
        st = ledger_note_run(b->ledger, buf_view(&figures), &fail);
    buf_deinit(&figures);
    if (st != ST_OK)
        log_event(LOG_WARN, "ledger_not_pruned", fail.text, L_STR("status", status_name(st)));
}
