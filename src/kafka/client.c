/* Client handles and what every one of them needs: settings in the right order of precedence,
 * the library's log lines as ours, and the translation of records and headers. First stop of
 * every other file of this room; opens no topic and sends nothing by itself.
 */
#include "kafka/client.h"

#include <limits.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/clock.h"
#include "base/log.h"
#include "kafka/version.h"

/* Properties on which a promise rests, or which have a key of their own. */
static const char *const refused[] = {
    "acks",
    "request.required.acks",
    "auto.commit.enable",
    "auto.offset.reset",
    "bootstrap.servers",
    "enable.gapless.guarantee",
    "enable.idempotence",
    "enable.partition.eof",
    "group.id",
    "group.instance.id",
    "isolation.level",
    "metadata.broker.list",
    "transaction.timeout.ms",
    "transactional.id",
};

static bool is_refused(const char *name)
{
    if (strncasecmp(name, "enable.auto.", strlen("enable.auto.")) == 0)
        return true;
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++)
        if (strcasecmp(name, refused[i]) == 0)
            return true;
    return false;
}

static enum log_level level_of(int syslog_level, const char *facility)
{
    /* "CONFWARN": a property of the other kind of client; properties are given to both.
     * "AUTOCREATE": the embedded broker is older than the flag that forbids creating topics. */
    bool expected = strcmp(facility, "CONFWARN") == 0 || strcmp(facility, "AUTOCREATE") == 0;
    return syslog_level <= 4 && !expected ? LOG_WARN : LOG_DEBUG;
}

static void on_log(const rd_kafka_t *rk, int level, const char *facility, const char *text)
{
    log_event(level_of(level, facility), "kafka_client", text, L_STR("facility", facility),
              L_STR("client", rk ? rd_kafka_name(rk) : ""));
}

void kconf_init(struct kconf *k, const struct config_kafka *cfg, void *opaque)
{
    *k = (struct kconf){.conf = rd_kafka_conf_new(), .cfg = cfg};
    rd_kafka_conf_set_log_cb(k->conf, on_log);
    rd_kafka_conf_set_opaque(k->conf, opaque);
    kconf_set(k, "client.id", "ticketmill");
    kconf_set(k, "socket.keepalive.enable", "true");
    kconf_set(k, "log.connection.close", "false");
    kconf_set(k, "reconnect.backoff.max.ms", "2000");
    kconf_set(k, "allow.auto.create.topics", "false");
}

void kconf_set(struct kconf *k, const char *name, const char *value)
{
    if (k->fail.code != ST_OK)
        return;
    char why[256]; /* not passed on: it may hold the value, and the value may be a secret */
    rd_kafka_conf_res_t r = rd_kafka_conf_set(k->conf, name, value, why, sizeof why);
    if (r == RD_KAFKA_CONF_OK)
        return;
    (void)fail_set(&k->fail, ST_CONFIG, 0, "kafka.properties: %s: %s", name,
                   r == RD_KAFKA_CONF_UNKNOWN ? "librdkafka knows no such property"
                                              : "the value is not valid");
}

void kconf_set_i64(struct kconf *k, const char *name, int64_t value)
{
    char text[24];
    snprintf(text, sizeof text, "%lld", (long long)value);
    kconf_set(k, name, text);
}

void kconf_user(struct kconf *k)
{
    for (int i = 0; i < k->cfg->property_count; i++) {
        const struct config_pair *p = &k->cfg->properties[i];
        if (!is_refused(p->name))
            kconf_set(k, p->name, p->value);
        else if (k->fail.code == ST_OK)
            (void)fail_set(&k->fail, ST_CONFIG, 0,
                           "kafka.properties: %s is set by ticketmill and cannot be changed",
                           p->name);
    }
    kconf_set(k, "bootstrap.servers", k->cfg->brokers);
}

enum status kconf_start(struct kconf *k, rd_kafka_type_t type, rd_kafka_t **out, struct fail *fail)
{
    char why[256] = "";
    rd_kafka_t *rk = NULL;
    if (k->fail.code == ST_OK) {
        rk = rd_kafka_new(type, k->conf, why, sizeof why);
        if (!rk)
            (void)fail_set(&k->fail, ST_CONFIG, (int)rd_kafka_last_error(), "kafka client: %s",
                           why);
    }
    if (!rk) {
        rd_kafka_conf_destroy(k->conf);
        return fail_set(fail, k->fail.code, k->fail.sys, "%s", k->fail.text);
    }
    *out = rk;
    return ST_OK;
}

enum status kclient_consumer(const struct config_kafka *cfg, const struct kconsumer_options *o,
                             rd_kafka_t **out, struct fail *fail)
{
    struct kconf k;
    kconf_init(&k, cfg, o->opaque);
    /* A full queue is looked at again once a second: 20,000 records carry 20,000 a second. */
    kconf_set(&k, "queued.max.messages.kbytes", "16384");
    kconf_set(&k, "queued.min.messages", "20000");
    kconf_set(&k, "fetch.message.max.bytes", "1048576");
    kconf_set(&k, "fetch.max.bytes", "4194304");
    kconf_set(&k, "receive.message.max.bytes", "67108864");
    kconf_set(&k, "fetch.wait.max.ms", "100");
    kconf_set(&k, "fetch.error.backoff.ms", "200");
    kconf_set(&k, "max.poll.interval.ms", "86400000");
    kconf_user(&k);
    kconf_set(&k, "group.id", cfg->group);
    kconf_set(&k, "enable.auto.commit", "false");
    kconf_set(&k, "enable.auto.offset.store", "false");
    kconf_set(&k, "auto.offset.reset", "error");
    kconf_set(&k, "enable.partition.eof", "true");
    kconf_set(&k, "isolation.level", o->uncommitted ? "read_uncommitted" : "read_committed");
    if (o->on_error)
        rd_kafka_conf_set_error_cb(k.conf, o->on_error);
    rd_kafka_t *rk;
    enum status s = kconf_start(&k, RD_KAFKA_CONSUMER, &rk, fail);
    if (s != ST_OK)
        return s;
    rd_kafka_poll_set_consumer(rk); /* errors of the client come through the same queue */
    *out = rk;
    return ST_OK;
}

void kclient_consumer_free(rd_kafka_t *rk)
{
    if (!rk)
        return;
    (void)rd_kafka_assign(rk, NULL);
    /* It was never a member, so there is no group to leave and no reason to wait for it. */
    rd_kafka_destroy_flags(rk, RD_KAFKA_DESTROY_F_NO_CONSUMER_CLOSE);
}

static void encode_headers(const rd_kafka_message_t *m, struct buf *out)
{
    buf_clear(out);
    rd_kafka_headers_t *hdrs;
    if (rd_kafka_message_headers(m, &hdrs) != RD_KAFKA_RESP_ERR_NO_ERROR)
        return;
    const char *name;
    const void *value;
    size_t n;
    for (size_t i = 0; rd_kafka_header_get_all(hdrs, i, &name, &value, &n) == 0; i++)
        headers_add(out, slice_str(name), slice_of(value, value ? n : 0));
}

void kclient_record(const rd_kafka_message_t *m, struct pos pos, struct buf *headers,
                    struct record *out)
{
    encode_headers(m, headers);
    rd_kafka_timestamp_type_t type;
    int64_t ts = rd_kafka_message_timestamp(m, &type);
    *out = (struct record){
        .pos = pos,
        .timestamp_unix_ms = type == RD_KAFKA_TIMESTAMP_NOT_AVAILABLE ? -1 : ts,
        .key = slice_of(m->key, m->key ? m->key_len : 0),
        .value = slice_of(m->payload, m->payload ? m->len : 0),
        .headers = buf_view(headers),
    };
}

rd_kafka_headers_t *kclient_headers(struct slice blob)
{
    if (blob.n == 0)
        return NULL;
    rd_kafka_headers_t *hdrs = rd_kafka_headers_new(8);
    struct slice name, value;
    for (size_t at = 0; headers_next(blob, &at, &name, &value);)
        (void)rd_kafka_header_add(hdrs, name.p, (ssize_t)name.n, value.p, (ssize_t)value.n);
    return hdrs;
}

int64_t kclient_deadline(int timeout_ms)
{
    return clock_mono_us(&clock_system) + (int64_t)timeout_ms * 1000;
}

static atomic_bool hurried;

void kclient_hurry(void)
{
    atomic_store(&hurried, true);
}

int kclient_left_ms(int64_t deadline_mono_us)
{
    if (atomic_load(&hurried))
        return 0;
    int64_t left = (deadline_mono_us - clock_mono_us(&clock_system)) / 1000;
    return left <= 0 ? 0 : left > INT_MAX ? INT_MAX : (int)left;
}

const char *kafka_library_version(void)
{
    return rd_kafka_version_str();
}

const char *kafka_library_features(void)
{
    static char features[512];
    size_t n = sizeof features;
    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    if (rd_kafka_conf_get(conf, "builtin.features", features, &n) != RD_KAFKA_CONF_OK)
        features[0] = '\0';
    rd_kafka_conf_destroy(conf);
    return features;
}
