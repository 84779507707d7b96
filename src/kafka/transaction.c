/* Transaction steps and the reading of their errors. librdkafka says three things about an error:
 * fatal, the transaction must be aborted, or try again; this file turns them into one verdict
 * and repeats what may be repeated until a deadline. What to do about a verdict is producer.c's.
 */
#include "kafka/transaction.h"

#include <poll.h>

#include "kafka/client.h"
#include "kafka/errmap.h"

enum {
    STEP_MS = 10000,  /* one wait inside the library; deadlines are kept between them */
    BACKOFF_MS = 100, /* some errors come back at once */
    TRANSACTION_TIMEOUT_MS = 300000, /* outlives a restart of the brokers; readers of the results
                                        wait that long for a killed run that is not started again */
    MESSAGE_TIMEOUT_MS = 30000,
    MISSING_TOPIC_MS = 10000, /* a broker that has just come up may not know its topics yet */
    BATCH_BYTES = 1000000,    /* librdkafka's default */
    DEFAULT_MESSAGE_BYTES = 1048588,
    LEAST_MESSAGE_BYTES = 1000 /* librdkafka takes no less */
};

static int64_t topic_limit(int64_t bytes)
{
    if (bytes == 0)
        return DEFAULT_MESSAGE_BYTES;
    return bytes < LEAST_MESSAGE_BYTES ? LEAST_MESSAGE_BYTES : bytes;
}

struct ktxn_limits ktxn_limits_of(int64_t one_bytes, int64_t other_bytes)
{
    int64_t one = topic_limit(one_bytes), other = topic_limit(other_bytes);
    return (struct ktxn_limits){.record_bytes = one < other ? other : one,
                                .batch_bytes = one < other ? one : other};
}

enum status ktxn_open(const struct config_kafka *cfg, const char *transactional_id,
                      const struct ktxn_limits *limits, struct kdelivery *delivery,
                      rd_kafka_t **out, struct fail *fail)
{
    struct kconf k;
    kconf_init(&k, cfg, delivery);
    kdelivery_conf(&k);
    kconf_set(&k, "linger.ms", "5");
    kconf_set(&k, "compression.type", "lz4");
    kconf_set(&k, "partitioner", "murmur2_random");
    kconf_set(&k, "queue.buffering.max.kbytes", "65536");
    kconf_set_i64(&k, "message.max.bytes", limits->record_bytes);
    kconf_set_i64(&k, "batch.size",
                  limits->batch_bytes < BATCH_BYTES ? limits->batch_bytes : BATCH_BYTES);
    kconf_set_i64(&k, "message.timeout.ms", MESSAGE_TIMEOUT_MS);
    kconf_set_i64(&k, "topic.metadata.propagation.max.ms", MISSING_TOPIC_MS);
    kconf_user(&k);
    kconf_set(&k, "enable.idempotence", "true");
    if (transactional_id) {
        kconf_set(&k, "transactional.id", transactional_id);
        kconf_set_i64(&k, "transaction.timeout.ms", TRANSACTION_TIMEOUT_MS);
    }
    return kconf_start(&k, RD_KAFKA_PRODUCER, out, fail);
}

/* Has the library given this handle up? Then *fail says why. */
static bool is_dead(rd_kafka_t *rk, struct fail *fail, enum ktxn *verdict)
{
    char why[256];
    rd_kafka_resp_err_t cause = rd_kafka_fatal_error(rk, why, sizeof why);
    if (cause == RD_KAFKA_RESP_ERR_NO_ERROR)
        return false;
    bool is_fenced = kafka_status(cause) == ST_FENCED;
    *verdict = is_fenced ? KTXN_FENCED : KTXN_BROKEN;
    (void)fail_set(fail, is_fenced ? ST_FENCED : ST_INTERNAL, (int)cause, "kafka producer: %s (%s)",
                   why, rd_kafka_err2name(cause));
    return true;
}

/* Takes `e`. What the error says about the transaction comes before what its code means. */
static enum ktxn judge(rd_kafka_t *rk, rd_kafka_error_t *e, const char *step, struct fail *fail)
{
    if (!e)
        return KTXN_DONE;
    bool abort = rd_kafka_error_txn_requires_abort(e);
    bool again = rd_kafka_error_is_retriable(e);
    enum status s = kafka_fail_error(fail, e, step);
    enum ktxn verdict;
    if (is_dead(rk, fail, &verdict))
        return verdict;
    if (s == ST_FENCED)
        return KTXN_FENCED;
    if (abort)
        return KTXN_ABORT;
    return again ? KTXN_LATER : KTXN_BROKEN;
}

static int step_ms(int64_t deadline_mono_us)
{
    int left = kclient_left_ms(deadline_mono_us);
    return left > STEP_MS ? STEP_MS : left > 0 ? left : 1;
}

/* Waits a little between repetitions. False when the deadline has passed. */
static bool once_more(int64_t deadline_mono_us)
{
    if (kclient_left_ms(deadline_mono_us) == 0)
        return false;
    (void)poll(NULL, 0, BACKOFF_MS);
    return true;
}

enum status ktxn_init(rd_kafka_t *rk, int64_t deadline_mono_us, struct fail *fail)
{
    struct fail why;
    enum ktxn verdict;
    do {
        rd_kafka_error_t *e = rd_kafka_init_transactions(rk, step_ms(deadline_mono_us));
        verdict = judge(rk, e, "starting the transactional producer", &why);
    } while (verdict == KTXN_LATER && once_more(deadline_mono_us));
    if (verdict == KTXN_DONE)
        return ST_OK;
    enum status s = why.code;
    if (verdict == KTXN_LATER)
        s = ST_UNAVAILABLE;
    else if (s != ST_FENCED && s != ST_CONFIG)
        s = ST_INTERNAL;
    return fail_set(fail, s, why.sys, "%s", why.text);
}

enum ktxn ktxn_begin(rd_kafka_t *rk, struct fail *fail)
{
    return judge(rk, rd_kafka_begin_transaction(rk), "beginning a transaction", fail);
}

enum ktxn ktxn_offsets(rd_kafka_t *rk, const char *group,
                       const rd_kafka_topic_partition_list_t *offsets, int64_t deadline_mono_us,
                       struct fail *fail)
{
    /* No generation and no member: what a consumer that only assigns would send. */
    rd_kafka_consumer_group_metadata_t *who = rd_kafka_consumer_group_metadata_new(group);
    enum ktxn verdict;
    do {
        rd_kafka_error_t *e =
            rd_kafka_send_offsets_to_transaction(rk, offsets, who, step_ms(deadline_mono_us));
        verdict = judge(rk, e, "sending offsets", fail);
    } while (verdict == KTXN_LATER && once_more(deadline_mono_us));
    rd_kafka_consumer_group_metadata_destroy(who);
    return verdict == KTXN_LATER ? KTXN_ABORT : verdict;
}

enum ktxn ktxn_commit(rd_kafka_t *rk, int64_t deadline_mono_us, struct fail *fail)
{
    enum ktxn verdict;
    do {
        rd_kafka_error_t *e = rd_kafka_commit_transaction(rk, step_ms(deadline_mono_us));
        verdict = judge(rk, e, "committing a transaction", fail);
    } while (verdict == KTXN_LATER && once_more(deadline_mono_us));
    return verdict;
}

enum ktxn ktxn_abort(rd_kafka_t *rk, int64_t deadline_mono_us, struct fail *fail)
{
    enum ktxn verdict;
    do {
        rd_kafka_error_t *e = rd_kafka_abort_transaction(rk, step_ms(deadline_mono_us));
        verdict = judge(rk, e, "aborting a transaction", fail);
        if (verdict == KTXN_ABORT)
            verdict = KTXN_LATER;
    } while (verdict == KTXN_LATER && once_more(deadline_mono_us));
    return verdict;
}

enum ktxn ktxn_after_failure(rd_kafka_t *rk, struct fail *fail)
{
    enum ktxn verdict;
    return is_dead(rk, fail, &verdict) ? verdict : KTXN_ABORT;
}
