/* Gathering what the start-up table needs, and carrying out what it says.
 *
 * Reads Kafka through kafka/admin.h and the ledger through its start-up calls; the decision itself
 * is recovery.c's. Nothing is consumed or published here.
 */
#include "pipeline/startup.h"

#include <stdio.h>
#include <string.h>

#include "base/failpoint.h"
#include "base/log.h"
#include "base/mem.h"
#include "pipeline/frontier.h"
#include "pipeline/offset_list.h"

enum { SAMPLES = 8 };

static enum status missing_topic(const char *key, const char *topic, struct fail *fail)
{
    return fail_set(fail, ST_CONFIG, 0,
                    "kafka.%s: topic %s does not exist; create it with: kafka-topics.sh "
                    "--bootstrap-server BROKERS --create --topic %s --partitions 8",
                    key, topic, topic);
}

static enum status look_output(struct startup *s, const char *key, const char *topic,
                               int64_t *max_bytes, struct fail *fail)
{
    int partitions;
    struct ktopic_settings settings;
    enum status st = kadmin_partitions(s->o.admin, topic, &partitions, fail);
    if (st == ST_NOT_FOUND)
        return missing_topic(key, topic, fail);
    if (st != ST_OK || s->o.embedded)
        return st;
    st = kadmin_topic_settings(s->o.admin, topic, &settings, fail);
    if (st == ST_OK)
        *max_bytes = settings.max_message_bytes > 0 ? settings.max_message_bytes : 0;
    return st;
}

static enum status look_group(struct startup *s, struct fail *fail)
{
    struct kgroup group;
    const char *name = s->o.config->kafka.group;
    if (s->o.embedded)
        return ST_OK;
    enum status st = kadmin_group(s->o.admin, name, &group, fail);
    if (st == ST_OK && group.members != 0)
        return fail_set(fail, ST_LOCKED, 0,
                        "consumer group %s has members (%s): another program consumes with it. "
                        "Stop it, or give ticketmill a kafka.group of its own",
                        name, group.state);
    return st;
}

static enum status add_topic(struct startup *s, const char *topic, int32_t *source, bool replay,
                             struct fail *fail)
{
    int partitions;
    enum status st = kadmin_partitions(s->o.admin, topic, &partitions, fail);
    if (st == ST_OK)
        st = ledger_source(s->o.ledger, topic, source, fail);
    if (st != ST_OK)
        return st;
    s->v = mem_grow(s->v, s->count + (size_t)partitions, sizeof *s->v);
    for (int p = 0; p < partitions; p++) {
        struct startup_partition *part = &s->v[s->count++];
        memset(part, 0, sizeof *part);
        part->mill = (struct mill_partition){
            .source = *source, .partition = p, .topic = topic, .replay = replay};
        part->owned = p % s->o.shards == s->o.shard;
    }
    return ST_OK;
}

/* For the report: when the oldest pending ticket leaves the topic. A broker that does not tell is
 * no reason not to run. */
static enum status note_retention(struct startup *s, const char *topic, struct fail *fail)
{
    struct ktopic_settings settings;
    struct fail ignored;
    if (s->o.embedded || kadmin_topic_settings(s->o.admin, topic, &settings, &ignored) != ST_OK)
        return ST_OK;
    return ledger_set_retention(s->o.ledger, topic, settings.retention_ms, fail);
}

static enum status look_inputs(struct startup *s, struct fail *fail)
{
    const struct config_kafka *k = &s->o.config->kafka;
    enum status st = add_topic(s, k->input_topic, &s->input_source, false, fail);
    if (st == ST_NOT_FOUND)
        return missing_topic("input_topic", k->input_topic, fail);
    if (st == ST_OK)
        st = note_retention(s, k->input_topic, fail);
    if (st != ST_OK || !k->replay_topic || s->o.embedded)
        return st;
    st = add_topic(s, k->replay_topic, &s->replay_source, true, fail);
    return st == ST_NOT_FOUND ? ST_OK : st;
}

static enum status look_watermarks(struct startup *s, struct fail *fail)
{
    for (size_t i = 0; i < s->count; i++) {
        struct startup_partition *p = &s->v[i];
        enum status st =
            kadmin_watermarks(s->o.admin, p->mill.topic, p->mill.partition, &p->marks, fail);
        if (st != ST_OK)
            return st;
        p->mill.end = p->marks.stable;
        if (p->marks.high > p->marks.stable && p->owned)
            log_event(
                LOG_WARN, "open_transaction",
                "a producer's transaction is still open: its records are not part of this run",
                L_STR("topic", p->mill.topic), L_INT("partition", p->mill.partition),
                L_INT("stable", p->marks.stable), L_INT("high", p->marks.high));
    }
    return ST_OK;
}

/* Before fencing a transaction of our predecessor may still be open: what it would commit does not
 * count yet, and waiting for it would last until the broker gives it up. */
static enum status read_committed(struct startup *s, bool fenced, struct fail *fail)
{
    struct kcommitted *v = mem_array(s->count, sizeof *v);
    for (size_t i = 0; i < s->count; i++) {
        mem_free(s->v[i].committed.metadata);
        s->v[i].committed.metadata = NULL;
        v[i] =
            (struct kcommitted){.topic = s->v[i].mill.topic, .partition = s->v[i].mill.partition};
    }
    enum status st = fenced ? kadmin_committed(s->o.admin, v, s->count, fail)
                            : kadmin_committed_so_far(s->o.admin, v, s->count, fail);
    for (size_t i = 0; st == ST_OK && i < s->count; i++) {
        s->v[i].committed = v[i];
        commit_note_parse(slice_str(v[i].metadata), &s->v[i].note);
    }
    mem_free(v);
    return st;
}

static bool drained(const struct startup *s)
{
    for (size_t i = 0; i < s->count; i++) {
        const struct startup_partition *p = &s->v[i];
        bool nothing_there = p->committed.offset < 0 && p->marks.low == p->marks.stable;
        if (p->committed.offset < p->marks.stable && !nothing_there)
            return false;
    }
    return true;
}

/* Are the records that the ledger remembers still the ones in the topic? */
static enum status compare(struct startup *s, const struct startup_partition *p,
                           enum recovery_compare *out, struct fail *fail)
{
    struct ledger_sample samples[SAMPLES];
    size_t count = 0;
    enum status st =
        ledger_samples(s->o.ledger, (struct pos){p->mill.source, p->mill.partition, p->marks.low},
                       samples, SAMPLES, &count, fail);
    *out = COMPARE_NOTHING;
    for (size_t i = 0; st == ST_OK && i < count && *out != COMPARE_DIFFERENT; i++) {
        struct record *r;
        uint8_t hash[SHA256_SIZE];
        struct pos pos = {p->mill.source, p->mill.partition, samples[i].offset};
        st = kadmin_record(s->o.admin, p->mill.topic, pos, &r, fail);
        if (st == ST_NOT_FOUND) {
            st = ST_OK;
            continue;
        }
        if (st != ST_OK)
            break;
        sha256(r->value, hash);
        bool same = r->timestamp_unix_ms == samples[i].record_unix_ms &&
                    memcmp(hash, samples[i].value_hash, LEDGER_HASH_SIZE) == 0;
        *out = same ? COMPARE_EQUAL : COMPARE_DIFFERENT;
        mem_free(r);
    }
    return st;
}

static enum status decide_one(struct startup *s, struct startup_partition *p,
                              const struct recovery_context *c, struct fail *fail)
{
    struct recovery_partition in = {
        .topic = p->mill.topic,
        .partition = p->mill.partition,
        .low = p->marks.low,
        .high = p->marks.high,
        .committed = p->committed.offset,
        .note = p->note,
        .from = s->o.from,
    };
    enum status st = ledger_resume_offset(s->o.ledger, p->mill.source, p->mill.partition,
                                          &in.ledger_resume, fail);
    if (st == ST_OK && in.committed < 0 && in.ledger_resume >= 0)
        st = compare(s, p, &in.compare, fail);
    if (st == ST_OK && in.committed < 0 && s->o.from_unix_ms >= 0)
        st = kadmin_offset_at(s->o.admin, p->mill.topic, p->mill.partition, s->o.from_unix_ms,
                              &in.from, fail);
    if (st == ST_OK)
        st = recovery_decide(c, &in, &p->plan, fail);
    if (st == ST_OK)
        p->mill.start = p->plan.start;
    return st;
}

static enum status decide(struct startup *s, struct fail *fail)
{
    struct ledger_info info;
    enum status st = ledger_info(s->o.ledger, &info, fail);
    struct recovery_context c = {
        .ledger = {.ledger_id = info.ledger_id,
                   .rebuilt_from = info.rebuilt_from,
                   .rebuilt_seq = info.rebuilt_seq,
                   .last_seq = info.last_seq,
                   .empty = info.empty},
        .shard = s->o.shard,
        .shards = s->o.shards,
        .new_ledger = s->o.new_ledger,
        .drained = drained(s),
    };
    for (size_t i = 0; st == ST_OK && i < s->count; i++) {
        if (s->v[i].owned)
            st = decide_one(s, &s->v[i], &c, fail);
    }
    return st;
}

enum status startup_look(const struct startup_options *o, struct startup *out, struct fail *fail)
{
    struct startup s = {.o = *o};
    struct kcluster cluster;
    const struct config_kafka *k = &o->config->kafka;
    enum status st = kadmin_cluster(o->admin, &cluster, fail);
    if (st == ST_OK)
        memcpy(s.cluster_id, cluster.id, sizeof s.cluster_id);
    if (st == ST_OK)
        st = look_output(&s, "results_topic", k->results_topic, &s.max_result_bytes, fail);
    if (st == ST_OK)
        st = look_output(&s, "dead_letter_topic", k->dead_letter_topic, &s.max_dead_bytes, fail);
    if (st == ST_OK)
        st = look_group(&s, fail);
    if (st == ST_OK)
        st = look_inputs(&s, fail);
    if (st == ST_OK)
        st = look_watermarks(&s, fail);
    if (st == ST_OK)
        st = read_committed(&s, false, fail);
    if (st == ST_OK)
        st = decide(&s, fail);
    if (st == ST_OK)
        *out = s;
    else
        startup_free(&s);
    return st;
}

enum status startup_fence(struct startup *s, struct fail *fail)
{
    enum status st = ST_OK;
    for (size_t i = 0; st == ST_OK && i < s->count; i++) {
        const struct startup_partition *p = &s->v[i];
        const char *id = p->note.transactional_id;
        if (p->owned && p->plan.fence && strcmp(id, s->o.transactional_id) != 0)
            st = kadmin_fence(&s->o.config->kafka, id, 60000, fail);
    }
    return st;
}

static enum status adopt(struct startup *s, struct startup_partition *p, struct fail *fail)
{
    struct offset_list done = {0};
    enum status st = ST_OK;
    if (!frontier_parse_done_set(p->note.done_set, p->committed.offset, offset_list_add, &done))
        st = fail_set(fail, ST_LEDGER_STATE, 0,
                      "%s/%d: the commit metadata is damaged; use `ticketmill ledger rebuild`",
                      p->mill.topic, (int)p->mill.partition);
    else if (done.n > 0)
        st = ledger_adopt(s->o.ledger, p->mill.source, p->mill.partition, done.v, done.n, fail);
    mem_free(done.v);
    return st;
}

static void note_lost(struct startup *s, const struct startup_partition *p)
{
    int64_t lost = p->plan.lost_to - p->plan.lost_from;
    if (lost <= 0)
        return;
    s->lost += lost;
    log_event(LOG_ERROR, "records_lost",
              "records were deleted by the topic's retention before they were read",
              L_STR("topic", p->mill.topic), L_INT("partition", p->mill.partition),
              L_INT("from", p->plan.lost_from), L_INT("to", p->plan.lost_to));
}

static enum status act_on(struct startup *s, struct startup_partition *p, struct fail *fail)
{
    struct offset_list done = {0};
    enum status st = ST_OK;
    if (p->plan.adopt && p->note.present)
        st = adopt(s, p, fail);
    if (st == ST_OK)
        st = ledger_published(s->o.ledger,
                              (struct pos){p->mill.source, p->mill.partition, p->plan.start},
                              offset_list_add, &done, fail);
    p->published = done.v;
    p->published_count = done.n;
    note_lost(s, p);
    return st;
}

static enum status mark_published(struct startup *s, struct fail *fail)
{
    struct ledger_info info;
    enum status st = ledger_info(s->o.ledger, &info, fail);
    if (st != ST_OK)
        return st;
    s->published_seq = info.published_seq;
    for (size_t i = 0; i < s->count; i++) {
        if (s->v[i].owned && s->v[i].plan.published_seq > s->published_seq)
            s->published_seq = s->v[i].plan.published_seq;
    }
    return ledger_mark(s->o.ledger, s->published_seq, fail);
}

enum status startup_act(struct startup *s, struct fail *fail)
{
    const struct ledger_binding binding = {s->cluster_id, s->o.config->kafka.group, s->o.shard,
                                           s->o.shards};
    enum status st = read_committed(s, true, fail);
    if (st == ST_OK)
        st = decide(s, fail);
    failpoint(FP_IN_RECOVERY);
    if (st == ST_OK)
        st = ledger_bind(s->o.ledger, &binding, drained(s), fail);
    if (st == ST_OK)
        st = mark_published(s, fail);
    for (size_t i = 0; st == ST_OK && i < s->count; i++) {
        if (s->v[i].owned)
            st = act_on(s, &s->v[i], fail);
    }
    return st;
}

void startup_free(struct startup *s)
{
    for (size_t i = 0; i < s->count; i++) {
        mem_free(s->v[i].committed.metadata);
        mem_free(s->v[i].published);
    }
    mem_free(s->v);
    *s = (struct startup){0};
}
