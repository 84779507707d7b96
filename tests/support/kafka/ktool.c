/*
 * Kafka from the command line for the tests: topics, records and offsets without a JVM each time.
 * This file is the table of commands and what they share; the work is in ktool_*.c.
 * Output is JSON, one object a line. It knows nothing of ticketmill's formats: tests use it as a
 * witness beside the program.
 */
#include "support/kafka/ktool.h"

#include <getopt.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct {
    const char *name;
    ktool_command *run;
    const char *help;
} commands[] = {
    {"ping", ktool_ping, "[TIMEOUT_MS]: status 0 when the broker answers"},
    {"topics", ktool_topics, ""},
    {"create", ktool_create, "TOPIC PARTITIONS [KEY=VALUE...]"},
    {"delete", ktool_delete, "TOPIC..."},
    {"delete-records", ktool_delete_records, "TOPIC PARTITION BEFORE_OFFSET"},
    {"watermarks", ktool_watermarks, "TOPIC: low, high and last stable offset"},
    {"offsets", ktool_offsets, "GROUP: committed offsets with their metadata"},
    {"commit", ktool_commit, "GROUP TOPIC PARTITION OFFSET [METADATA]"},
    {"delete-offsets", ktool_delete_offsets, "GROUP TOPIC..."},
    {"delete-group", ktool_delete_group, "GROUP..."},
    {"produce", ktool_produce,
     "[-f json|tsv|lines] [-p PARTITION] [-T TXN_ID:commit|abort|open] TOPIC [FILE]\n"
     "        json: "
     "{\"key\",\"value\",\"headers\":[{\"name\",\"value\"}],\"partition\",\"timestamp\"} "
     "a line;\n"
     "        an absent or null key or value is a null one, an object is sent as its own text,\n"
     "        key_base64 and value_base64 carry any bytes. tsv: KEY<TAB>VALUE. lines: values"},
    {"consume", ktool_consume,
     "[-p PARTITION] [-o FROM_OFFSET] [-u] TOPIC [read_committed|read_uncommitted]\n"
     "        up to the end; -u is short for read_uncommitted. Bytes that are not UTF-8 come as "
     "*_base64"},
};

#define COMMANDS (sizeof(commands) / sizeof(commands[0]))

_Noreturn void ktool_die(const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    fputs("ktool: ", stderr);
    vfprintf(stderr, fmt, args);
    fputc('\n', stderr);
    va_end(args);
    exit(1);
}

void ktool_check(rd_kafka_resp_err_t err, const char *what)
{
    if (err != RD_KAFKA_RESP_ERR_NO_ERROR)
        ktool_die("%s: %s: %s", what, rd_kafka_err2name(err), rd_kafka_err2str(err));
}

static void set_property(rd_kafka_conf_t *conf, const char *key, const char *value)
{
    char why[256];
    if (rd_kafka_conf_set(conf, key, value, why, sizeof(why)) != RD_KAFKA_CONF_OK)
        ktool_die("%s", why);
}

static void set_pair(rd_kafka_conf_t *conf, const char *pair)
{
    const char *equals = strchr(pair, '=');
    if (!equals)
        ktool_die("%s: KEY=VALUE expected", pair);
    char *key = strndup(pair, (size_t)(equals - pair));
    set_property(conf, key, equals + 1);
    free(key);
}

rd_kafka_t *ktool_client(const struct ktool *k, rd_kafka_type_t type, const char *const *pairs)
{
    char why[256];
    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    set_property(conf, "bootstrap.servers", k->brokers);
    set_property(conf, "log_level", "0");
    set_property(conf, "reconnect.backoff.ms", "20");
    set_property(conf, "reconnect.backoff.max.ms", "200");
    for (; pairs && pairs[0]; pairs += 2)
        set_property(conf, pairs[0], pairs[1]);
    for (const char *const *p = k->properties; *p; p++)
        set_pair(conf, *p);
    if (k->delivered)
        rd_kafka_conf_set_dr_msg_cb(conf, k->delivered);
    rd_kafka_t *rk = rd_kafka_new(type, conf, why, sizeof(why));
    if (!rk)
        ktool_die("%s", why);
    return rk;
}

int ktool_partitions(rd_kafka_t *rk, const char *topic)
{
    const struct rd_kafka_metadata *metadata;
    rd_kafka_topic_t *rkt = rd_kafka_topic_new(rk, topic, NULL);
    ktool_check(rd_kafka_metadata(rk, 0, rkt, &metadata, KTOOL_TIMEOUT_MS), topic);
    if (metadata->topic_cnt != 1)
        ktool_die("%s: no such topic", topic);
    ktool_check(metadata->topics[0].err, topic);
    int count = metadata->topics[0].partition_cnt;
    rd_kafka_metadata_destroy(metadata);
    rd_kafka_topic_destroy(rkt);
    return count;
}

static const char base64_digits[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

void ktool_base64(struct buf *b, struct slice s)
{
    for (size_t i = 0; i < s.n; i += 3) {
        uint32_t bits = 0;
        for (size_t j = 0; j < 3; j++)
            bits = bits << 8 | (i + j < s.n ? (unsigned char)s.p[i + j] : 0);
        for (size_t j = 0; j < 4; j++)
            buf_char(b, i + j <= s.n ? base64_digits[bits >> (18 - 6 * j) & 63] : '=');
    }
}

bool ktool_unbase64(struct buf *b, struct slice s)
{
    uint32_t bits = 0;
    int have = 0;
    while (s.n > 0 && s.p[s.n - 1] == '=')
        s.n--;
    for (size_t i = 0; i < s.n; i++) {
        const char *digit = s.p[i] ? strchr(base64_digits, s.p[i]) : NULL;
        if (!digit)
            return false;
        bits = bits << 6 | (uint32_t)(digit - base64_digits);
        have += 6;
        if (have >= 8) {
            have -= 8;
            buf_char(b, (char)(bits >> have & 0xff));
        }
    }
    return true;
}

static int usage(void)
{
    fputs("usage: ktool -b BROKERS [-X PROPERTY=VALUE]... COMMAND ...\n", stderr);
    for (size_t i = 0; i < COMMANDS; i++)
        fprintf(stderr, "    %s %s\n", commands[i].name, commands[i].help);
    return 64;
}

int main(int argc, char **argv)
{
    struct ktool k = {.brokers = getenv("TICKETMILL_TEST_BROKERS")};
    size_t properties = 0;
    int option;
    while ((option = getopt(argc, argv, "+b:X:")) != -1) {
        if (option == 'b')
            k.brokers = optarg;
        else if (option == 'X' && properties + 1 < sizeof(k.properties) / sizeof(k.properties[0]))
            k.properties[properties++] = optarg;
        else
            return usage();
    }
    if (!k.brokers || optind >= argc)
        return usage();
    argc -= optind;
    argv += optind;
    optind = 1; /* commands read their own options from here */
    for (size_t i = 0; i < COMMANDS; i++)
        if (strcmp(commands[i].name, argv[0]) == 0)
            return commands[i].run(&k, argc, argv);
    return usage();
}
