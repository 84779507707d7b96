/* The last step of a ticket's life: rows of the outbox and the frontier become one Kafka
 * transaction. This is the state machine around it: what has to be settled before the next one may
 * begin, and what a failure leaves behind. An aborted transaction costs the handle (librdkafka
 * 2.0.2 fails the next good one), and a handle made anew fences whoever holds the id. So it is made
 * only after the coordinator has acknowledged our abort, and used only after the committed offsets
 * have shown that nobody published since. Frontier and ledger are the callers' business.
 */
#include "kafka/producer.h"

#include <assert.h>
#include <string.h>

#include "base/failpoint.h"
#include "base/mem.h"
#include "kafka/admin.h"
#include "kafka/client.h"
#include "kafka/errmap.h"
#include "kafka/offsets.h"
#include "kafka/transaction.h"

enum { PUBLISH_MS = 40000, RECOVER_MS = 15000, CLOSE_MS = 5000, MEET_MS = 2000 };

enum state {
    NEEDS_INIT,   /* the handle has not met the brokers */
    NEEDS_VERIFY, /* made anew and initialised; are the committed offsets still ours? */
    READY,
    NEEDS_ABORT,
    NEEDS_REMAKE, /* abort acknowledged */
    COMMITTING,   /* sent, outcome unknown */
    FENCED,
    BROKEN
};

struct kproducer {
    const struct config_kafka *cfg;
    char *transactional_id; /* NULL in idempotent mode */
    struct ktxn_limits limits;
    enum state state;
    rd_kafka_t *rk;
    rd_kafka_t *committer; /* idempotent mode only: a consumer, for its commit call */
    struct kdelivery delivery;
    size_t refused;
    struct koffsets known; /* what the group has committed, as far as we know */
    struct {
        size_t n, m;
        int64_t first_seq;
    } batch; /* COMMITTING: what the unknown outcome is about */
};

enum status kproducer_open(const struct config_kafka *cfg, const char *transactional_id,
                           struct kproducer_limits limits, struct kproducer **out,
                           struct fail *fail)
{
    struct kproducer *p = mem_zalloc(sizeof *p);
    p->cfg = cfg;
    p->limits = ktxn_limits_of(limits.results_bytes, limits.dead_bytes);
    p->transactional_id = cfg->transactional ? mem_str(transactional_id) : NULL;
    kdelivery_reset(&p->delivery);
    enum status s = ktxn_open(cfg, p->transactional_id, &p->limits, &p->delivery, &p->rk, fail);
    if (s == ST_OK && !cfg->transactional)
        s = kclient_consumer(cfg, &(struct kconsumer_options){0}, &p->committer, fail);
    if (s != ST_OK) {
        kproducer_close(p);
        return s;
    }
    *out = p;
    return ST_OK;
}

static enum status reach_brokers(struct kproducer *p, int timeout_ms, struct fail *fail)
{
    const struct rd_kafka_metadata *md;
    rd_kafka_resp_err_t err = rd_kafka_metadata(p->rk, 0, NULL, &md, timeout_ms);
    if (err)
        return kafka_fail(fail, err, "reaching the brokers");
    rd_kafka_metadata_destroy(md);
    return ST_OK;
}

/* A record for a topic the client has not met waits up to a second; asking first takes
 * milliseconds. Errors come out when publishing. */
static void meet_topic(struct kproducer *p, const char *topic)
{
    rd_kafka_topic_t *t = rd_kafka_topic_new(p->rk, topic, NULL);
    const struct rd_kafka_metadata *md;
    if (t && rd_kafka_metadata(p->rk, 0, t, &md, MEET_MS) == RD_KAFKA_RESP_ERR_NO_ERROR)
        rd_kafka_metadata_destroy(md);
    if (t)
        rd_kafka_topic_destroy(t);
}

static void meet_topics(struct kproducer *p)
{
    meet_topic(p, p->cfg->results_topic);
    meet_topic(p, p->cfg->dead_letter_topic);
}

enum status kproducer_init(struct kproducer *p, int timeout_ms, struct fail *fail)
{
    assert(p->state == NEEDS_INIT);
    enum status s = p->transactional_id ? ktxn_init(p->rk, kclient_deadline(timeout_ms), fail)
                                        : reach_brokers(p, timeout_ms, fail);
    if (s == ST_FENCED)
        p->state = FENCED;
    if (s != ST_OK)
        return s;
    meet_topics(p);
    p->state = READY;
    return ST_OK;
}

void kproducer_known(struct kproducer *p, const struct commit_offset *offs, size_t m)
{
    koffsets_put(&p->known, offs, m);
}

/* ---- after a failure ------------------------------------------------------------------------- */

static enum status abort_open(struct kproducer *p, int64_t deadline, struct fail *fail)
{
    switch (ktxn_abort(p->rk, deadline, fail)) {
    case KTXN_DONE:
    case KTXN_BROKEN: /* the handle goes in any case, and its successor ends what is open */
        p->state = NEEDS_REMAKE;
        return ST_OK;
    case KTXN_FENCED:
        p->state = FENCED;
        return ST_FENCED;
    case KTXN_LATER:
    case KTXN_ABORT:
        break;
    }
    return ST_UNAVAILABLE;
}

static enum status remake(struct kproducer *p, struct fail *fail)
{
    rd_kafka_t *rk;
    enum status s = ktxn_open(p->cfg, p->transactional_id, &p->limits, &p->delivery, &rk, fail);
    if (s != ST_OK)
        return s;
    rd_kafka_destroy(p->rk);
    p->rk = rk;
    p->state = NEEDS_INIT;
    return ST_OK;
}

static enum status reinit(struct kproducer *p, int64_t deadline, struct fail *fail)
{
    enum status s = ktxn_init(p->rk, deadline, fail);
    if (s == ST_FENCED)
        p->state = FENCED;
    if (s != ST_OK)
        return s;
    meet_topics(p);
    p->state = NEEDS_VERIFY;
    return ST_OK;
}

/* Between the acknowledged abort and the new handle's start a successor may have come and gone:
 * it is fenced now, but what it committed stands. */
static enum status verify(struct kproducer *p, int64_t deadline, struct fail *fail)
{
    struct kadmin *admin;
    enum status s = kadmin_open(p->cfg, kclient_left_ms(deadline), &admin, fail);
    if (s != ST_OK)
        return s;
    bool same = false;
    s = koffsets_unmoved(&p->known, admin, &same, fail);
    kadmin_close(admin);
    if (s != ST_OK)
        return s;
    p->state = same ? READY : FENCED;
    return same ? ST_OK
                : fail_set(fail, ST_FENCED, 0,
                           "the committed offsets of group %s were moved by another run",
                           p->cfg->group);
}

/* Brings the producer to READY or COMMITTING. */
static enum status settle(struct kproducer *p, int64_t deadline, struct fail *fail)
{
    enum status s = ST_OK;
    while (s == ST_OK) {
        switch (p->state) {
        case READY:
        case COMMITTING:
            return ST_OK;
        case NEEDS_ABORT:
            s = abort_open(p, deadline, fail);
            break;
        case NEEDS_REMAKE:
            s = remake(p, fail);
            break;
        case NEEDS_INIT:
            s = reinit(p, deadline, fail);
            break;
        case NEEDS_VERIFY:
            s = verify(p, deadline, fail);
            break;
        case FENCED:
            return fail_set(fail, ST_FENCED, 0, "transactional id %s belongs to a newer run",
                            p->transactional_id);
        case BROKEN:
            return fail_set(fail, ST_INTERNAL, 0, "the kafka producer gave up earlier");
        }
    }
    return s;
}

/* What a failure means to the caller, once nothing of the transaction can become visible. */
static enum status after_abort(enum status s)
{
    if (s == ST_LIMIT || s == ST_CONFIG)
        return s;
    return s == ST_NOT_FOUND ? ST_CONFIG : ST_UNAVAILABLE;
}

/* *fail holds the reason. Recovers at once if it can; the next publish goes on where it cannot. */
static enum status give_up(struct kproducer *p, enum ktxn verdict, struct fail *fail)
{
    if (verdict == KTXN_FENCED) {
        p->state = FENCED;
        return fail->code = ST_FENCED;
    }
    if (verdict == KTXN_BROKEN) {
        p->state = BROKEN;
        return fail->code = ST_INTERNAL;
    }
    p->state = NEEDS_ABORT;
    struct fail second;
    enum status s = settle(p, kclient_deadline(RECOVER_MS), &second);
    if (s == ST_FENCED || p->state == BROKEN) {
        *fail = second;
        return s;
    }
    return fail->code = after_abort(fail->code);
}

/* ---- one transaction ------------------------------------------------------------------------- */

static enum status produce_rows(struct kproducer *p, struct outrow *const *rows, size_t n,
                                int64_t deadline, struct fail *fail)
{
    enum status s = ST_OK;
    kdelivery_reset(&p->delivery);
    p->refused = n;
    for (size_t i = 0; i < n && s == ST_OK; i++) {
        const struct outrow *r = rows[i];
        const struct kdelivery_record d = {
            .topic = r->kind == OUTROW_DEAD ? p->cfg->dead_letter_topic : p->cfg->results_topic,
            .partition = -1,
            .timestamp_unix_ms = r->timestamp_unix_ms,
            .key = r->key,
            .value = r->value,
            .headers = r->headers,
        };
        s = kdelivery_put(p->rk, &d, i, deadline, fail);
        if (s == ST_LIMIT)
            p->refused = i;
    }
    if (s == ST_OK) {
        s = kdelivery_wait(p->rk, &p->delivery, deadline, fail);
        if (s == ST_LIMIT)
            p->refused = p->delivery.index;
    }
    if (s == ST_LIMIT && p->refused < n)
        fail_context(fail, "outbox row %lld, %zu bytes", (long long)rows[p->refused]->seq,
                     rows[p->refused]->value.n);
    return s;
}

/* Everything up to the commit. */
static enum ktxn fill(struct kproducer *p, struct outrow *const *rows, size_t n,
                      const rd_kafka_topic_partition_list_t *offsets, struct fail *fail)
{
    int64_t deadline = kclient_deadline(PUBLISH_MS);
    enum ktxn verdict = ktxn_begin(p->rk, fail);
    if (verdict != KTXN_DONE)
        return verdict;
    if (produce_rows(p, rows, n, deadline, fail) != ST_OK)
        return ktxn_after_failure(p->rk, fail);
    failpoint(FP_IN_TRANSACTION);
    if (offsets->cnt > 0)
        verdict = ktxn_offsets(p->rk, p->cfg->group, offsets, deadline, fail);
    if (verdict == KTXN_DONE)
        failpoint(FP_BEFORE_COMMIT);
    return verdict;
}

static enum status publish_transaction(struct kproducer *p, struct outrow *const *rows, size_t n,
                                       const rd_kafka_topic_partition_list_t *offsets,
                                       struct fail *fail)
{
    enum status s = settle(p, kclient_deadline(RECOVER_MS), fail);
    if (s != ST_OK)
        return s;
    size_t m = (size_t)offsets->cnt;
    int64_t first_seq = n ? rows[0]->seq : 0;
    enum ktxn verdict = KTXN_DONE;
    if (p->state == COMMITTING) {
        assert(p->batch.n == n && p->batch.m == m && p->batch.first_seq == first_seq);
    } else {
        verdict = fill(p, rows, n, offsets, fail);
        if (verdict != KTXN_DONE)
            return give_up(p, verdict, fail);
        p->state = COMMITTING;
        p->batch.n = n;
        p->batch.m = m;
        p->batch.first_seq = first_seq;
    }
    verdict = ktxn_commit(p->rk, kclient_deadline(RECOVER_MS), fail);
    if (verdict == KTXN_LATER)
        return fail->code = ST_AGAIN;
    if (verdict != KTXN_DONE)
        return give_up(p, verdict, fail);
    p->state = READY;
    failpoint(FP_AFTER_TRANSACTION);
    return ST_OK;
}

/* Rows first, offsets after: a crash between them repeats rows, never loses any. */
static enum status publish_plain(struct kproducer *p, struct outrow *const *rows, size_t n,
                                 const rd_kafka_topic_partition_list_t *offsets, struct fail *fail)
{
    int64_t deadline = kclient_deadline(PUBLISH_MS);
    assert(p->state == READY || p->state == BROKEN);
    enum status s = produce_rows(p, rows, n, deadline, fail);
    if (s != ST_OK) {
        enum ktxn verdict = ktxn_after_failure(p->rk, fail);
        if (verdict != KTXN_ABORT)
            return fail->code;
        (void)rd_kafka_purge(p->rk, RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
        (void)rd_kafka_flush(p->rk, RECOVER_MS);
        return fail->code = after_abort(s);
    }
    failpoint(FP_IN_TRANSACTION);
    failpoint(FP_BEFORE_COMMIT);
    s = koffsets_commit(p->committer, offsets, kclient_left_ms(deadline), fail);
    if (s != ST_OK)
        return fail->code = after_abort(s);
    failpoint(FP_AFTER_TRANSACTION);
    return ST_OK;
}

enum status kproducer_publish(struct kproducer *p, struct outrow *const *rows, size_t n,
                              const struct commit_offset *offs, size_t m, struct fail *fail)
{
    assert(n + m > 0);
    struct fail own;
    if (!fail)
        fail = &own;
    p->refused = n;
    rd_kafka_topic_partition_list_t *list = koffsets_list(offs, m);
    enum status s = p->transactional_id ? publish_transaction(p, rows, n, list, fail)
                                        : publish_plain(p, rows, n, list, fail);
    rd_kafka_topic_partition_list_destroy(list);
    if (s == ST_OK)
        koffsets_put(&p->known, offs, m);
    return s;
}

size_t kproducer_refused(const struct kproducer *p)
{
    return p->refused;
}

void kproducer_hurry(void)
{
    kclient_hurry();
}

void kproducer_close(struct kproducer *p)
{
    if (!p)
        return;
    struct fail ignored;
    if (p->state == NEEDS_ABORT)
        (void)!abort_open(p, kclient_deadline(CLOSE_MS), &ignored);
    if (p->rk)
        rd_kafka_destroy(p->rk);
    kclient_consumer_free(p->committer);
    koffsets_deinit(&p->known);
    mem_free(p->transactional_id);
    mem_free(p);
}
