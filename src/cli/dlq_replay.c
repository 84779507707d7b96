/* `dlq replay`: dead letters back into the replay topic, each exactly once.
 *
 * A replayed record says which letter it came from (ticketmill-replay-from) and which ticket it is
 * (ticketmill-replay-of). The order makes it exact whatever is killed when: first the producer's
 * transactional id shuts out another replay and ends what it left open, then the replay topic is
 * read for what stands there, then the rest is written in transactions. Letters that had to be cut
 * are read once more where the ticket came from.
 */
#include "cli/dlq.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/map.h"
#include "base/mem.h"
#include "base/sha256.h"
#include "kafka/producer.h"

#define BATCH         500
#define RETRY_SECONDS 120
#define FROM_HEADER   "ticketmill-replay-from"
#define OF_HEADER     "ticketmill-replay-of"

static const char command[] = "dlq replay";

struct replay {
    struct kadmin *admin;
    const struct config *config;
    const struct dlq_replay *o;
    struct kproducer *producer; /* NULL in a dry run */
    struct map *there;          /* letters that stand in the replay topic */
    struct outrow **rows;       /* of the transaction to come */
    size_t count;
    int64_t done, already, refused;
};

static void place_of(const struct replay *r, const struct letter *l, char out[400])
{
    snprintf(out, 400, "%s/%d/%lld", r->config->kafka.dead_letter_topic,
             (int)l->record->pos.partition, (long long)l->record->pos.offset);
}

/* ---- what stands there already -------------------------------------------------------------- */

static bool note_there(void *self, const struct record *record)
{
    struct replay *r = self;
    struct slice from = headers_find(record->headers, FROM_HEADER);
    if (from.n > 0)
        map_put(r->there, from, r);
    return true;
}

static enum status look_there(struct replay *r, struct fail *fail)
{
    const struct kscan scan = {
        .topic = r->config->kafka.replay_topic, .record = note_there, .self = r};
    return kadmin_scan(r->admin, &scan, fail);
}

/* ---- one letter ----------------------------------------------------------------------------- */

/* The record as it was before it had to be cut. */
static enum status fetch(struct replay *r, const struct letter *l, struct record **out,
                         struct fail *fail)
{
    char topic[256], hex[SHA256_HEX_SIZE];
    uint8_t hash[SHA256_SIZE];
    if (!l->topic.p || l->topic.n >= sizeof topic || l->offset < 0)
        return fail_set(fail, ST_NOT_FOUND, 0, "it was cut and does not say where it came from");
    snprintf(topic, sizeof topic, SLICE_FMT, SLICE_ARG(l->topic));
    enum status st = kadmin_record(r->admin, topic,
                                   (struct pos){0, (int32_t)l->partition, l->offset}, out, fail);
    if (st == ST_NOT_FOUND)
        return fail_set(fail, st, 0, "it was cut, and %s/%lld/%lld is no longer in the topic",
                        topic, (long long)l->partition, (long long)l->offset);
    if (st != ST_OK || !l->sha256.p)
        return st;
    sha256((*out)->value, hash);
    sha256_hex(hash, hex);
    if (slice_eq(l->sha256, slice_str(hex)))
        return ST_OK;
    mem_free(*out);
    return fail_set(fail, ST_NOT_FOUND, 0,
                    "it was cut, and %s/%lld/%lld holds another record now (topic recreated?)",
                    topic, (long long)l->partition, (long long)l->offset);
}

static bool is_ours(struct slice name)
{
    static const char *const prefixes[] = {"__connect.errors.", "ticketmill-"};
    for (size_t i = 0; i < sizeof prefixes / sizeof *prefixes; i++) {
        size_t n = strlen(prefixes[i]);
        if (name.n >= n && memcmp(name.p, prefixes[i], n) == 0)
            return true;
    }
    return false;
}

/* The input's own headers, then which letter and which ticket it is. */
static void headers_of(const struct replay *r, const struct letter *l, struct slice before,
                       struct buf *out)
{
    char text[400];
    struct slice name, value;
    size_t at = 0;
    while (headers_next(before, &at, &name, &value)) {
        if (!is_ours(name))
            headers_add(out, name, value);
    }
    place_of(r, l, text);
    headers_add(out, SLICE_LIT(FROM_HEADER), slice_str(text));
    if (l->topic.p)
        snprintf(text, sizeof text, "%.250s/%lld/%lld", l->topic.p, (long long)l->partition,
                 (long long)l->offset);
    headers_add(out, SLICE_LIT(OF_HEADER), l->replay_of.p ? l->replay_of : slice_str(text));
}

static enum status make_row(struct replay *r, const struct letter *l, struct fail *fail)
{
    struct record *whole = NULL;
    struct buf headers;
    enum status st = l->truncated.p ? fetch(r, l, &whole, fail) : ST_OK;
    if (st != ST_OK)
        return st;
    const struct record *from = whole ? whole : l->record;
    buf_init(&headers, SIZE_MAX);
    headers_of(r, l, from->headers, &headers);
    /* Dated anew: with the ticket's time, retention could delete it before a run has read it. */
    r->rows[r->count++] = outrow_new(&(struct outrow){.kind = OUTROW_RESULT,
                                                      .seq = r->done + (int64_t)r->count + 1,
                                                      .timestamp_unix_ms = -1,
                                                      .key = from->key,
                                                      .value = from->value,
                                                      .headers = buf_view(&headers)});
    buf_deinit(&headers);
    mem_free(whole);
    return ST_OK;
}

/* ---- transactions --------------------------------------------------------------------------- */

static enum status publish(struct replay *r, struct fail *fail)
{
    int64_t until = clock_mono_us(&clock_system) + (int64_t)RETRY_SECONDS * 1000000;
    enum status st = ST_OK;
    do
        st = r->producer && r->count > 0
                 ? kproducer_publish(r->producer, r->rows, r->count, NULL, 0, fail)
                 : ST_OK;
    while (status_class(st) == CLASS_RETRY && clock_mono_us(&clock_system) < until);
    if (st == ST_OK)
        r->done += (int64_t)r->count;
    for (size_t i = 0; i < r->count; i++)
        mem_free(r->rows[i]);
    r->count = 0;
    return st;
}

static enum status replay_one(struct replay *r, const struct letter *l, struct fail *fail)
{
    char place[400];
    place_of(r, l, place);
    if (!r->o->again && map_get(r->there, slice_str(place))) {
        r->already++;
        return ST_OK;
    }
    enum status st = make_row(r, l, fail);
    if (st == ST_NOT_FOUND) {
        fprintf(stderr, "ticketmill %s: letter %d/%lld: %s\n", command,
                (int)l->record->pos.partition, (long long)l->record->pos.offset, fail->text);
        r->refused++;
        return ST_OK;
    }
    return st == ST_OK && r->count == BATCH ? publish(r, fail) : st;
}

static enum status open_producer(struct replay *r, struct config_kafka *kafka, struct fail *fail)
{
    struct ktopic_settings settings = {.max_message_bytes = 0};
    char id[300];
    enum status st = ST_OK;
    *kafka = r->config->kafka;
    kafka->results_topic = kafka->replay_topic;
    snprintf(id, sizeof id, "%s-dlq-replay", kafka->group);
    if (kafka->transactional)
        st = kadmin_topic_settings(r->admin, kafka->replay_topic, &settings, fail);
    int64_t bytes = settings.max_message_bytes > 0 ? settings.max_message_bytes : 0;
    if (st == ST_OK)
        st = kproducer_open(kafka, id, (struct kproducer_limits){bytes, bytes}, &r->producer, fail);
    return st == ST_OK ? kproducer_init(r->producer, DLQ_TIMEOUT_MS, fail) : st;
}

static enum status check_topic(const struct replay *r, struct fail *fail)
{
    const char *topic = r->config->kafka.replay_topic;
    int partitions;
    if (!topic)
        return fail_set(fail, ST_CONFIG, 0, "kafka.replay_topic is off: name a topic for replays");
    enum status st = kadmin_partitions(r->admin, topic, &partitions, fail);
    if (st != ST_NOT_FOUND)
        return st;
    return fail_set(fail, ST_CONFIG, 0,
                    "kafka.replay_topic: topic %s does not exist; create it with: kafka-topics.sh "
                    "--bootstrap-server BROKERS --create --topic %s --partitions 8",
                    topic, topic);
}

static void tell(const struct replay *r)
{
    printf("%s %lld dead letters into %s", r->o->dry ? "would replay" : "replayed",
           (long long)r->done, r->config->kafka.replay_topic);
    if (r->already > 0)
        printf("; %lld stand there already (--again repeats them)", (long long)r->already);
    if (r->refused > 0)
        printf("; %lld could not be", (long long)r->refused);
    printf("\n");
    if (!r->o->dry && r->done > 0)
        printf("the next `ticketmill run` asks them again\n");
}

int dlq_replay(struct kadmin *admin, const struct config *c, const struct letters *l,
               const struct dlq_replay *o)
{
    struct replay r = {.admin = admin, .config = c, .o = o, .there = map_new()};
    struct config_kafka kafka;
    struct fail fail;
    r.rows = mem_array(BATCH, sizeof *r.rows);
    enum status st = check_topic(&r, &fail);
    if (st == ST_OK && !o->dry)
        st = open_producer(&r, &kafka, &fail);
    if (st == ST_OK)
        st = look_there(&r, &fail);
    for (size_t i = 0; st == ST_OK && i < l->count; i++)
        st = replay_one(&r, &l->v[i], &fail);
    if (st == ST_OK)
        st = publish(&r, &fail);
    kproducer_close(r.producer);
    for (size_t i = 0; i < r.count; i++)
        mem_free(r.rows[i]);
    mem_free(r.rows);
    map_free(r.there);
    if (st != ST_OK)
        return command_failed(command, &fail);
    tell(&r);
    return r.refused > 0 ? 3 : 0;
}
