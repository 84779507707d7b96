/*
 * ktool: reading a topic up to its end, one JSON object a record, partitions mixed. It assigns by
 * hand and commits nothing, so it disturbs no group.
 */
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/utf8.h"
#include "support/kafka/ktool.h"

#define RECORD_MAX_BYTES (256U << 20)

struct consuming {
    const char *topic;
    const char *isolation;
    int32_t partition; /* -1 = all */
    int64_t from;
};

/* "name":"text", or "name_base64":"…" where the bytes are not UTF-8; null for none. */
static void print_bytes(struct buf *line, const char *name, struct slice s)
{
    if (s.p && !utf8_valid(s)) {
        buf_fmt(line, "\"%s_base64\":\"", name);
        ktool_base64(line, s);
        buf_char(line, '"');
        return;
    }
    buf_fmt(line, "\"%s\":", name);
    json_quote(line, s);
}

static void print_headers(struct buf *line, const rd_kafka_message_t *m)
{
    rd_kafka_headers_t *headers;
    const char *name;
    const void *value;
    size_t bytes;
    buf_str(line, "\"headers\":[");
    if (rd_kafka_message_headers(m, &headers) == RD_KAFKA_RESP_ERR_NO_ERROR)
        for (size_t i = 0; !rd_kafka_header_get_all(headers, i, &name, &value, &bytes); i++) {
            buf_str(line, i ? ",{\"name\":" : "{\"name\":");
            json_quote(line, slice_str(name));
            buf_char(line, ',');
            print_bytes(line, "value", slice_of(value, bytes));
            buf_char(line, '}');
        }
    buf_str(line, "],");
}

static void print_record(struct buf *line, const rd_kafka_message_t *m)
{
    buf_clear(line);
    buf_fmt(line, "{\"partition\":%d,\"offset\":%" PRId64 ",\"timestamp\":%" PRId64 ",",
            m->partition, m->offset, rd_kafka_message_timestamp(m, NULL));
    print_bytes(line, "key", slice_of(m->key, m->key_len));
    buf_char(line, ',');
    print_headers(line, m);
    print_bytes(line, "value", slice_of(m->payload, m->len));
    buf_str(line, "}\n");
    if (line->failed)
        ktool_die("a record above %u bytes", RECORD_MAX_BYTES);
    fwrite(line->p, 1, line->n, stdout);
}

static int assign(rd_kafka_t *rk, const struct consuming *c)
{
    int count = ktool_partitions(rk, c->topic);
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(count);
    for (int p = 0; p < count; p++)
        if (c->partition < 0 || c->partition == p)
            rd_kafka_topic_partition_list_add(list, c->topic, p)->offset = c->from;
    int assigned = list->cnt;
    ktool_check(rd_kafka_assign(rk, list), "assign");
    rd_kafka_topic_partition_list_destroy(list);
    return assigned;
}

static void read_to_end(rd_kafka_t *rk, int partitions)
{
    struct buf line;
    buf_init(&line, RECORD_MAX_BYTES);
    while (partitions > 0) {
        rd_kafka_message_t *m = rd_kafka_consumer_poll(rk, 2 * KTOOL_TIMEOUT_MS);
        if (!m)
            ktool_die("nothing came for %d s", 2 * KTOOL_TIMEOUT_MS / 1000);
        if (m->err == RD_KAFKA_RESP_ERR__PARTITION_EOF)
            partitions--;
        else if (m->err)
            ktool_die("consume: %s", rd_kafka_message_errstr(m));
        else
            print_record(&line, m);
        rd_kafka_message_destroy(m);
    }
    buf_deinit(&line);
}

int ktool_consume(const struct ktool *k, int argc, char **argv)
{
    struct consuming c = {
        .isolation = "read_committed", .partition = -1, .from = RD_KAFKA_OFFSET_BEGINNING};
    int option;
    while ((option = getopt(argc, argv, "+p:o:u")) != -1) {
        if (option == 'p')
            c.partition = atoi(optarg);
        else if (option == 'o')
            c.from = atoll(optarg);
        else if (option == 'u')
            c.isolation = "read_uncommitted";
        else
            return 64;
    }
    if (optind >= argc)
        ktool_die("consume: TOPIC is missing");
    c.topic = argv[optind];
    if (optind + 1 < argc)
        c.isolation = argv[optind + 1];
    const char *const pairs[] = {"group.id",
                                 "ktool",
                                 "enable.auto.commit",
                                 "false",
                                 "isolation.level",
                                 c.isolation,
                                 "enable.partition.eof",
                                 "true",
                                 "auto.offset.reset",
                                 "error",
                                 "fetch.wait.max.ms",
                                 "50",
                                 "check.crcs",
                                 "true",
                                 NULL};
    rd_kafka_t *rk = ktool_client(k, RD_KAFKA_CONSUMER, pairs);
    read_to_end(rk, assign(rk, &c));
    rd_kafka_consumer_close(rk);
    rd_kafka_destroy(rk);
    if (fflush(stdout) != 0)
        ktool_die("standard output cannot be written");
    return 0;
}
