/* Writes made-up tickets as JSON lines, in the form that `ktool produce` reads:
 *   {"partition":0,"timestamp":1790000000000,"key_base64":"…","value_base64":"…","kind":"plain"}
 * without the key or the value where the record has none, some with headers. Partitions take turns,
 * so that every one has records of every kind; the kind is for people, no test relies on it. */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/tickets.h"

#define FIRST_UNIX_US INT64_C(1795000000000000) /* 2026-11-18 */

static const char usage[] =
    "usage: gen_tickets [--count N] [--seed S] [--partitions P] [--mix clean|usual|hostile]\n";

static void put_base64(const char *name, const struct buf *b)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    printf(",\"%s_base64\":\"", name);
    for (size_t i = 0; i < b->n; i += 3) {
        size_t left = b->n - i;
        unsigned bits = (unsigned)(unsigned char)b->p[i] << 16;
        if (left > 1)
            bits |= (unsigned)(unsigned char)b->p[i + 1] << 8;
        if (left > 2)
            bits |= (unsigned char)b->p[i + 2];
        putchar(digits[bits >> 18]);
        putchar(digits[bits >> 12 & 63]);
        putchar(left > 1 ? digits[bits >> 6 & 63] : '=');
        putchar(left > 2 ? digits[bits & 63] : '=');
    }
    putchar('"');
}

static void put_record(struct ticket_gen *g, int partition, struct buf *value, struct buf *key)
{
    enum ticket_kind kind = ticket_gen_next(g, value, key);
    printf("{\"partition\":%d,\"timestamp\":%lld", partition,
           (long long)(g->created_unix_us / 1000));
    if (kind != TICKET_NO_ID)
        put_base64("key", key);
    if (kind != TICKET_TOMBSTONE)
        put_base64("value", value);
    if (g->number % 8 == 0) /* traced, with a header that is no text and one without a value */
        printf(",\"headers\":[{\"name\":\"traceparent\",\"value\":\"00-%032llx-%016llx-01\"},"
               "{\"name\":\"x-raw\",\"value_base64\":\"/wD+\"},{\"name\":\"x-null\"}]",
               (long long)g->number, (long long)partition + 1);
    printf(",\"kind\":\"%s\"}\n", ticket_kind_name(kind));
}

static const struct ticket_mix *mix_named(const char *name)
{
    if (strcmp(name, "clean") == 0)
        return &ticket_mix_clean;
    if (strcmp(name, "usual") == 0)
        return &ticket_mix_usual;
    if (strcmp(name, "hostile") == 0)
        return &ticket_mix_hostile;
    return NULL;
}

int main(int argc, char **argv)
{
    static const struct option options[] = {{"count", required_argument, NULL, 'c'},
                                            {"seed", required_argument, NULL, 's'},
                                            {"partitions", required_argument, NULL, 'p'},
                                            {"mix", required_argument, NULL, 'm'},
                                            {NULL, 0, NULL, 0}};
    long count = 100, partitions = 1;
    unsigned long long seed = 1;
    const struct ticket_mix *mix = &ticket_mix_usual;
    for (int o; (o = getopt_long(argc, argv, "", options, NULL)) != -1;) {
        if (o == 'c')
            count = atol(optarg);
        else if (o == 's')
            seed = strtoull(optarg, NULL, 10);
        else if (o == 'p')
            partitions = atol(optarg);
        else
            mix = o == 'm' ? mix_named(optarg) : NULL;
        if (!mix)
            break;
    }
    if (!mix || optind != argc || count < 0 || partitions < 1) {
        fputs(usage, stderr);
        return 64;
    }
    struct ticket_gen g;
    struct buf value, key;
    ticket_gen_init(&g, mix, seed, FIRST_UNIX_US);
    buf_init(&value, 1024 * 1024);
    buf_init(&key, 256);
    for (long i = 0; i < count; i++)
        put_record(&g, (int)(i % partitions), &value, &key);
    buf_deinit(&key);
    buf_deinit(&value);
    ticket_gen_deinit(&g);
    return fflush(stdout) == 0 ? 0 : 1;
}
