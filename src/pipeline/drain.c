/* The end of a run: when it is over, why, and in which order things are put away.
 *
 * Running → (everything terminal, or a reason to stop) → calls in flight settled → publisher
 * finished → the run's end in the ledger → over. A stop never abandons an answer that is paid for
 * unless the grace period runs out; what is not finished stays pending and visible.
 */
#include <stdio.h>

#include "base/log.h"
#include "pipeline/state.h"

/* Order in which one exit status hides another: the contract's; 1 before 3, which says "done". */
static const int precedence[] = {70, 73, 65, 78, 77, 7, 69, 5, 4, 6, 1, 3, 64};

static int rank(int exit_code)
{
    for (size_t i = 0; i < sizeof precedence / sizeof *precedence; i++) {
        if (precedence[i] == exit_code)
            return (int)i;
    }
    return (int)(sizeof precedence / sizeof *precedence);
}

static bool too_many_dead(const struct mill *m)
{
    int64_t ended = m->stats.results + m->stats.dead;
    return m->stats.dead * 100 > ended * m->config->run.max_dead_percent;
}

int mill_exit_code(const struct mill *m)
{
    int code = 0;
    for (int i = 0; i < m->stop_count; i++) {
        int other = status_exit(m->stops[i]);
        if (rank(other) < rank(code))
            code = other;
    }
    if (m->interrupted && rank(5) < rank(code))
        code = 5;
    if ((too_many_dead(m) || m->stats.lost > 0) && rank(3) < rank(code))
        code = 3;
    return code;
}

const char *mill_stopped_by(const struct mill *m)
{
    if (m->stalled)
        return "stalled";
    if (m->stop_count > 0)
        return status_text(m->stops[0]);
    if (m->interrupted)
        return "signal";
    return m->limit_reached ? "limit" : "done";
}

const char *mill_stop_message(const struct mill *m)
{
    return m->stop_message;
}

static void stop_working(struct mill *m)
{
    m->intake_stopped = true;
    if (m->phase == MILL_RUNNING)
        m->phase = MILL_STOPPING;
}

void drain_stop(struct mill *m, enum status why, const char *message)
{
    if (m->stop_count == (int)(sizeof m->stops / sizeof *m->stops))
        return;
    for (int i = 0; i < m->stop_count; i++) {
        if (m->stops[i] == why)
            return;
    }
    m->stops[m->stop_count++] = why;
    if (!m->stop_message[0])
        snprintf(m->stop_message, sizeof m->stop_message, "%s", message);
    log_event(LOG_ERROR, "run_stopping", message, L_STR("status", status_name(why)));
    stop_working(m);
}

static bool work_left(const struct mill *m)
{
    return !intake_over(m) || m->stats.live > 0;
}

/* Brokers that do not answer must not keep a run that was told to stop. */
static void limit_publishing(struct mill *m)
{
    if (m->signalled && m->phase == MILL_FINISHING && m->publish_until_mono_us == 0)
        m->publish_until_mono_us = mill_now(m) + m->config->run.shutdown_grace_us;
}

void mill_signal(struct mill *m)
{
    m->signalled = true;
    m->interrupted = m->phase == MILL_RUNNING && work_left(m);
    m->grace_until_mono_us = mill_now(m) + m->config->run.shutdown_grace_us;
    log_event(LOG_WARN, "run_signalled", "stopping: waiting for the calls already sent",
              L_INT("in_flight", m->stats.in_flight));
    stop_working(m);
    limit_publishing(m);
    mill_turn(m);
}

static void cancel_calls(struct mill *m)
{
    LIST_EACH_SAFE(n, &m->asks)
    {
        struct ask *a = LIST_ENTRY(n, struct ask, node);
        struct llm_flight *flight = a->flight;
        a->flight = NULL; /* hung up on once, whatever else runs out before its end is told */
        if (flight)
            m->o.ports.caller.cancel(m->o.ports.caller.self, flight);
    }
}

/* Held tickets wait for proof that the configuration is fine; nothing is left that could give it.
 */
static void release_last_held(struct mill *m)
{
    if (list_empty(&m->held) || m->commands > 0 || m->stats.in_flight > 0)
        return;
    int64_t waiting = 0;
    LIST_EACH(n, &m->held)
    {
        const struct ticket *t = LIST_ENTRY(n, struct ticket, node);
        waiting++;
        LIST_EACH(copy, &t->copies)
        waiting++;
    }
    bool window_full = waiting == m->window_tickets && !intake_window_open(m);
    if (waiting == m->stats.live && (intake_over(m) || window_full))
        follow_release_held(m, -1);
}

static void check_stall(struct mill *m)
{
    int64_t limit = m->progress_mono_us + m->config->run.stall_after_us;
    if (m->stalled || m->phase >= MILL_CLOSING || mill_now(m) < limit)
        return;
    m->stalled = true;
    m->progress_mono_us = mill_now(m);
    m->grace_over = true;
    drain_stop(m, ST_UNAVAILABLE,
               "nothing was answered or published for run.stall_after; the rest stays pending");
    cancel_calls(m);
}

static void check_grace(struct mill *m)
{
    if (m->grace_over || m->grace_until_mono_us == 0 || mill_now(m) < m->grace_until_mono_us)
        return;
    m->grace_over = true;
    log_event(LOG_WARN, "grace_over", "hanging up on calls that did not end in time",
              L_INT("in_flight", m->stats.in_flight));
    cancel_calls(m);
}

/* At the hour the run ends like one that was told to: what was sent is waited for. */
static void check_finish_by(struct mill *m)
{
    if (!work_left(m) || mill_unix_now(m) < m->o.finish_unix_us)
        return;
    m->stats.late = true;
    m->grace_until_mono_us = mill_now(m) + m->config->run.shutdown_grace_us;
    drain_stop(m, ST_LATE, "run.finish_by is reached; the rest stays pending for the next run");
}

/* What holds the run back, as far as it can be seen from here. */
static const char *late_advice(const struct mill *m)
{
    const struct mill_stats *s = &m->stats;
    if (s->endpoint_outages > 0)
        return "endpoints fail: add another endpoint or a second model to the tier";
    if (s->throttled * 20 > s->calls)
        return "the provider throttles: ask for higher limits, or add a second provider";
    for (int i = 0; i < m->config->provider_count; i++) {
        const struct config_provider *p = &m->config->providers[i];
        if (p->requests_per_minute > 0 || p->tokens_per_minute > 0)
            return "raise requests_per_minute or tokens_per_minute, or packing.max_tickets";
    }
    return "raise max_in_flight or packing.max_tickets, or add partitions and shards";
}

static void warn_late(struct mill *m)
{
    int64_t left = m->stats.total - m->stats.done_before - m->eta.done;
    int64_t eta = late_eta_us(&m->eta, left > 0 ? left : 0);
    if (eta == INT64_MAX)
        return;
    m->stats.late = mill_unix_now(m) + eta > m->o.finish_unix_us;
    if (!m->stats.late || m->late_told)
        return;
    m->late_told = true;
    log_event(LOG_WARN, "run_late", late_advice(m), L_INT("eta_s", eta / 1000000),
              L_INT("until_finish_by_s", (m->o.finish_unix_us - mill_unix_now(m)) / 1000000),
              L_INT("left", left));
}

static void watch_time(struct mill *m)
{
    if (m->phase != MILL_RUNNING || m->o.finish_unix_us == 0)
        return;
    late_sample(&m->eta, m->stats.results + m->stats.dead + m->stats.skipped, mill_now(m));
    warn_late(m);
    check_finish_by(m);
}

static void check_publishing(struct mill *m)
{
    if (m->publish_until_mono_us == 0 || m->publishing_given_up || m->publisher_over ||
        m->phase != MILL_FINISHING || mill_now(m) < m->publish_until_mono_us)
        return;
    m->publishing_given_up = true;
    m->interrupted = true;
    log_event(LOG_WARN, "publishing_given_up",
              "the brokers do not answer: what is not published stays for the next run");
}

static void write_end(struct mill *m)
{
    struct ledger_cmd *cmd = ledger_cmd_new(LOP_END);
    m->phase = MILL_CLOSING;
    cmd->u.end.exit_code = mill_exit_code(m);
    cmd->u.end.stopped_by = arena_copy(&cmd->arena, slice_str(mill_stopped_by(m)));
    cmd->u.end.ended_unix_us = mill_unix_now(m);
    mill_submit(m, cmd);
}

static void finish(struct mill *m)
{
    m->phase = MILL_FINISHING;
    if (m->publisher_over)
        write_end(m);
    else
        m->o.ports.press.finish(m->o.ports.press.self);
    limit_publishing(m);
}

/* Comparisons are asked beside the work, not after it; those under way get one call's time. */
static void end_comparisons(struct mill *m)
{
    int64_t longest = 0;
    if (m->compare_until_mono_us == 0) {
        for (int i = 0; i < m->config->provider_count; i++) {
            if (m->config->providers[i].timeout_us > longest)
                longest = m->config->providers[i].timeout_us;
        }
        m->compare_until_mono_us = mill_now(m) + longest;
        opinion_drop_waiting(m);
    } else if (mill_now(m) >= m->compare_until_mono_us) {
        cancel_calls(m);
    }
}

static bool published(const struct mill *m)
{
    return m->publisher_over || m->stalled || m->publishing_given_up;
}

void drain_closed(struct mill *m, struct ledger_cmd *cmd)
{
    if (cmd->status != ST_OK)
        drain_stop(m, cmd->status, cmd->fail.text);
    m->phase = MILL_OVER;
    m->stats.latency = latencies_figures(&m->latencies);
    m->o.finished(m->o.arg);
}

void drain_check(struct mill *m)
{
    if (m->phase == MILL_OVER)
        return;
    watch_time(m);
    check_stall(m);
    check_grace(m);
    check_publishing(m);
    if (m->phase == MILL_RUNNING && work_left(m))
        dead_end_check(m);
    if (m->phase == MILL_RUNNING) {
        release_last_held(m);
        if (!work_left(m))
            end_comparisons(m);
        if (!work_left(m) && m->commands == 0 && m->stats.in_flight == 0) {
            m->limit_reached = m->partitions_open > 0;
            finish(m);
        }
    } else if (m->phase == MILL_STOPPING && m->stats.in_flight == 0 && m->commands == 0) {
        finish(m);
    } else if (m->phase == MILL_FINISHING && published(m) && m->commands == 0) {
        write_end(m);
    }
}

int64_t drain_deadline(const struct mill *m)
{
    int64_t now = mill_now(m), at = INT64_MAX;
    if (m->phase < MILL_CLOSING && !m->stalled)
        at = m->progress_mono_us + m->config->run.stall_after_us;
    if (m->grace_until_mono_us > 0 && !m->grace_over)
        at = clock_earlier(at, m->grace_until_mono_us);
    /* Once that is over, the ends of calls and commands wake us. */
    if (m->phase == MILL_RUNNING && m->compare_until_mono_us > now)
        at = clock_earlier(at, m->compare_until_mono_us);
    if (m->phase == MILL_RUNNING && m->o.finish_unix_us > 0 && work_left(m)) {
        int64_t left = m->o.finish_unix_us - mill_unix_now(m);
        at = clock_earlier(at, now + (left > 0 ? left : 0));
    }
    if (m->phase == MILL_FINISHING && m->publish_until_mono_us > 0 && !m->publishing_given_up)
        at = clock_earlier(at, m->publish_until_mono_us);
    return at;
}
