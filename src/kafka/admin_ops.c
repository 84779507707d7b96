/* What needs the brokers' admin interface: topic settings, groups, creating and deleting topics.
 * Each is one request whose answer arrives on a queue of its own. Not for the embedded broker.
 */
#include "kafka/admin_impl.h"

#include <poll.h>
#include <stdio.h>
#include <string.h>

#include "base/slice.h"
#include "kafka/admin.h"
#include "kafka/client.h"
#include "kafka/errmap.h"

enum { VISIBLE_POLL_MS = 50 };

/* One request under way. */
struct ask {
    struct kadmin *a;
    rd_kafka_AdminOptions_t *options;
    rd_kafka_queue_t *queue;
    rd_kafka_event_t *answer; /* set by ask_wait */
};

static struct ask ask_begin(struct kadmin *a, rd_kafka_admin_op_t op)
{
    struct ask q = {.a = a,
                    .options = rd_kafka_AdminOptions_new(a->rk, op),
                    .queue = rd_kafka_queue_new(a->rk)};
    char ignored[64];
    (void)rd_kafka_AdminOptions_set_request_timeout(q.options, a->timeout_ms, ignored,
                                                    sizeof ignored);
    return q;
}

static enum status ask_wait(struct ask *q, const char *what, struct fail *fail)
{
    q->answer = rd_kafka_queue_poll(q->queue, q->a->timeout_ms);
    rd_kafka_resp_err_t err =
        q->answer ? rd_kafka_event_error(q->answer) : RD_KAFKA_RESP_ERR__TIMED_OUT;
    return err ? kadmin_fail(q->a, fail, err, what) : ST_OK;
}

static void ask_end(struct ask *q)
{
    if (q->answer)
        rd_kafka_event_destroy(q->answer);
    rd_kafka_queue_destroy(q->queue);
    rd_kafka_AdminOptions_destroy(q->options);
}

/* ---- topic settings -------------------------------------------------------------------------- */

static int64_t number(const char *text)
{
    int64_t v;
    return text && slice_to_i64(slice_str(text), &v) == ST_OK ? v : -1;
}

static void read_settings(const rd_kafka_ConfigResource_t *r, struct ktopic_settings *out)
{
    size_t n;
    const rd_kafka_ConfigEntry_t **entries = rd_kafka_ConfigResource_configs(r, &n);
    for (size_t i = 0; i < n; i++) {
        const char *name = rd_kafka_ConfigEntry_name(entries[i]);
        const char *value = rd_kafka_ConfigEntry_value(entries[i]);
        if (strcmp(name, "max.message.bytes") == 0)
            out->max_message_bytes = number(value);
        else if (strcmp(name, "retention.ms") == 0)
            out->retention_ms = number(value);
        else if (strcmp(name, "retention.bytes") == 0)
            out->retention_bytes = number(value);
        else if (strcmp(name, "cleanup.policy") == 0)
            out->compacted = value && strstr(value, "compact");
        else if (strcmp(name, "message.timestamp.type") == 0)
            out->append_time = value && strcmp(value, "LogAppendTime") == 0;
    }
}

enum status kadmin_topic_settings(struct kadmin *a, const char *topic, struct ktopic_settings *out,
                                  struct fail *fail)
{
    char what[300];
    snprintf(what, sizeof what, "settings of topic %s", topic);
    struct ask q = ask_begin(a, RD_KAFKA_ADMIN_OP_DESCRIBECONFIGS);
    rd_kafka_ConfigResource_t *r = rd_kafka_ConfigResource_new(RD_KAFKA_RESOURCE_TOPIC, topic);
    rd_kafka_DescribeConfigs(a->rk, &r, 1, q.options, q.queue);
    rd_kafka_ConfigResource_destroy(r);
    enum status s = ask_wait(&q, what, fail);
    if (s == ST_OK) {
        size_t n;
        const rd_kafka_ConfigResource_t **v = rd_kafka_DescribeConfigs_result_resources(
            rd_kafka_event_DescribeConfigs_result(q.answer), &n);
        rd_kafka_resp_err_t err =
            n == 1 ? rd_kafka_ConfigResource_error(v[0]) : RD_KAFKA_RESP_ERR__BAD_MSG;
        if (err) {
            s = kadmin_fail(a, fail, err, what);
        } else {
            *out = (struct ktopic_settings){
                .max_message_bytes = -1, .retention_ms = -1, .retention_bytes = -1};
            read_settings(v[0], out);
        }
    }
    ask_end(&q);
    return s;
}

/* ---- groups ---------------------------------------------------------------------------------- */

static enum status describe_group(struct kadmin *a, const char *group, struct kgroup *out,
                                  struct fail *fail)
{
    struct ask q = ask_begin(a, RD_KAFKA_ADMIN_OP_DESCRIBECONSUMERGROUPS);
    rd_kafka_DescribeConsumerGroups(a->rk, &group, 1, q.options, q.queue);
    enum status s = ask_wait(&q, "describing the group", fail);
    if (s == ST_OK) {
        size_t n;
        const rd_kafka_ConsumerGroupDescription_t **v =
            rd_kafka_DescribeConsumerGroups_result_groups(
                rd_kafka_event_DescribeConsumerGroups_result(q.answer), &n);
        const rd_kafka_error_t *e = n == 1 ? rd_kafka_ConsumerGroupDescription_error(v[0]) : NULL;
        rd_kafka_resp_err_t err = n == 1 ? rd_kafka_error_code(e) : RD_KAFKA_RESP_ERR__BAD_MSG;
        if (err) {
            s = kadmin_fail(a, fail, err, "describing the group");
        } else {
            out->members = (int)rd_kafka_ConsumerGroupDescription_member_count(v[0]);
            snprintf(
                out->state, sizeof out->state, "%s",
                rd_kafka_consumer_group_state_name(rd_kafka_ConsumerGroupDescription_state(v[0])));
        }
    }
    ask_end(&q);
    return s;
}

/* A group of the newer consumer protocol looks dead to a client that does not speak it, but is
 * listed with its state. */
static enum status list_group(struct kadmin *a, const char *group, struct kgroup *out,
                              struct fail *fail)
{
    struct ask q = ask_begin(a, RD_KAFKA_ADMIN_OP_LISTCONSUMERGROUPS);
    rd_kafka_ListConsumerGroups(a->rk, q.options, q.queue);
    enum status s = ask_wait(&q, "listing groups", fail);
    if (s == ST_OK) {
        size_t n;
        const rd_kafka_ConsumerGroupListing_t **v = rd_kafka_ListConsumerGroups_result_valid(
            rd_kafka_event_ListConsumerGroups_result(q.answer), &n);
        for (size_t i = 0; i < n; i++) {
            if (strcmp(rd_kafka_ConsumerGroupListing_group_id(v[i]), group) != 0)
                continue;
            rd_kafka_consumer_group_state_t state = rd_kafka_ConsumerGroupListing_state(v[i]);
            bool idle = state == RD_KAFKA_CONSUMER_GROUP_STATE_EMPTY ||
                        state == RD_KAFKA_CONSUMER_GROUP_STATE_DEAD;
            out->members = idle ? 0 : -1;
            snprintf(out->state, sizeof out->state, "%s",
                     rd_kafka_consumer_group_state_name(state));
        }
    }
    ask_end(&q);
    return s;
}

enum status kadmin_group(struct kadmin *a, const char *group, struct kgroup *out, struct fail *fail)
{
    struct kgroup g = {0, "Dead"};
    struct fail why;
    enum status s = describe_group(a, group, &g, &why);
    if (s == ST_NOT_FOUND || (s == ST_OK && g.members == 0 && strcmp(g.state, "Dead") == 0))
        s = list_group(a, group, &g, &why);
    if (s != ST_OK)
        return fail_set(fail, s, why.sys, "%s: %s", group, why.text);
    *out = g;
    return ST_OK;
}

/* ---- topics ---------------------------------------------------------------------------------- */

static enum status topic_result(struct kadmin *a, const rd_kafka_topic_result_t **v, size_t n,
                                const char *what, struct fail *fail)
{
    rd_kafka_resp_err_t err =
        n == 1 ? rd_kafka_topic_result_error(v[0]) : RD_KAFKA_RESP_ERR__BAD_MSG;
    return err ? kadmin_fail(a, fail, err, what) : ST_OK;
}

/* A created topic shows up everywhere a little later. */
static enum status wait_visible(struct kadmin *a, const char *topic, int partitions,
                                struct fail *fail)
{
    int64_t deadline = kclient_deadline(a->timeout_ms);
    for (;;) {
        int n = 0;
        enum status s = kadmin_partitions(a, topic, &n, fail);
        bool wait = s == ST_NOT_FOUND || s == ST_UNAVAILABLE || (s == ST_OK && n != partitions);
        if (!wait || kclient_left_ms(deadline) == 0)
            return s;
        (void)poll(NULL, 0, VISIBLE_POLL_MS);
    }
}

enum status kadmin_create(struct kadmin *a, const char *topic, int partitions,
                          const struct config_pair *settings, int setting_count, struct fail *fail)
{
    char what[400], why[128];
    snprintf(what, sizeof what, "creating topic %s", topic);
    rd_kafka_NewTopic_t *t = rd_kafka_NewTopic_new(topic, partitions, -1, why, sizeof why);
    if (!t)
        return fail_set(fail, ST_CONFIG, 0, "%s: %s", what, why);
    for (int i = 0; i < setting_count; i++)
        (void)rd_kafka_NewTopic_set_config(t, settings[i].name, settings[i].value);
    struct ask q = ask_begin(a, RD_KAFKA_ADMIN_OP_CREATETOPICS);
    rd_kafka_CreateTopics(a->rk, &t, 1, q.options, q.queue);
    rd_kafka_NewTopic_destroy(t);
    enum status s = ask_wait(&q, what, fail);
    if (s == ST_OK) {
        size_t n;
        const rd_kafka_topic_result_t **v =
            rd_kafka_CreateTopics_result_topics(rd_kafka_event_CreateTopics_result(q.answer), &n);
        s = topic_result(a, v, n, what, fail);
    }
    ask_end(&q);
    return s == ST_OK ? wait_visible(a, topic, partitions, fail) : s;
}

enum status kadmin_delete(struct kadmin *a, const char *topic, struct fail *fail)
{
    char what[300];
    snprintf(what, sizeof what, "deleting topic %s", topic);
    struct ask q = ask_begin(a, RD_KAFKA_ADMIN_OP_DELETETOPICS);
    rd_kafka_DeleteTopic_t *t = rd_kafka_DeleteTopic_new(topic);
    rd_kafka_DeleteTopics(a->rk, &t, 1, q.options, q.queue);
    rd_kafka_DeleteTopic_destroy(t);
    enum status s = ask_wait(&q, what, fail);
    if (s == ST_OK) {
        size_t n;
        const rd_kafka_topic_result_t **v =
            rd_kafka_DeleteTopics_result_topics(rd_kafka_event_DeleteTopics_result(q.answer), &n);
        s = topic_result(a, v, n, what, fail);
    }
    ask_end(&q);
    return s;
}
