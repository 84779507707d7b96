/* The part of `check` that talks to Kafka: what is there, in a table on stdout; what is missing or
 * would hurt, on stderr with the way out. Reads only, joins no group, creates nothing.
 */
#include <stdio.h>

#include "base/human.h"
#include "base/mem.h"
#include "cli/topics.h"
#include "report/table.h"

#define TOPICS 4

struct look {
    const struct config_kafka *kafka;
    struct kadmin *admin;
    struct topic_seen topics[TOPICS]; /* the input first */
    int count;
    struct fail fail;
};

static void want(struct look *l, enum topic_role role, const char *key, const char *name)
{
    l->topics[l->count++] =
        (struct topic_seen){.role = role, .key = key, .name = name, .pending = -1};
}

static enum status look_at_partitions(struct look *l, struct topic_seen *t)
{
    struct kwatermarks w;
    enum status st = ST_OK;

    for (int32_t p = 0; st == ST_OK && p < t->partitions; p++) {
        st = kadmin_watermarks(l->admin, t->name, p, &w, &l->fail);
        if (st == ST_OK) {
            t->records += w.high - w.low;
            t->held += w.high - w.stable;
        }
    }
    return st;
}

/* How much of the input our group has not committed; partitions without an offset count whole. */
static enum status look_at_offsets(struct look *l, struct topic_seen *t)
{
    size_t count = (size_t)t->partitions;
    struct kcommitted *v = mem_array(count, sizeof *v);
    enum status st;

    for (size_t i = 0; i < count; i++) {
        v[i].topic = t->name;
        v[i].partition = (int32_t)i;
    }
    st = kadmin_committed(l->admin, v, count, &l->fail);
    for (size_t i = 0; st == ST_OK && i < count; i++) {
        struct kwatermarks w;
        mem_free(v[i].metadata);
        v[i].metadata = NULL;
        if (v[i].offset < 0)
            continue;
        st = kadmin_watermarks(l->admin, t->name, v[i].partition, &w, &l->fail);
        if (st == ST_OK)
            t->pending = (t->pending < 0 ? 0 : t->pending) +
                         (w.stable > v[i].offset ? w.stable - v[i].offset : 0);
    }
    for (size_t i = 0; i < count; i++)
        mem_free(v[i].metadata);
    mem_free(v);
    return st;
}

static enum status look_at(struct look *l, struct topic_seen *t)
{
    enum status st = kadmin_partitions(l->admin, t->name, &t->partitions, &l->fail);

    if (st == ST_NOT_FOUND)
        return ST_OK;
    t->exists = st == ST_OK;
    if (st == ST_OK)
        st = kadmin_topic_settings(l->admin, t->name, &t->settings, &l->fail);
    if (st == ST_OK)
        st = look_at_partitions(l, t);
    if (st == ST_OK && t->role == TOPIC_INPUT)
        st = look_at_offsets(l, t);
    return st;
}

static void add_limit(struct table *t, int64_t value, void (*show)(int64_t, char *))
{
    char text[HUMAN_SIZE];
    if (value < 0) {
        table_cell(t, "no limit");
        return;
    }
    show(value, text);
    table_cell(t, text);
}

static void print_topics(const struct look *l)
{
    static const char *const heads[] = {"topic",     "partitions", "records",       "pending",
                                        "retention", "by size",    "largest record"};
    struct table t;
    struct buf out;

    table_init(&t, heads, "lrrrrrr", (int)(sizeof heads / sizeof *heads));
    for (int i = 0; i < l->count; i++) {
        const struct topic_seen *s = &l->topics[i];
        table_cell(&t, s->name);
        if (!s->exists) {
            for (int column = 1; column < t.columns; column++)
                table_cell(&t, column == 1 ? "missing" : "");
            continue;
        }
        table_count(&t, s->partitions);
        table_count(&t, s->records);
        if (s->pending >= 0)
            table_count(&t, s->pending);
        else
            table_cell(&t, s->role == TOPIC_INPUT ? "all" : "");
        add_limit(&t, s->settings.retention_ms < 0 ? -1 : s->settings.retention_ms / 1000,
                  human_span);
        add_limit(&t, s->settings.retention_bytes, human_bytes);
        add_limit(&t, s->settings.max_message_bytes, human_bytes);
    }
    buf_init(&out, SIZE_MAX);
    table_print(&t, &out);
    fwrite(out.p, 1, out.n, stdout);
    buf_deinit(&out);
}

/* Warnings, and the commands that create what is missing. Returns 0 or 78. */
static int print_troubles(const struct look *l)
{
    struct buf out;
    int code = 0;

    buf_init(&out, SIZE_MAX);
    for (int i = 0; i < l->count; i++) {
        const struct topic_seen *t = &l->topics[i];
        if (!t->exists && t->role != TOPIC_REPLAY) {
            buf_fmt(&out, "%s: topic %s does not exist; create it with:\n  ", t->key, t->name);
            topic_create_command(l->kafka, t, &l->topics[0], &out);
            buf_char(&out, '\n');
            code = status_exit(ST_CONFIG);
        }
        topic_warnings(t, &l->topics[0], &out);
    }
    if (out.n > 0)
        fwrite(out.p, 1, out.n, stderr);
    buf_deinit(&out);
    return code;
}

static enum status look_at_group(struct look *l, int *code)
{
    struct kgroup g;
    enum status st = kadmin_group(l->admin, l->kafka->group, &g, &l->fail);

    if (st == ST_OK && g.members != 0) {
        fprintf(stderr,
                "kafka.group: group %s has members (%s): another program consumes with it; `run` "
                "would end with 73\n",
                l->kafka->group, g.state);
        *code = status_exit(ST_LOCKED);
    }
    return st;
}

static enum status look_everywhere(struct look *l, int timeout_ms, int *code)
{
    struct kcluster cluster;
    enum status st = kadmin_open(l->kafka, timeout_ms, &l->admin, &l->fail);

    if (st == ST_OK)
        st = kadmin_cluster(l->admin, &cluster, &l->fail);
    if (st != ST_OK)
        return st;
    printf("brokers: %d alive, cluster %s, answered by %s\n", cluster.brokers,
           cluster.id[0] != '\0' ? cluster.id : "without an id", cluster.name);
    for (int i = 0; st == ST_OK && i < l->count; i++)
        st = look_at(l, &l->topics[i]);
    if (st != ST_OK)
        return st;
    print_topics(l);
    *code = print_troubles(l);
    return *code == 0 ? look_at_group(l, code) : ST_OK;
}

int check_brokers(const struct config *c, int timeout_ms)
{
    struct look l = {.kafka = &c->kafka};
    int code = 0;
    enum status st;

    want(&l, TOPIC_INPUT, "kafka.input_topic", c->kafka.input_topic);
    want(&l, TOPIC_RESULTS, "kafka.results_topic", c->kafka.results_topic);
    want(&l, TOPIC_DEAD_LETTERS, "kafka.dead_letter_topic", c->kafka.dead_letter_topic);
    want(&l, TOPIC_REPLAY, "kafka.replay_topic", c->kafka.replay_topic);
    st = look_everywhere(&l, timeout_ms, &code);
    kadmin_close(l.admin);
    if (st != ST_OK) {
        fprintf(stderr, "ticketmill check: %s\n", l.fail.text);
        return status_exit(st);
    }
    return code;
}
