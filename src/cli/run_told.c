/* A run in words: fills the plain structs of observe/ from what the pipeline counted.
 *
 * Nothing is decided here; how it looks is observe/'s.
 */
#include "cli/run_told.h"

#include <stdio.h>
#include <unistd.h>

#include "base/log.h"
#include "observe/progress.h"
#include "observe/summary.h"

void run_told_tick(void *progress, const struct mill_stats *s)
{
    progress_update(progress, &(struct progress_view){
                                  .done = s->published_results + s->published_dead + s->skipped +
                                          s->done_before,
                                  .total = s->total,
                                  .spent_pusd = s->spent_pusd,
                                  .unpriced_calls = s->unpriced_calls,
                                  .in_flight = s->in_flight,
                                  .retries = s->retries,
                                  .dead = s->dead,
                                  .note = s->late ? "late for finish_by" : NULL,
                              });
}

static void tell_refused(const struct run_outcome *out)
{
    log_event(LOG_ERROR, "run_refused", out->message, L_STR("why", out->stopped_by),
              L_INT("exit", out->exit_code));
}

static void tell_ran(const struct config *c, const struct run_outcome *out, const char *ledger_path,
                     const struct run_files *files)
{
    const struct mill_stats *s = &out->stats;
    struct summary_view v = {
        .run_id = out->run_id,
        .ledger_path = ledger_path,
        .stopped_by = out->stopped_by,
        .message = out->message,
        .exit_code = out->exit_code,
        .idempotent = !files && !c->kafka.transactional,
        .output = files ? files->output : NULL,
        .rejects = files ? files->rejects : NULL,
        .output_rows = out->output_rows,
        .rejects_rows = out->rejects_rows,
        .left = out->left,
        .elapsed_us = out->duration_us,
        .in = s->read - s->done_before,
        .published = s->published_results,
        .dead = s->published_dead,
        .skipped = s->skipped,
        .pending = s->live + s->results + s->dead - s->published_results - s->published_dead,
        .done_before = s->done_before,
        .published_earlier = s->published_earlier,
        .lost = s->lost,
        .reused = out->audit.run_reused,
        .mismatch = out->audit_ok ? NULL : out->audit_message,
        .spent_pusd = out->audit.run_cost_pusd,
        .compared_pusd = out->audit.run_extra_pusd,
        .unknown_pusd = out->audit.run_unknown_pusd,
        .unpriced_calls = s->unpriced_calls,
        .input_tokens = out->audit.run_input_tokens,
        .cached_tokens = out->audit.run_cached_tokens,
        .output_tokens = out->audit.run_output_tokens,
        .calls_answered = s->calls_answered,
        .calls_failed = s->calls - s->calls_answered - s->calls_unknown,
        .calls_unknown = s->calls_unknown,
        .retries = s->retries,
        .throttled = s->throttled,
        .p50_us = s->latency.p50_us,
        .p95_us = s->latency.p95_us,
        .p99_us = s->latency.p99_us,
        .max_us = s->latency.max_us,
        .endpoint_outages = s->endpoint_outages,
        .comparisons_dropped = s->comparisons_dropped,
        .late = s->late,
        .caps = out->caps,
        .cap_count = out->cap_count,
    };
    struct buf text;
    if (isatty(STDERR_FILENO) != 1) {
        summary_log(&v);
        return;
    }
    buf_init(&text, (size_t)1 << 16);
    summary_render(&v, &text);
    fwrite(text.p, 1, text.n, stderr);
    buf_deinit(&text);
}

void run_told_end(const struct config *c, const struct run_outcome *out, const char *ledger_path,
                  const struct run_files *files)
{
    if (out->ran)
        tell_ran(c, out, ledger_path, files);
    else
        tell_refused(out);
}
