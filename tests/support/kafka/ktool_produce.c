/*
 * ktool: writing records from a file or standard input, if wanted inside one transaction that is
 * committed, aborted or left open. Partitions are librdkafka's choice by key unless given.
 */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "support/kafka/ktool.h"

#define RECORD_MAX_BYTES (64U << 20)

enum form { FORM_JSON, FORM_TSV, FORM_LINES };

struct producing {
    rd_kafka_t *rk;
    rd_kafka_topic_t *topic;
    int32_t partition;
    enum form form;
    int64_t line; /* of the input, from 1 */
    struct buf key, value, header;
};

static int64_t failed;

static void delivered(rd_kafka_t *rk, const rd_kafka_message_t *m, void *opaque)
{
    (void)rk, (void)opaque;
    if (!m->err)
        return;
    if (failed++ == 0)
        fprintf(stderr, "ktool: %s\n", rd_kafka_err2str(m->err));
}

static void send_record(struct producing *w, int32_t partition, int64_t timestamp_ms,
                        struct slice key, struct slice value, rd_kafka_headers_t *headers)
{
    for (;;) {
        rd_kafka_headers_t *copy = headers ? rd_kafka_headers_copy(headers) : NULL;
        rd_kafka_vu_t vus[] = {
            {.vtype = RD_KAFKA_VTYPE_RKT, .u.rkt = w->topic},
            {.vtype = RD_KAFKA_VTYPE_PARTITION, .u.i32 = partition},
            {.vtype = RD_KAFKA_VTYPE_MSGFLAGS, .u.i = RD_KAFKA_MSG_F_COPY},
            {.vtype = RD_KAFKA_VTYPE_KEY, .u.mem = {(void *)key.p, key.n}},
            {.vtype = RD_KAFKA_VTYPE_VALUE, .u.mem = {(void *)value.p, value.n}},
            {.vtype = RD_KAFKA_VTYPE_TIMESTAMP, .u.i64 = timestamp_ms},
            {.vtype = RD_KAFKA_VTYPE_HEADERS, .u.headers = copy},
        };
        size_t count = sizeof(vus) / sizeof(vus[0]) - (copy ? 0 : 1);
        rd_kafka_error_t *error = rd_kafka_produceva(w->rk, vus, count);
        if (!error)
            return;
        if (copy)
            rd_kafka_headers_destroy(copy);
        if (rd_kafka_error_code(error) != RD_KAFKA_RESP_ERR__QUEUE_FULL)
            ktool_die("line %lld: %s", (long long)w->line, rd_kafka_error_string(error));
        rd_kafka_error_destroy(error);
        rd_kafka_poll(w->rk, 100);
    }
}

/* The bytes of member `name` or `name`_base64, decoded into b; SLICE_NONE = null or absent. */
static struct slice bytes_of(struct producing *w, const json *object, const char *name,
                             struct buf *b)
{
    char encoded[64];
    snprintf(encoded, sizeof(encoded), "%s_base64", name);
    const json *plain = json_get(object, name);
    const json *base64 = json_get(object, encoded);
    buf_clear(b);
    if (json_is(base64, JSON_STRING)) {
        if (!ktool_unbase64(b, json_str(base64)))
            ktool_die("line %lld: %s is not base64", (long long)w->line, encoded);
    } else if (json_is(plain, JSON_STRING)) {
        buf_slice(b, json_str(plain));
    } else {
        return SLICE_NONE;
    }
    return slice_of(b->p ? b->p : "", b->n);
}

static rd_kafka_headers_t *headers_of(struct producing *w, const json *record)
{
    rd_kafka_headers_t *headers = NULL;
    const json *list = json_get(record, "headers");
    for (const json *h = json_first(list); h; h = json_next(h)) {
        struct slice name = json_str(json_get(h, "name"));
        struct slice value = bytes_of(w, h, "value", &w->header);
        if (!name.p)
            ktool_die("line %lld: a header without a name", (long long)w->line);
        if (!headers)
            headers = rd_kafka_headers_new(8);
        rd_kafka_header_add(headers, name.p, (ssize_t)name.n, value.p, (ssize_t)value.n);
    }
    return headers;
}

static int64_t integer_of(struct producing *w, const json *record, const char *name, int64_t absent)
{
    int64_t value = absent;
    const json *v = json_get(record, name);
    if (v && !json_is(v, JSON_NULL) && json_i64(v, &value) != ST_OK)
        ktool_die("line %lld: %s is no integer", (long long)w->line, name);
    return value;
}

static void send_json(struct producing *w, struct slice line)
{
    json *record;
    if (json_parse(line, JSON_MAX_DEPTH, &record) != ST_OK || !json_is(record, JSON_OBJECT))
        ktool_die("line %lld: no JSON object", (long long)w->line);
    struct slice key = bytes_of(w, record, "key", &w->key);
    struct slice value = bytes_of(w, record, "value", &w->value);
    if (json_is(json_get(record, "value"), JSON_OBJECT))
        value = json_raw_member(line, "value");
    rd_kafka_headers_t *headers = headers_of(w, record);
    send_record(w, (int32_t)integer_of(w, record, "partition", w->partition),
                integer_of(w, record, "timestamp", 0), key, value, headers);
    if (headers)
        rd_kafka_headers_destroy(headers);
    json_free(record);
}

static void send_line(struct producing *w, struct slice line)
{
    const char *tab = w->form == FORM_TSV ? memchr(line.p, '\t', line.n) : NULL;
    if (w->form == FORM_JSON) {
        send_json(w, line);
    } else if (tab) {
        size_t key_bytes = (size_t)(tab - line.p);
        send_record(w, w->partition, 0, slice_of(line.p, key_bytes),
                    slice_of(tab + 1, line.n - key_bytes - 1), NULL);
    } else {
        send_record(w, w->partition, 0, SLICE_NONE, line, NULL);
    }
    rd_kafka_poll(w->rk, 0);
}

static void send_all(struct producing *w, FILE *in)
{
    char *text = NULL;
    size_t room = 0;
    ssize_t got;
    while ((got = getline(&text, &room, in)) > 0) {
        struct slice line = slice_of(text, (size_t)got);
        if (line.p[line.n - 1] == '\n')
            line.n--;
        w->line++;
        if (line.n > 0)
            send_line(w, line);
    }
    free(text);
}

static void check_error(rd_kafka_error_t *error, const char *what)
{
    if (error)
        ktool_die("%s: %s", what, rd_kafka_error_string(error));
}

static void begin(rd_kafka_t *rk)
{
    rd_kafka_error_t *error;
    while ((error = rd_kafka_init_transactions(rk, KTOOL_TIMEOUT_MS)) != NULL) {
        if (!rd_kafka_error_is_retriable(error))
            check_error(error, "init_transactions");
        rd_kafka_error_destroy(error);
    }
    check_error(rd_kafka_begin_transaction(rk), "begin_transaction");
}

/* `end` is commit, abort or open: the last leaves without a word, as a crash would. */
static void finish(rd_kafka_t *rk, const char *end)
{
    ktool_check(rd_kafka_flush(rk, 4 * KTOOL_TIMEOUT_MS), "flush");
    if (end && strcmp(end, "commit") == 0)
        check_error(rd_kafka_commit_transaction(rk, KTOOL_TIMEOUT_MS), "commit_transaction");
    if (end && strcmp(end, "abort") == 0)
        check_error(rd_kafka_abort_transaction(rk, KTOOL_TIMEOUT_MS), "abort_transaction");
    if (failed)
        ktool_die("%lld records were not taken", (long long)failed);
    if (end && strcmp(end, "open") == 0) {
        fflush(stdout);
        _Exit(0);
    }
}

/* Splits TXN_ID:END and returns END; NULL when the option was not given. */
static const char *transaction_end(char *option)
{
    char *colon = option ? strrchr(option, ':') : NULL;
    if (!option)
        return NULL;
    if (!colon || (strcmp(colon, ":commit") != 0 && strcmp(colon, ":abort") != 0 &&
                   strcmp(colon, ":open") != 0))
        ktool_die("-T: TXN_ID:commit, TXN_ID:abort or TXN_ID:open");
    *colon = '\0';
    return colon + 1;
}

static enum form form_of(const char *name)
{
    if (strcmp(name, "tsv") == 0)
        return FORM_TSV;
    if (strcmp(name, "lines") == 0)
        return FORM_LINES;
    if (strcmp(name, "json") != 0)
        ktool_die("-f: json, tsv or lines");
    return FORM_JSON;
}

int ktool_produce(const struct ktool *k, int argc, char **argv)
{
    struct producing w = {.partition = RD_KAFKA_PARTITION_UA, .form = FORM_JSON};
    char *transaction = NULL;
    int option;
    while ((option = getopt(argc, argv, "+f:p:T:")) != -1) {
        if (option == 'f')
            w.form = form_of(optarg);
        else if (option == 'p')
            w.partition = atoi(optarg);
        else if (option == 'T')
            transaction = optarg;
        else
            return 64;
    }
    if (optind >= argc)
        ktool_die("produce: TOPIC is missing");
    FILE *in = optind + 1 < argc ? fopen(argv[optind + 1], "r") : stdin;
    if (!in)
        ktool_die("%s: %s", argv[optind + 1], strerror(errno));
    const char *end = transaction_end(transaction);
    const char *const pairs[] = {"linger.ms",
                                 "5",
                                 "queue.buffering.max.kbytes",
                                 "262144",
                                 "message.max.bytes",
                                 "67108864",
                                 transaction ? "transactional.id" : NULL,
                                 transaction,
                                 NULL};
    struct ktool mine = *k;
    mine.delivered = delivered;
    w.rk = ktool_client(&mine, RD_KAFKA_PRODUCER, pairs);
    ktool_partitions(w.rk, argv[optind]);
    w.topic = rd_kafka_topic_new(w.rk, argv[optind], NULL);
    buf_init(&w.key, RECORD_MAX_BYTES);
    buf_init(&w.value, RECORD_MAX_BYTES);
    buf_init(&w.header, RECORD_MAX_BYTES);
    if (end)
        begin(w.rk);
    send_all(&w, in);
    finish(w.rk, end);
    buf_deinit(&w.key);
    buf_deinit(&w.value);
    buf_deinit(&w.header);
    rd_kafka_topic_destroy(w.topic);
    rd_kafka_destroy(w.rk);
    if (in != stdin)
        fclose(in);
    return 0;
}
