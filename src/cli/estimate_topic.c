/* `estimate`: a sample of what is pending in the input topics.
 *
 * Pending is what lies between the group's committed offset and the last stable one of each
 * partition. The sample is taken from several places of each partition, in proportion to what is
 * pending there, so that every pending record is as likely to be in it. Nothing is committed, no
 * group is joined.
 */
#include "base/mem.h"
#include "cli/estimate_sample.h"
#include "kafka/admin.h"

enum { TIMEOUT_MS = 15000, PLACES = 8 };

struct pending {
    int64_t *from, *until; /* per partition: committed or first, and stable end */
    int64_t *part_from, *part_until;
    int partitions;
    int64_t total;
};

struct reading {
    struct sample *sample;
    struct kadmin *admin;
    const char *topic;
    int64_t wanted, all; /* records; pending in every input topic */
};

static bool take(void *self, const struct record *r)
{
    struct reading *reading = self;
    sample_take(reading->sample, r, reading->topic);
    return true;
}

static void pending_deinit(struct pending *p)
{
    mem_free(p->from);
    mem_free(p->until);
    mem_free(p->part_from);
    mem_free(p->part_until);
}

static enum status read_committed(struct kadmin *a, const char *topic, struct pending *p,
                                  struct fail *fail)
{
    struct kcommitted *v = mem_array((size_t)p->partitions, sizeof *v);
    for (int i = 0; i < p->partitions; i++)
        v[i] = (struct kcommitted){.topic = topic, .partition = i};
    enum status st = kadmin_committed_so_far(a, v, (size_t)p->partitions, fail);
    for (int i = 0; st == ST_OK && i < p->partitions; i++) {
        p->from[i] = v[i].offset;
        mem_free(v[i].metadata);
    }
    mem_free(v);
    return st;
}

static enum status look(struct kadmin *a, const char *topic, struct pending *p, struct fail *fail)
{
    enum status st = kadmin_partitions(a, topic, &p->partitions, fail);
    if (st != ST_OK)
        return st;
    size_t count = (size_t)p->partitions;
    p->from = mem_array(count, sizeof *p->from);
    p->until = mem_array(count, sizeof *p->until);
    p->part_from = mem_array(count, sizeof *p->part_from);
    p->part_until = mem_array(count, sizeof *p->part_until);
    st = read_committed(a, topic, p, fail);
    for (int i = 0; st == ST_OK && i < p->partitions; i++) {
        struct kwatermarks w;
        st = kadmin_watermarks(a, topic, i, &w, fail);
        if (st != ST_OK)
            break;
        if (p->from[i] < w.low)
            p->from[i] = w.low;
        p->until[i] = w.stable > p->from[i] ? w.stable : p->from[i];
        p->total += p->until[i] - p->from[i];
    }
    return st;
}

/* The piece of each partition that is read at place `at` of `places`; they never overlap. */
static int64_t choose_pieces(struct pending *p, int64_t wanted, int64_t all, int at, int places)
{
    int64_t offsets = 0;
    for (int i = 0; i < p->partitions; i++) {
        int64_t pending = p->until[i] - p->from[i];
        int64_t share = (int64_t)((__int128)wanted * pending / all) + (pending > 0);
        int64_t start = (int64_t)((__int128)pending * at / places);
        int64_t next = (int64_t)((__int128)pending * (at + 1) / places);
        int64_t size = share / places + (at < share % places);
        p->part_from[i] = p->from[i] + start;
        p->part_until[i] = p->from[i] + (next - start < size ? next : start + size);
        offsets += p->part_until[i] - p->part_from[i];
    }
    return offsets;
}

static enum status read_pieces(struct reading *r, struct pending *p, struct fail *fail)
{
    const struct kscan scan = {
        .topic = r->topic, .from = p->part_from, .until = p->part_until, .record = take, .self = r};
    int places = r->wanted < r->all ? PLACES : 1;
    enum status st = ST_OK;
    for (int at = 0; st == ST_OK && at < places; at++) {
        int64_t offsets = choose_pieces(p, r->wanted, r->all, at, places);
        if (offsets > 0)
            st = kadmin_scan(r->admin, &scan, fail);
        r->sample->offsets += offsets;
    }
    return st;
}

/* The replay topic may be missing; the embedded broker has none. */
static enum status look_at_both(const struct config_kafka *k, struct kadmin *a,
                                struct pending both[2], struct fail *fail)
{
    enum status st = look(a, k->input_topic, &both[0], fail);
    if (st == ST_NOT_FOUND)
        return fail_set(fail, ST_CONFIG, 0,
                        "kafka.input_topic: topic %s does not exist; create it with: "
                        "kafka-topics.sh --bootstrap-server BROKERS --create --topic %s "
                        "--partitions 8",
                        k->input_topic, k->input_topic);
    if (st != ST_OK || !k->replay_topic || !k->transactional)
        return st;
    st = look(a, k->replay_topic, &both[1], fail);
    return st == ST_NOT_FOUND ? ST_OK : st;
}

enum status sample_topic(struct sample *s, int64_t wanted, struct fail *fail)
{
    const struct config_kafka *k = &s->config->kafka;
    struct pending both[2] = {{.from = NULL}, {.from = NULL}};
    struct kadmin *a;
    enum status st = kadmin_open(k, TIMEOUT_MS, &a, fail);
    if (st != ST_OK)
        return st;
    s->source = k->input_topic;
    st = look_at_both(k, a, both, fail);
    s->partitions = both[0].partitions;
    s->pending = both[0].total + both[1].total;
    struct reading reading = {s, a, k->input_topic, wanted, s->pending};
    if (st == ST_OK && both[0].total > 0)
        st = read_pieces(&reading, &both[0], fail);
    reading.topic = k->replay_topic;
    if (st == ST_OK && both[1].total > 0)
        st = read_pieces(&reading, &both[1], fail);
    pending_deinit(&both[0]);
    pending_deinit(&both[1]);
    kadmin_close(a);
    return st;
}
