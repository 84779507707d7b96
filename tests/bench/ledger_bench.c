/* What a ticket costs the ledger thread: admission, intent, settlement, mark, per pack size.
 *
 *   ledger_bench [TICKETS] [TICKETS_PER_GROUP]
 *
 * Prints CPU and wall microseconds a ticket; nothing is asserted. Groups are of a fixed size, as
 * under load. The file lies in TMPDIR, so the wall time is that disk's.
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "base/mem.h"
#include "ledger/ledger.h"

#define PARTITIONS 8

struct bench {
    struct ledger *ledger;
    int32_t source;
    int64_t tickets, group;
    int pack;
    struct random random;
};

static const char prompt[] = "0f1e2d3c4b5a69788796a5b4c3d2e1f00f1e2d3c4b5a69788796a5b4c3d2e1f0";

static void must(enum status st, const struct fail *fail)
{
    if (st == ST_OK)
        return;
    fprintf(stderr, "%s: %s\n", status_name(st), fail->text);
    exit(1);
}

static int64_t thread_cpu_us(void)
{
    struct timespec t;

    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

/* Packs stay within a partition only by chance, as in a run. */
static struct pos pos_of(const struct bench *b, int64_t i)
{
    return (struct pos){b->source, (int32_t)(i % PARTITIONS), i / PARTITIONS};
}

static struct ledger_cmd *admit(struct bench *b, int64_t from, int64_t count)
{
    struct ledger_cmd *cmd = ledger_cmd_new(LOP_ADMIT);
    struct admit_item *items = arena_zalloc(&cmd->arena, (size_t)count * sizeof(*items));

    for (int64_t i = 0; i < count; i++) {
        char id[24];
        int n = snprintf(id, sizeof(id), "T-%lld", (long long)from + (long long)i);
        items[i] =
            (struct admit_item){.kind = ADMIT_TICKET,
                                .pos = pos_of(b, from + i),
                                .record_unix_ms = 1764000000000,
                                .ticket_id = arena_copy(&cmd->arena, slice_of(id, (size_t)n)),
                                .language = SLICE_LIT("en"),
                                .may_reuse = true};
        for (size_t k = 0; k < sizeof(items->content_hash); k++)
            items[i].content_hash[k] = (uint8_t)random_u64(&b->random);
        memcpy(items[i].value_hash, items[i].content_hash, LEDGER_HASH_SIZE);
        memcpy(items[i].reuse_key, items[i].content_hash + 8, LEDGER_HASH_SIZE);
    }
    cmd->u.admit.items = items;
    cmd->u.admit.count = (size_t)count;
    return cmd;
}

static struct ledger_cmd *intent(struct bench *b, int64_t from, int64_t count)
{
    struct ledger_cmd *cmd = ledger_cmd_new(LOP_INTENT);

    cmd->u.intent.call = (struct ledger_call){.model = SLICE_LIT("deepseek-v4-flash"),
                                              .provider = SLICE_LIT("global-api"),
                                              .endpoint = SLICE_LIT("us-east"),
                                              .tier = SLICE_LIT("budget"),
                                              .prompt_version = slice_str(prompt),
                                              .reserved_pusd = 1000 * count,
                                              .token_cap = 640,
                                              .sent_unix_us = 1,
                                              .attempt = 1};
    random_id(&b->random, 1764000000000000, cmd->u.intent.call.call_id);
    cmd->u.intent.tickets = arena_alloc(&cmd->arena, (size_t)count * sizeof(struct pos));
    for (int64_t i = 0; i < count; i++)
        cmd->u.intent.tickets[i] = pos_of(b, from + i);
    cmd->u.intent.count = (size_t)count;
    return cmd;
}

static struct ledger_cmd *settle(struct bench *b, int64_t call_no, int64_t from, int64_t count)
{
    struct ledger_cmd *cmd = ledger_cmd_new(LOP_SETTLE);
    struct settle_item *items = arena_zalloc(&cmd->arena, (size_t)count * sizeof(*items));
    static char raw[110 * 64];

    memset(raw, 'x', sizeof(raw));
    for (int64_t i = 0; i < count; i++)
        items[i] = (struct settle_item){
            .pos = pos_of(b, from + i),
            .input_tokens = 118,
            .cached_tokens = 40,
            .output_tokens = 21,
            .cost_pusd = 700,
            .raw_item = slice_of(raw, 100),
            .counts = true,
            .then = SETTLE_RESULT,
            .verdict = {.confidence_ppm = 930000,
                        .summary = SLICE_LIT("Customer was charged twice for the same order.")},
            .category = SLICE_LIT("billing")};
    cmd->u.settle.items = items;
    cmd->u.settle.count = (size_t)count;
    cmd->u.settle.call = (struct ledger_settle){.call_no = call_no,
                                                .state = CALL_ANSWERED,
                                                .http_status = 200,
                                                .usage = {.input = 118 * count,
                                                          .cached = 40 * count,
                                                          .output = 21 * count,
                                                          .present = true,
                                                          .provider_cost_pusd = -1},
                                                .cost_pusd = 700 * count,
                                                .answered_unix_us = 2,
                                                .latency_us = 600000,
                                                .finish_reason = SLICE_LIT("stop"),
                                                .served_model = SLICE_LIT("deepseek-v4-flash"),
                                                .request_id = SLICE_LIT("req-0123456789"),
                                                .raw_answer = slice_of(raw, (size_t)count * 105)};
    return cmd;
}

struct chain {
    struct queue_node *first, **end;
    int64_t cpu_us;
};

static void add(struct chain *c, struct ledger_cmd *cmd)
{
    if (!c->first)
        c->end = &c->first;
    cmd->node.next = NULL;
    *c->end = &cmd->node;
    c->end = &cmd->node.next;
}

/* Applies the chain; only the ledger's own time counts. */
static void apply(struct bench *b, struct chain *c)
{
    struct fail fail;
    int64_t start = thread_cpu_us();

    must(ledger_apply(b->ledger, c->first, &fail), &fail);
    c->cpu_us += thread_cpu_us() - start;
    for (struct queue_node *n = c->first; n; n = n->next) {
        struct ledger_cmd *cmd = LIST_ENTRY(n, struct ledger_cmd, node);
        must(cmd->status, &cmd->fail);
    }
}

static void free_chain(struct chain *c)
{
    while (c->first) {
        struct queue_node *next = c->first->next;
        ledger_cmd_free(LIST_ENTRY(c->first, struct ledger_cmd, node));
        c->first = next;
    }
}

static int64_t part(const struct bench *b, int64_t from, int64_t end)
{
    return end - from < b->pack ? end - from : b->pack;
}

/* One group's worth of tickets through all four commands. */
static void group(struct bench *b, int64_t from, int64_t end, int64_t cpu_us[4])
{
    struct chain admits = {0}, intents = {0}, settles = {0}, marks = {0};

    add(&admits, admit(b, from, end - from));
    apply(b, &admits);
    for (int64_t i = from; i < end; i += b->pack)
        add(&intents, intent(b, i, part(b, i, end)));
    apply(b, &intents);
    int64_t i = from;
    for (struct queue_node *n = intents.first; n; n = n->next, i += b->pack)
        add(&settles, settle(b, LIST_ENTRY(n, struct ledger_cmd, node)->u.intent.call_no, i,
                             part(b, i, end)));
    apply(b, &settles);
    struct ledger_cmd *mark = ledger_cmd_new(LOP_MARK);
    mark->u.mark.published_seq = end;
    add(&marks, mark);
    apply(b, &marks);
    struct chain *all[] = {&admits, &intents, &settles, &marks};
    for (int k = 0; k < 4; k++) {
        cpu_us[k] += all[k]->cpu_us;
        free_chain(all[k]);
    }
}

static void run(int pack, int64_t tickets, int64_t per_group)
{
    struct bench b = {.pack = pack, .tickets = tickets, .group = per_group};
    struct ledger_options o = {.create = true, .transport = "kafka", .clock = &clock_system};
    struct ledger_run r = {.run_id = "RUN", .prompt_version = prompt, .publish = "transactional"};
    int64_t cpu_us[4] = {0};
    const char *tmp = getenv("TMPDIR");
    char dir[256], path[300], command[300];
    struct fail fail;

    snprintf(dir, sizeof(dir), "%s/ledger-bench-XXXXXX", tmp ? tmp : "/tmp");
    if (!mkdtemp(dir))
        exit(1);
    snprintf(path, sizeof(path), "%s/l.db", dir);
    random_seed(&b.random, 1);
    must(ledger_open(path, &o, &b.ledger, &fail), &fail);
    must(ledger_source(b.ledger, "tickets", &b.source, &fail), &fail);
    must(ledger_begin_run(b.ledger, &r, &fail), &fail);
    int64_t wall = clock_mono_us(&clock_system);
    for (int64_t i = 0; i < tickets; i += per_group)
        group(&b, i, i + per_group < tickets ? i + per_group : tickets, cpu_us);
    wall = clock_mono_us(&clock_system) - wall;
    double n = (double)tickets;
    printf("pack %2d: %5.1f us CPU a ticket (admit %.1f, intent %.1f, settle %.1f, mark %.1f), "
           "wall %.1f us\n",
           pack, (double)(cpu_us[0] + cpu_us[1] + cpu_us[2] + cpu_us[3]) / n, (double)cpu_us[0] / n,
           (double)cpu_us[1] / n, (double)cpu_us[2] / n, (double)cpu_us[3] / n, (double)wall / n);
    fflush(stdout);
    snprintf(command, sizeof(command), "ls -l '%s' >&2", dir);
    if (getenv("BENCH_LS") && system(command) != 0)
        exit(1);
    ledger_close(b.ledger);
    snprintf(command, sizeof(command), "rm -rf '%s'", dir);
    if (system(command) != 0)
        exit(1);
}

int main(int argc, char **argv)
{
    int64_t tickets = argc > 1 ? atoll(argv[1]) : 100000;
    int64_t per_group = argc > 2 ? atoll(argv[2]) : 500;
    struct rusage usage;

    run(1, tickets, per_group);
    run(10, tickets, per_group);
    getrusage(RUSAGE_SELF, &usage);
    printf("peak memory %ld MiB\n", usage.ru_maxrss / 1024);
    return 0;
}
