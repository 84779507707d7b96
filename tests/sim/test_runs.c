/* Whole runs from a seed: the real state machine, ledger and publishing against a fake Kafka and a
 * fake provider, in virtual time, killed at random events and started again until all is done.
 *
 * SIM_SEEDS (default 150) seeds from SIM_FIRST (default 1); a failure names its seed.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
/* cmocka needs the above */
#include <cmocka.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/json.h"
#include "base/log.h"
#include "base/mem.h"
#include "batch/prompt.h"
#include "ledger/ledger.h"
#include "llm/request.h"
#include "pipeline/audit.h"
#include "pipeline/frontier.h"
#include "pipeline/mill.h"
#include "pipeline/recovery.h"
#include "route/price.h"
#include "support/config_fixture.h"
#include "support/fake_kafka.h"
#include "support/fake_provider.h"
#include "support/virtual_time.h"

enum { PARTITIONS = 3, LIVES_MAX = 40, EVENTS_MAX = 400000 };
#define INPUT_PUSD  180000
#define OUTPUT_PUSD 250000

static const char config_text[] =
    "kafka: {brokers: \"127.0.0.1:9092\"}\n"
    "classification:\n"
    "  categories: {billing: money, other: the rest}\n"
    "run: {window: {tickets: 40, bytes: 1MiB}, max_dead_percent: 100}\n"
    "retry_budget: {percent: 50, floor: 50}\n"
    "packing: {max_tickets: 4}\n"
    "providers: {p: {endpoints: [{name: e, url: \"http://127.0.0.1:1/v1\"}], max_in_flight: 5}}\n"
    "models:\n"
    "  m: {provider: p, price: {input: 0.18, output: 0.25}}\n"
    "  n: {provider: p, price: {input: 0.18, output: 0.25}}\n"
    "tiers: {t: [m, n]}\n"
    "routes: [{tier: t}]\n";

/* What outlives a run. */
struct world {
    uint64_t seed;
    struct random random;
    struct virtual_time time;
    struct fake_kafka kafka;
    struct fake_provider provider;
    struct config *config;
    struct buf system;
    char version[SHA256_HEX_SIZE];
    char folder[64], ledger_path[96];
    int lives;
};

/* One run, until it ends or is killed. */
struct life {
    struct world *w;
    struct ledger *ledger;
    struct mill *mill;
    struct publish *publish;
    struct queue *reports;
    struct mill_model *models;
    struct queue_node *waiting, **waiting_end; /* commands for the next group */
    bool group_due, step_due, publish_over;
    bool over;
    int64_t *published[PARTITIONS];
    size_t published_count[PARTITIONS];
};

#define MUST(w, condition)                                                                         \
    do {                                                                                           \
        if (!(condition))                                                                          \
            fail_msg("seed %llu, life %d: %s", (unsigned long long)(w)->seed, (w)->lives,          \
                     #condition);                                                                  \
    } while (0)

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
    if (l->publish_over || publish_wait_ms(l->publish) != 0) {
        publish_later(l);
        return;
    }
    enum publish_next next = publish_step(l->publish);
    l->publish_over = next == PUBLISH_OVER;
    virtual_after(&l->w->time, (int64_t)random_below(&l->w->random, 3000), tell_report, l);
    if (next == PUBLISH_RETRY) {
        l->step_due = true;
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

struct acks {
    struct life *life;
    struct queue_node *chain;
};

static void tell_acks(void *arg)
{
    struct acks *a = arg;
    struct queue_node *n = a->chain, *next;
    for (; n; n = next) {
        next = n->next;
        mill_ledger_done(a->life->mill, (struct ledger_cmd *)(void *)n);
    }
    mem_free(a);
}

static void commit_group(void *arg)
{
    struct life *l = arg;
    struct fail fail;
    struct acks *acks = mem_zalloc(sizeof *acks);
    *acks = (struct acks){l, l->waiting};
    l->waiting = NULL;
    l->waiting_end = &l->waiting;
    l->group_due = false;
    MUST(l->w, ledger_apply(l->ledger, acks->chain, &fail) == ST_OK);
    for (struct queue_node *n = acks->chain; n; n = n->next) {
        struct ledger_cmd *cmd = (struct ledger_cmd *)(void *)n;
        if (cmd->status != ST_OK)
            fail_msg("seed %llu, life %d: command %d: %s", (unsigned long long)l->w->seed,
                     l->w->lives, (int)cmd->op, cmd->fail.text);
        struct publish_item *item = publish_item_of(cmd);
        if (item)
            publish_accept(l->publish, item);
    }
    publish_later(l);
    virtual_after(&l->w->time, (int64_t)random_below(&l->w->random, 2000), tell_acks, acks);
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

/* --- a start, as boot.c and startup.c do it ----------------------------------------------------
 */

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
    struct world *w = l->w;
    struct ledger_info info;
    struct fail fail;
    struct recovery_plan plan;
    struct fake_partition *part = &w->kafka.partitions[p];
    struct recovery_partition in = {.topic = "tickets",
                                    .partition = p,
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
                                            .empty = info.tickets == 0},
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
    struct world *w = l->w;
    struct fail fail;
    int32_t source;
    struct ledger_options lo = {.create = true, .transport = "kafka", .clock = &w->time.clock};
    if (ledger_open(w->ledger_path, &lo, &l->ledger, &fail) != ST_OK)
        fail_msg("seed %llu: %s", (unsigned long long)w->seed, fail.text);
    MUST(w, ledger_source(l->ledger, "tickets", &source, &fail) == ST_OK);
    MUST(w, source == 1);
}

static void prepare_models(struct life *l)
{
    const struct config *c = l->w->config;
    struct fail fail;
    l->models = mem_array((size_t)c->model_count, sizeof *l->models);
    for (int i = 0; i < c->model_count; i++) {
        struct mill_model *m = &l->models[i];
        m->config = &c->models[i];
        m->prices = mem_array(1, sizeof *m->prices);
        m->prices[0] = price_of(&m->config->prices[0]);
        MUST(l->w, ledger_price(l->ledger, m->config->name, m->config->prices[0].from_unix_us,
                                &m->prices[0], &fail) == ST_OK);
        MUST(l->w, llm_template_new(c, i, buf_view(&l->w->system), &m->request, &fail) == ST_OK);
    }
}

static void start(struct life *l, struct world *w)
{
    struct fail fail;
    struct ledger_info info;
    struct mill_partition parts[PARTITIONS];
    struct publish_partition out[PARTITIONS];
    int64_t seq = 0, calls;
    *l = (struct life){.w = w};
    l->waiting_end = &l->waiting;
    open_ledger(l);
    for (int p = 0; p < PARTITIONS; p++) {
        int64_t from = decide(l, p, &seq);
        parts[p] =
            (struct mill_partition){1, p, "tickets", from, w->kafka.partitions[p].count, false};
        fake_kafka_begin(&w->kafka, p, from);
    }
    MUST(w, ledger_bind(l->ledger, &(struct ledger_binding){"", "g", 0, 1}, false, &fail) == ST_OK);
    MUST(w, ledger_info(l->ledger, &info, &fail) == ST_OK);
    if (info.published_seq > seq)
        seq = info.published_seq;
    MUST(w, ledger_mark(l->ledger, seq, &fail) == ST_OK);
    MUST(w, ledger_recover_calls(l->ledger, &calls, &fail) == ST_OK);
    for (int p = 0; p < PARTITIONS; p++) {
        struct offsets o = {&l->published[p], &l->published_count[p]};
        MUST(w, ledger_published(l->ledger, (struct pos){1, p, parts[p].start}, add_offset, &o,
                                 &fail) == ST_OK);
        out[p] = (struct publish_partition){
            1, p, "tickets", parts[p].start, l->published[p], l->published_count[p]};
    }
    prepare_models(l);
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
                                                       .published_seq = seq,
                                                       .earlier_seq = info.last_seq,
                                                       .partitions = out,
                                                       .partition_count = PARTITIONS,
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
        .partitions = parts,
        .partition_count = PARTITIONS,
        .limit = -1,
        .reuse = true,
        .seed = random_u64(&w->random),
        .finished = finished,
        .arg = l});
    w->kafka.wake = (void (*)(void *))mill_source_woke;
    w->kafka.wake_arg = l->mill;
    publish_later(l);
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
    virtual_drop_events(&l->w->time);
    free_commands(l->waiting);
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
    for (int p = 0; p < PARTITIONS; p++)
        mem_free(l->published[p]);
    ledger_close(l->ledger);
}

/* --- judging ------------------------------------------------------------------------------------
 */

static int64_t ask_ledger(struct world *w, const char *sql)
{
    sqlite3 *db;
    sqlite3_stmt *st;
    MUST(w, sqlite3_open_v2(w->ledger_path, &db, SQLITE_OPEN_READONLY, NULL) == SQLITE_OK);
    MUST(w, sqlite3_prepare_v2(db, sql, -1, &st, NULL) == SQLITE_OK);
    MUST(w, sqlite3_step(st) == SQLITE_ROW);
    int64_t value = sqlite3_column_int64(st, 0);
    sqlite3_finalize(st);
    sqlite3_close(db);
    return value;
}

static void judge_record(struct world *w, const struct fake_record *r)
{
    char want[32];
    json *value;
    if (!r->value) {
        MUST(w, r->published == 0 && r->dead == 0);
        return;
    }
    MUST(w, r->published + r->dead == 1);
    if (r->dead)
        return;
    MUST(w, json_parse(slice_str(r->value), 16, &value) == ST_OK);
    fake_summary(json_str(json_get(value, "body")), want);
    /* A text that was cut for an oversize answer is answered as it was sent. */
    MUST(w, strstr(r->result, want) != NULL || strstr(r->result, "text_cut") != NULL);
    json_free(value);
}

static void judge_bill(struct world *w)
{
    int64_t bill = w->provider.billed_input * INPUT_PUSD + w->provider.billed_output * OUTPUT_PUSD;
    int64_t settled = ask_ledger(w, "SELECT coalesce(sum(cost_pusd), 0) FROM call WHERE state = 1"
                                    " AND flags & 4 = 0");
    int64_t reserved = ask_ledger(w, "SELECT coalesce(sum(cost_pusd), 0) FROM call"
                                     " WHERE state = 3");
    int64_t estimated = ask_ledger(w, "SELECT count(*) FROM call WHERE flags & 4");
    if (estimated == 0) {
        MUST(w, bill >= settled);
        MUST(w, bill <= settled + reserved);
    }
    MUST(w, ask_ledger(w, "SELECT count(*) FROM call WHERE state = 0") == 0);
    MUST(w, ask_ledger(w, "SELECT count(*) FROM (SELECT c.cost_pusd AS a, sum(s.cost_pusd) AS b"
                          " FROM call c JOIN share s USING (call) GROUP BY call)"
                          " WHERE a <> b") == 0);
}

/* No text was answered well twice, unless a call with it ended unknown. */
struct paid_twice {
    struct world *w;
    int64_t texts;
};

static void count_twice(void *self, struct slice text, void *times)
{
    struct paid_twice *p = self;
    (void)text;
    p->texts += (uintptr_t)times > 1;
}

static void judge(struct world *w)
{
    struct paid_twice twice = {w, 0};
    MUST(w, w->kafka.order_broken == 0);
    for (int p = 0; p < PARTITIONS; p++) {
        const struct fake_partition *part = &w->kafka.partitions[p];
        MUST(w, part->committed == part->count);
        for (int64_t i = 0; i < part->count; i++)
            judge_record(w, &part->v[i]);
    }
    judge_bill(w);
    map_each(w->provider.good, count_twice, &twice);
    int64_t unknown = ask_ledger(w, "SELECT count(DISTINCT partition * 1000000 + offset)"
                                    " FROM share WHERE outcome = 5");
    MUST(w, twice.texts <= unknown);
}

/* --- seeds --------------------------------------------------------------------------------------
 */

static void put_tickets(struct world *w)
{
    int count = 20 + (int)random_below(&w->random, 80);
    for (int i = 0; i < count; i++) {
        char key[32], value[200];
        int n = random_below(&w->random, 12) == 0 ? (int)random_below(&w->random, 20) : i + 100;
        int p = (int)random_below(&w->random, PARTITIONS);
        snprintf(key, sizeof key, "T-%d", n);
        snprintf(value, sizeof value,
                 "{\"ticket_id\":\"T-%d\",\"body\":\"ticket %d of seed %llu\"}", n, n,
                 (unsigned long long)w->seed);
        uint64_t kind = random_below(&w->random, 25);
        fake_kafka_put(&w->kafka, p, key, kind == 0 ? NULL : kind == 1 ? "{broken" : value);
    }
}

static void draw_faults(struct world *w)
{
    for (int f = 1; f < FAKE_FAULT_COUNT; f++) {
        if (random_below(&w->random, 3) == 0)
            w->provider.percent[f] = (int)random_below(&w->random, 12);
    }
    if (random_below(&w->random, 2) == 0)
        w->kafka.fail_percent = (int)random_below(&w->random, 30);
    if (random_below(&w->random, 2) == 0)
        w->kafka.unsure_percent = (int)random_below(&w->random, 30);
    w->kafka.slow_percent = (int)random_below(&w->random, 20);
}

static void heal(struct world *w)
{
    memset(w->provider.percent, 0, sizeof w->provider.percent);
    w->kafka.fail_percent = w->kafka.unsure_percent = 0;
}

static void world_init(struct world *w, uint64_t seed)
{
    memset(w, 0, sizeof *w);
    w->seed = seed;
    random_seed(&w->random, seed);
    virtual_time_init(&w->time);
    fake_kafka_init(&w->kafka, PARTITIONS, &w->time, &w->random);
    fake_provider_init(&w->provider, &w->time, &w->random);
    w->config = config_of_text(config_text, CONFIG_FOR_RUN);
    buf_init(&w->system, (size_t)1 << 20);
    prompt_system(&w->config->classification, &w->system);
    prompt_version(buf_view(&w->system), w->version);
    snprintf(w->folder, sizeof w->folder, "%s/ticketmill-sim-XXXXXX",
             access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
    assert_non_null(mkdtemp(w->folder));
    snprintf(w->ledger_path, sizeof w->ledger_path, "%s/l.db", w->folder);
}

static void world_deinit(struct world *w)
{
    char command[128];
    snprintf(command, sizeof command, "rm -rf '%s'", w->folder);
    assert_int_equal(system(command), 0);
    buf_deinit(&w->system);
    config_free(w->config);
    fake_provider_deinit(&w->provider);
    fake_kafka_deinit(&w->kafka);
    virtual_time_deinit(&w->time);
}

/* Runs until the end, or until that many events have happened. True = it came to its end. */
static bool live(struct world *w, int64_t events)
{
    struct life l;
    struct fail fail;
    struct ledger_audit audit;
    char message[256];
    w->lives++;
    start(&l, w);
    int64_t limit = events >= 0 ? events : EVENTS_MAX;
    while (!l.over && limit-- > 0)
        MUST(w, virtual_step(&w->time));
    bool over = l.over;
    if (over) {
        int code = mill_exit_code(l.mill);
        if (code != 0)
            fail_msg("seed %llu, life %d: exit %d, %s", (unsigned long long)w->seed, w->lives, code,
                     mill_stop_message(l.mill));
        MUST(w, ledger_audit(l.ledger, &audit, &fail) == ST_OK);
        if (!audit_check(&audit, mill_stats(l.mill), true, message, sizeof message))
            fail_msg("seed %llu, life %d: audit: %s", (unsigned long long)w->seed, w->lives,
                     message);
    }
    end(&l);
    MUST(w, over || events >= 0);
    return over;
}

static void run_seed(uint64_t seed)
{
    struct world w;
    bool over = false;
    world_init(&w, seed);
    put_tickets(&w);
    draw_faults(&w);
    int kills = (int)random_below(&w.random, 6);
    for (int i = 0; i < kills && !over; i++)
        over = live(&w, (int64_t)random_below(&w.random, 400));
    if (!over && random_below(&w.random, 2) == 0)
        heal(&w);
    live(&w, -1);
    judge(&w);
    world_deinit(&w);
}

static uint64_t setting(const char *name, uint64_t fallback)
{
    const char *text = getenv(name);
    return text ? strtoull(text, NULL, 10) : fallback;
}

static void every_seed_keeps_every_promise(void **state)
{
    uint64_t first = setting("SIM_FIRST", 1), count = setting("SIM_SEEDS", 150);
    (void)state;
    for (uint64_t seed = first; seed < first + count; seed++)
        run_seed(seed);
    printf("# %llu seeds from %llu\n", (unsigned long long)count, (unsigned long long)first);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(every_seed_keeps_every_promise)};
    log_init(STDERR_FILENO, true, LOG_ERROR + 1);
    return cmocka_run_group_tests(tests, config_folder_make, config_folder_remove);
}
