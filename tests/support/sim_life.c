/* One simulated run, put together as boot.c and startup.c do it: start-up from the committed
 * offsets, group commits and publishing in virtual time, then its end or its death. What the run
 * should have done is judged by the test, not here.
 */
#include "support/ledger_fixture.h"
#include "support/sim_world.h"

#include <string.h>

#include "base/list.h"
#include "base/mem.h"
#include "ledger/ledger.h"
#include "llm/request.h"
#include "pipeline/audit.h"
#include "pipeline/frontier.h"
#include "pipeline/means.h"
#include "pipeline/mill.h"
#include "pipeline/recovery.h"
#include "route/late.h"
#include "route/price.h"

enum { EVENTS_MAX = 400000 };

/* One run, until it ends or is killed. */
struct life {
    struct sim_world *w;
    struct ledger *ledger;
    struct mill *mill;
    struct publish *publish;
    struct queue *reports;
    struct mill_model *models;
    struct plan *plan;
    struct budget *budget;
    int64_t finish_unix_us;
    struct queue_node *waiting, **waiting_end; /* commands for the next group */
    struct list untold;                        /* struct acks */
    bool group_due, step_due, publish_over;
    bool step_unasked; /* the first one, and one after trouble, as the publisher thread does it */
    bool over;
    int64_t *published[SIM_PARTITIONS];
    size_t published_count[SIM_PARTITIONS];
};

/* --- ledger and publisher, in virtual time -------------------------------------------------- */

static void publish_later(struct life *l);

static void tell_report(void *arg)
{
    struct life *l = arg;
    struct queue_node *n = queue_take(l->reports), *next;
    for (; n; n = next) {
        next = n->next;
        mill_published(l->mill, (struct publish_report *)(void *)n);
    }
}

static void publish_turn(void *arg)
{
    struct life *l = arg;
    l->step_due = false;
    bool unasked = l->step_unasked;
    l->step_unasked = false;
    if (l->publish_over || (!unasked && publish_wait_ms(l->publish) != 0)) {
        publish_later(l);
        return;
    }
    enum publish_next next = publish_step(l->publish);
    l->publish_over = next == PUBLISH_OVER;
    virtual_after(&l->w->time, (int64_t)random_below(&l->w->random, 3000), tell_report, l);
    if (next == PUBLISH_RETRY) {
        l->step_due = l->step_unasked = true;
        virtual_after(&l->w->time, 500000, publish_turn, l);
        return;
    }
    publish_later(l);
}

static void publish_later(struct life *l)
{
    int wait = publish_wait_ms(l->publish);
    if (l->step_due || l->publish_over || wait < 0)
        return;
    l->step_due = true;
    virtual_after(&l->w->time, (int64_t)wait * 1000 + (int64_t)random_below(&l->w->random, 20000),
                  publish_turn, l);
}

/* A group that is committed and on its way back to the mill. */
struct acks {
    struct list node;
    struct queue_node *chain;
};

/* Groups come back in the order of their commits, whichever's time is up first. */
static void tell_acks(void *arg)
{
    struct life *l = arg;
    struct acks *a = LIST_ENTRY(list_pop(&l->untold), struct acks, node);
    mill_ledger_done(l->mill, a->chain);
    mem_free(a);
}

static void commit_group(void *arg)
{
    struct life *l = arg;
    struct fail fail;
    struct acks *acks = mem_zalloc(sizeof *acks);
    acks->chain = l->waiting;
    list_push(&l->untold, &acks->node);
    l->waiting = NULL;
    l->waiting_end = &l->waiting;
    l->group_due = false;
    bool broken = l->w->groups_left == 0;
    if (l->w->groups_left > 0)
        l->w->groups_left--;
    if (!broken)
        MUST(l->w, ledger_apply(l->ledger, acks->chain, &fail) == ST_OK);
    for (struct queue_node *n = acks->chain; n; n = n->next) {
        struct ledger_cmd *cmd = (struct ledger_cmd *)(void *)n;
        if (broken)
            cmd->status = fail_set(&cmd->fail, l->w->ledger_error, 0, "cannot be written");
        else if (cmd->status != ST_OK)
            fail_msg("seed %llu, life %d: command %d: %s", (unsigned long long)l->w->seed,
                     l->w->lives, (int)cmd->op, cmd->fail.text);
        struct publish_item *item = publish_item_of(cmd);
        if (item)
            publish_accept(l->publish, item);
    }
    publish_later(l);
    virtual_after(&l->w->time, (int64_t)random_below(&l->w->random, 2000), tell_acks, l);
}

static void submit(void *self, struct ledger_cmd *cmd)
{
    struct life *l = self;
    cmd->node.next = NULL;
    *l->waiting_end = &cmd->node;
    l->waiting_end = &cmd->node.next;
    if (l->group_due)
        return;
    l->group_due = true;
    virtual_after(&l->w->time, (int64_t)random_below(&l->w->random, 8000), commit_group, l);
}

static void press_finish(void *self)
{
    struct life *l = self;
    struct publish_item *item = publish_item_new(0);
    item->finish = true;
    publish_accept(l->publish, item);
    publish_later(l);
}

static void finished(void *arg)
{
    ((struct life *)arg)->over = true;
}

/* --- a start, as boot.c and startup.c do it --------------------------------------------------- */

struct offsets {
    int64_t **v;
    size_t *n;
};

static void add_offset(void *self, int64_t offset)
{
    struct offsets *o = self;
    *o->v = mem_grow(*o->v, *o->n + 1, sizeof **o->v);
    (*o->v)[(*o->n)++] = offset;
}

static int64_t decide(struct life *l, int p, int64_t *seq)
{
    struct sim_world *w = l->w;
    struct ledger_info info;
    struct fail fail;
    struct recovery_plan plan;
    struct fake_partition *part = &w->kafka.partitions[p];
    struct recovery_partition in = {.topic = "tickets",
                                    .partition = p,
                                    .low = part->low,
                                    .high = part->count,
                                    .committed = part->committed,
                                    .from = -1,
                                    .compare = COMPARE_EQUAL};
    MUST(w, ledger_info(l->ledger, &info, &fail) == ST_OK);
    commit_note_parse(slice_str(part->metadata), &in.note);
    MUST(w, ledger_resume_offset(l->ledger, 1, p, &in.ledger_resume, &fail) == ST_OK);
    struct recovery_context c = {.ledger = {.ledger_id = info.ledger_id,
                                            .rebuilt_from = "",
                                            .last_seq = info.last_seq,
                                            .empty = info.empty},
                                 .shards = 1};
    if (recovery_decide(&c, &in, &plan, &fail) != ST_OK)
        fail_msg("seed %llu, life %d: %s", (unsigned long long)w->seed, w->lives, fail.text);
    if (plan.published_seq > *seq)
        *seq = plan.published_seq;
    return plan.start;
}

static void accept_row(void *self, const struct outrow *row)
{
    struct publish_item *item = publish_item_new(0);
    list_push(&item->rows, &outrow_new(row)->node);
    publish_accept(self, item);
}

static void open_ledger(struct life *l)
{
    struct sim_world *w = l->w;
    struct fail fail;
    int32_t source;
    struct ledger_options lo = {.create = true, .transport = "kafka", .clock = &w->time.clock};
    if (ledger_open(w->ledger_path, &lo, &l->ledger, &fail) != ST_OK)
        fail_msg("seed %llu: %s", (unsigned long long)w->seed, fail.text);
    MUST(w, ledger_source(l->ledger, "tickets", &source, &fail) == ST_OK);
    MUST(w, source == 1);
}

static void prepare_means(struct life *l)
{
    const struct config *c = l->w->config;
    int64_t now = clock_unix_us(&l->w->time.clock);
    struct buf notes;
    struct fail fail;
    buf_init(&notes, 4096);
    if (plan_make(c, -1, plan_is_capped(c, CONFIG_OFF), &l->plan, &notes, &fail) != ST_OK)
        fail_msg("seed %llu: %s", (unsigned long long)l->w->seed, fail.text);
    buf_deinit(&notes);
    MUST(l->w, means_budget(&(struct means_caps){.config = c, .run_pusd = CONFIG_OFF}, l->ledger,
                            now, &l->budget, &fail) == ST_OK);
    if (c->run.finish_by_minute >= 0)
        l->finish_unix_us = late_deadline(c->run.finish_by_minute, now);
}

static struct mill_partition partition_of(const struct sim_world *w, int p, int64_t from)
{
    return (struct mill_partition){.source = 1,
                                   .partition = p,
                                   .topic = "tickets",
                                   .start = from,
                                   .end = w->kafka.partitions[p].count};
}

static void start(struct life *l, struct sim_world *w)
{
    struct fail fail;
    struct ledger_info info;
    struct mill_partition parts[SIM_PARTITIONS];
    struct publish_partition out[SIM_PARTITIONS];
    int64_t seq = 0, calls;
    *l = (struct life){.w = w};
    l->waiting_end = &l->waiting;
    list_init(&l->untold);
    open_ledger(l);
    for (int p = 0; p < SIM_PARTITIONS; p++) {
        int64_t from = decide(l, p, &seq);
        parts[p] = partition_of(w, p, from);
        fake_kafka_begin(&w->kafka, p, from);
    }
    MUST(w, ledger_bind(l->ledger, &(struct ledger_binding){"", "g", 0, 1}, false, &fail) == ST_OK);
    MUST(w, ledger_info(l->ledger, &info, &fail) == ST_OK);
    if (info.published_seq > seq)
        seq = info.published_seq;
    MUST(w, ledger_mark(l->ledger, seq, &fail) == ST_OK);
    MUST(w, ledger_recover_calls(l->ledger, &calls, &fail) == ST_OK);
    for (int p = 0; p < SIM_PARTITIONS; p++) {
        struct offsets o = {&l->published[p], &l->published_count[p]};
        MUST(w, ledger_published(l->ledger, (struct pos){1, p, parts[p].start}, add_offset, &o,
                                 &fail) == ST_OK);
        out[p] = (struct publish_partition){
            1, p, "tickets", parts[p].start, l->published[p], l->published_count[p]};
    }
    l->models = sim_models(w, l->ledger);
    prepare_means(l);
    struct ledger_run run = {.started_unix_us = clock_unix_us(&w->time.clock),
                             .prompt_version = w->version,
                             .system_message = w->system.p,
                             .version = "sim",
                             .publish = "transactional"};
    random_id(&w->random, run.started_unix_us, run.run_id);
    MUST(w, ledger_begin_run(l->ledger, &run, &fail) == ST_OK);
    l->reports = queue_new(NULL, NULL);
    l->publish = publish_new(&(struct publish_options){.sink = {&w->kafka, fake_sink_publish},
                                                       .clock = &w->time.clock,
                                                       .ledger_id = info.ledger_id,
                                                       .transactional_id = "g-0",
                                                       .shards = 1,
                                                       .window_tickets = 40,
                                                       .published_seq = seq,
                                                       .earlier_seq = info.last_seq,
                                                       .partitions = out,
                                                       .partition_count = SIM_PARTITIONS,
                                                       .reports = l->reports});
    MUST(w, ledger_unpublished(l->ledger, accept_row, l->publish, &fail) == ST_OK);
    l->mill = mill_new(&(struct mill_options){
        .config = w->config,
        .ports = {.source = {&w->kafka, fake_source_poll, fake_source_restart},
                  .caller = {&w->provider, fake_caller_send, fake_caller_cancel,
                             fake_caller_reload_key},
                  .books = {l, submit},
                  .press = {l, press_finish},
                  .clock = &w->time.clock,
                  .reactor = &w->time.reactor},
        .run_id = run.run_id,
        .prompt_version = w->version,
        .system_message = w->system.p,
        .models = l->models,
        .plan = l->plan,
        .budget = l->budget,
        .finish_unix_us = l->finish_unix_us,
        .partitions = parts,
        .partition_count = SIM_PARTITIONS,
        .limit = w->limit,
        .reuse = true,
        .seed = random_u64(&w->random),
        .finished = finished,
        .arg = l});
    w->mill = l->mill;
    w->kafka.wake = (void (*)(void *))mill_source_woke;
    w->kafka.wake_arg = l->mill;
    l->step_due = l->step_unasked = true;
    virtual_after(&w->time, (int64_t)random_below(&w->random, 20000), publish_turn, l);
    mill_start(l->mill);
}

static void free_commands(struct queue_node *n)
{
    for (struct queue_node *next; n; n = next) {
        next = n->next;
        ledger_cmd_free((struct ledger_cmd *)(void *)n);
    }
}

/* Death or a good end: nothing in memory is left, the ledger and Kafka stay. */
static void end(struct life *l)
{
    struct queue_node *n, *next;
    fake_provider_hang_up(&l->w->provider);
    mill_free(l->mill);
    plan_free(l->plan);
    budget_free(l->budget);
    virtual_drop_events(&l->w->time);
    free_commands(l->waiting);
    for (struct list *node; (node = list_pop(&l->untold)) != NULL;) {
        struct acks *a = LIST_ENTRY(node, struct acks, node);
        free_commands(a->chain);
        mem_free(a);
    }
    for (n = queue_take(l->reports); n; n = next) {
        next = n->next;
        mem_free(n);
    }
    queue_free(l->reports);
    publish_free(l->publish);
    for (int i = 0; i < l->w->config->model_count; i++) {
        llm_template_free(l->models[i].request);
        mem_free(l->models[i].prices);
    }
    mem_free(l->models);
    for (int p = 0; p < SIM_PARTITIONS; p++)
        mem_free(l->published[p]);
    ledger_close(l->ledger);
}

/* Runs until the end, or until that many events have happened. True = it came to its end. */
bool sim_live(struct sim_world *w, int64_t events)
{
    struct life l;
    struct fail fail;
    struct ledger_audit audit;
    char message[256];
    w->lives++;
    if (w->provider.shop)
        fake_shop_begin(w->provider.shop);
    start(&l, w);
    int64_t limit = events >= 0 ? events : EVENTS_MAX;
    while (!l.over && limit-- > 0)
        MUST(w, virtual_step(&w->time));
    bool over = l.over;
    if (over) {
        w->exit_code = mill_exit_code(l.mill);
        w->end = *mill_stats(l.mill);
        bool complete = w->exit_code == 0 || w->exit_code == 3;
        MUST(w, ledger_audit(l.ledger, &audit, &fail) == ST_OK);
        if (!audit_check(&audit, &w->end, complete, message, sizeof message))
            fail_msg("seed %llu, life %d: audit: %s", (unsigned long long)w->seed, w->lives,
                     message);
        if (audit.calls_sent == 0)
            MUST(w, ledger_audit_good(l.ledger, &fail) == ST_OK);
    }
    end(&l);
    if (over)
        expect_straight(w->ledger_path);
    MUST(w, over || events >= 0);
    return over;
}
