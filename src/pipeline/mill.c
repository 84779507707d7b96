/* The state machine's frame: one turn of it, its timer, and the events that come from outside.
 *
 * Nothing is read before the publisher has committed our offsets once: a fenced run pays nothing,
 * and a ledger that is new to its group leaves no work behind that it could not claim.
 *
 * Every event ends in mill_turn: read what may be read, send what may be sent, see whether the
 * run is over, set the timer for the next time something is due.
 */
#include "pipeline/mill.h"

#include <assert.h>

#include "base/log.h"
#include "base/mem.h"
#include "pipeline/state.h"

int64_t mill_now(const struct mill *m)
{
    return clock_mono_us(m->o.ports.clock);
}

int64_t mill_unix_now(const struct mill *m)
{
    return clock_unix_us(m->o.ports.clock);
}

void mill_progress(struct mill *m)
{
    m->progress_mono_us = mill_now(m);
}

const struct mill_stats *mill_stats(const struct mill *m)
{
    return &m->stats;
}

void mill_submit(struct mill *m, struct ledger_cmd *cmd)
{
    m->commands++;
    m->o.ports.books.submit(m->o.ports.books.self, cmd);
}

static void set_timer(struct mill *m)
{
    int64_t now = mill_now(m), at = drain_deadline(m);
    const struct reactor *r = m->o.ports.reactor;
    if (m->phase == MILL_RUNNING) {
        struct heap_node *due = heap_min(&m->due);
        if (due)
            at = clock_earlier(at, due->key);
        at = clock_earlier(at, lines_deadline(m));
    }
    if (at == INT64_MAX)
        r->ops->timer_off(r->self, m->timer);
    else
        r->ops->timer_set(r->self, m->timer, at > now ? at - now : 0);
}

void mill_turn(struct mill *m)
{
    if (m->in_turn || m->phase == MILL_OVER)
        return;
    m->in_turn = true;
    if (m->phase == MILL_RUNNING && m->claimed) {
        intake_pump(m);
        dispatch_pump(m);
    }
    drain_check(m);
    m->in_turn = false;
    set_timer(m);
}

static void on_tick(void *arg)
{
    mill_turn(arg);
}

void mill_source_woke(struct mill *m)
{
    mill_turn(m);
}

static void command_done(struct mill *m, struct ledger_cmd *cmd)
{
    m->commands--;
    switch (cmd->op) {
    case LOP_ADMIT:
        admit_done(m, cmd);
        break;
    case LOP_INTENT:
        ask_intended(m, cmd);
        break;
    case LOP_SETTLE:
        ask_settled(m, cmd);
        break;
    case LOP_RESULT:
        kept_done(m, cmd);
        break;
    case LOP_DEAD:
        tickets_dead_done(m, cmd);
        break;
    case LOP_OUTAGE:
        judge_outage_booked(m, cmd);
        break;
    case LOP_MARK:
        if (cmd->status != ST_OK)
            drain_stop(m, cmd->status, cmd->fail.text);
        break;
    case LOP_END:
        drain_closed(m, cmd);
        break;
    }
    ledger_cmd_free(cmd);
}

void mill_ledger_done(struct mill *m, struct queue_node *chain)
{
    while (chain) {
        struct queue_node *next = chain->next;
        command_done(m, LIST_ENTRY(chain, struct ledger_cmd, node));
        chain = next;
    }
    mill_turn(m);
}

static void mark_published(struct mill *m, int64_t seq)
{
    struct ledger_cmd *cmd = ledger_cmd_new(LOP_MARK);
    cmd->u.mark.published_seq = seq;
    mill_submit(m, cmd);
}

static void count_published(struct mill *m, const struct publish_report *r)
{
    m->stats.published_results += (int64_t)r->results;
    m->stats.published_dead += (int64_t)r->dead;
    m->stats.published_earlier += (int64_t)r->earlier;
    m->window_tickets -= (int64_t)(r->results + r->dead);
}

static void published_ok(struct mill *m, const struct publish_report *r)
{
    mill_progress(m);
    m->claimed = true;
    count_published(m, r);
    if (r->results + r->dead + r->earlier > 0)
        mark_published(m, r->published_seq);
    if (r->finished)
        m->publisher_over = true;
}

void mill_published(struct mill *m, struct publish_report *r)
{
    if (r->status == ST_OK) {
        published_ok(m, r);
    } else if (status_class(r->status) == CLASS_RETRY) {
        log_event(LOG_WARN, "publish_retried", r->fail.text,
                  L_STR("status", status_name(r->status)));
    } else {
        m->publisher_over = true;
        drain_stop(m, r->status, r->fail.text);
    }
    mem_free(r);
    mill_turn(m);
}

static void init_intake(struct mill *m)
{
    const struct mill_options *o = &m->o;
    m->partitions = mem_array(o->partition_count ? o->partition_count : 1, sizeof *m->partitions);
    m->partitions_open = o->partition_count;
    for (size_t i = 0; i < o->partition_count; i++) {
        m->partitions[i] = (struct source_partition){.p = o->partitions[i], .lost_at = -1};
        if (o->partitions[i].end > o->partitions[i].start)
            m->stats.total += o->partitions[i].end - o->partitions[i].start;
    }
    m->stats.lost = o->lost;
}

static void init_calling(struct mill *m)
{
    const struct config *c = m->config;
    struct pack_limits limits = {
        .max_tickets = c->packing.max_tickets,
        .max_tokens = c->packing.max_tokens,
        .max_bytes = c->packing.max_bytes,
        .linger_us = c->packing.linger_us,
        .solo_above_tokens = c->packing.solo_above_tokens,
    };
    m->packer = packer_new(&limits);
    m->picked = mem_array((size_t)limits.max_tickets, sizeof(struct pack_item *));
    m->leaders = map_new();
    heap_init(&m->due);
    buf_init(&m->user, REQUEST_BYTES_MAX);
    buf_init(&m->body, REQUEST_BYTES_MAX);
    buf_init(&m->redacted, REQUEST_BYTES_MAX);
    buf_init(&m->redacted_counts, REQUEST_BYTES_MAX);
    m->system_tokens = tokens_estimate(slice_str(m->o.system_message));
    providers_init(&m->providers, c, mill_now(m));
    retry_budget_init(&m->retries, c->retry_budget.percent, c->retry_budget.floor,
                      c->retry_budget.window_us);
}

struct mill *mill_new(const struct mill_options *o)
{
    struct mill *m = mem_zalloc(sizeof *m);
    const struct reactor *r = o->ports.reactor;
    m->o = *o;
    m->config = o->config;
    latencies_init(&m->latencies);
    list_init(&m->everyone);
    list_init(&m->asks);
    list_init(&m->held);
    list_init(&m->compared);
    random_seed(&m->random, o->seed);
    init_intake(m);
    init_calling(m);
    m->timer = r->ops->timer(r->self, on_tick, m);
    m->again = r->ops->wakeup(r->self, on_tick, m);
    return m;
}

static void free_work(struct mill *m)
{
    LIST_EACH_SAFE(n, &m->asks)
    ask_free(m, LIST_ENTRY(n, struct ask, node));
    LIST_EACH_SAFE(e, &m->everyone)
    {
        struct ticket *t = LIST_ENTRY(e, struct ticket, everyone);
        ticket_free(m, t);
    }
    opinion_free(m);
    for (int i = 0; i < m->line_count; i++)
        mem_free(m->lines[i]);
    mem_free(m->lines);
}

void mill_free(struct mill *m)
{
    if (!m)
        return;
    const struct reactor *r = m->o.ports.reactor;
    r->ops->timer_free(r->self, m->timer);
    r->ops->wakeup_free(r->self, m->again);
    free_work(m);
    if (m->admit)
        ledger_cmd_free(m->admit);
    buf_deinit(&m->user);
    buf_deinit(&m->body);
    buf_deinit(&m->redacted);
    buf_deinit(&m->redacted_counts);
    latencies_deinit(&m->latencies);
    map_free(m->leaders);
    packer_free(m->packer);
    heap_deinit(&m->due);
    mem_free(m->picked);
    providers_deinit(&m->providers);
    mem_free(m->partitions);
    mem_free(m);
}

void mill_start(struct mill *m)
{
    m->stats.started_mono_us = mill_now(m);
    late_init(&m->eta, mill_now(m));
    mill_progress(m);
    mill_turn(m);
}
