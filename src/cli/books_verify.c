/* `ledger verify`: the books by themselves, then the books against both topics.
 *
 * The ledger's state is taken before the topics are read, so that a worker may go on meanwhile:
 * what it publishes later is newer, not wrong. What counts as a difference is compare.c's.
 */
#include "cli/books.h"

#include <stdio.h>

#include "base/human.h"
#include "base/mem.h"
#include "cli/compare.h"
#include "cli/options.h"
#include "kafka/admin.h"
#include "ledger/query.h"
#include "ledger/verify.h"

#define TIMEOUT_MS 30000

static const char command[] = "ledger verify";

struct verify {
    const struct books_options *o;
    struct ledger_reader *reader;
    struct kadmin *admin;
    struct compare *compare;
    char ledger_id[ID_SIZE], campaign[128];
    int64_t last_seq, published_seq, pruned_seq;
    bool rebuilt;
    struct {
        char **v; /* names of sources by number */
        size_t count;
    } sources;
    enum outrow_kind kind; /* of the topic being read */
    struct fail fail;
};

static void print_finding(void *self, const char *line)
{
    (void)self;
    fprintf(stderr, "ticketmill %s: %s\n", command, line);
}

static void take_meta(void *self, const struct ledger_row *row)
{
    struct verify *v = self;
    struct slice name = ledger_row_text(row, 0), text = ledger_row_text(row, 1);

    if (slice_eq(name, SLICE_LIT("last_seq")))
        v->last_seq = ledger_row_i64(row, 1);
    else if (slice_eq(name, SLICE_LIT("published_seq")))
        v->published_seq = ledger_row_i64(row, 1);
    else if (slice_eq(name, SLICE_LIT("rebuilt_from")))
        v->rebuilt = text.n > 0;
    else if (slice_eq(name, SLICE_LIT("ledger_id")))
        snprintf(v->ledger_id, sizeof v->ledger_id, SLICE_FMT, SLICE_ARG(text));
    else if (slice_eq(name, SLICE_LIT("rows_seq")))
        v->pruned_seq = ledger_row_i64(row, 1);
    else if (slice_eq(name, SLICE_LIT("campaign")))
        snprintf(v->campaign, sizeof v->campaign, SLICE_FMT, SLICE_ARG(text));
}

static void take_source(void *self, const struct ledger_row *row)
{
    struct verify *v = self;
    int64_t number = ledger_row_i64(row, 0);

    if (number < 0 || number > INT32_MAX)
        return;
    if ((size_t)number >= v->sources.count) {
        v->sources.v = mem_grow(v->sources.v, (size_t)number + 1, sizeof *v->sources.v);
        while (v->sources.count <= (size_t)number)
            v->sources.v[v->sources.count++] = NULL;
    }
    mem_free(v->sources.v[number]);
    v->sources.v[number] = mem_slice(ledger_row_text(row, 1));
}

static void take_ticket(void *self, const struct ledger_row *row)
{
    struct verify *v = self;
    int64_t source = ledger_row_i64(row, 2);
    bool known = source >= 0 && (size_t)source < v->sources.count;
    struct slice topic = known ? slice_str(v->sources.v[source]) : SLICE_NONE;
    enum outrow_kind kind = ledger_row_i64(row, 1) == TICKET_RESULT ? OUTROW_RESULT : OUTROW_DEAD;

    compare_ticket(v->compare, ledger_row_i64(row, 0), kind,
                   terminal_place(topic, ledger_row_i64(row, 3), ledger_row_i64(row, 4)));
}

static void take_row(void *self, const struct ledger_row *row)
{
    struct verify *v = self;
    compare_row(
        v->compare, ledger_row_i64(row, 0),
        terminal_bytes(ledger_row_text(row, 5), ledger_row_text(row, 6), ledger_row_text(row, 7)));
}

static bool take_record(void *self, const struct record *r)
{
    struct verify *v = self;
    compare_record(v->compare, v->kind, r);
    return true;
}

static enum status read_topic(struct verify *v, enum outrow_kind kind, const char *topic)
{
    struct kscan scan = {.topic = topic, .record = take_record, .self = v};
    struct kwatermarks w;
    int partitions = 0;
    enum status st = kadmin_partitions(v->admin, topic, &partitions, &v->fail);

    for (int32_t p = 0; st == ST_OK && p < partitions; p++) {
        st = kadmin_watermarks(v->admin, topic, p, &w, &v->fail);
        if (st == ST_OK && w.low > 0)
            compare_trimmed(v->compare, kind, p);
    }
    v->kind = kind;
    return st == ST_OK ? kadmin_scan(v->admin, &scan, &v->fail) : st;
}

static enum status compare_all(struct verify *v)
{
    const struct config_kafka *k = &v->o->config->kafka;
    const struct ledger_arg from = ARG_I64(0);
    enum status st;

    v->compare = compare_new(&(struct compare_ledger){.id = v->ledger_id,
                                                      .last_seq = v->last_seq,
                                                      .published_seq = v->published_seq,
                                                      .rebuilt = v->rebuilt,
                                                      .campaign = v->campaign,
                                                      .pruned_seq = v->pruned_seq},
                             print_finding, NULL);
    st = kadmin_open(k, TIMEOUT_MS, &v->admin, &v->fail);
    if (st == ST_OK)
        st = read_topic(v, OUTROW_RESULT, k->results_topic);
    if (st == ST_OK)
        st = read_topic(v, OUTROW_DEAD, k->dead_letter_topic);
    if (st == ST_OK)
        st = ledger_read(v->reader, VIEW_TERMINALS, NULL, take_ticket, v, &v->fail);
    if (st == ST_OK)
        st = ledger_read(v->reader, VIEW_OUTBOX, &from, take_row, v, &v->fail);
    return st;
}

static enum status open_books(struct verify *v)
{
    enum status st = ledger_reader_open(v->o->path, &v->reader, &v->fail);

    if (st == ST_OK)
        st = ledger_read(v->reader, VIEW_META, NULL, take_meta, v, &v->fail);
    if (st == ST_OK)
        st = ledger_read(v->reader, VIEW_SOURCES, NULL, take_source, v, &v->fail);
    return st;
}

static void print_compared(const struct compared *c)
{
    char a[HUMAN_SIZE], b[HUMAN_SIZE];

    human_count(c->own, a);
    human_count(c->rows, b);
    printf("topics: %s records of this ledger, %s of them compared byte for byte\n", a, b);
    human_count(c->foreign, a);
    human_count(c->strangers, b);
    if (c->foreign > 0 || c->strangers > 0)
        printf("        %s of other ledgers, %s by others\n", a, b);
    human_count(c->inherited, a);
    if (c->inherited > 0)
        printf("        %s published by the ledger that this one was rebuilt from\n", a);
    human_count(c->aged, a);
    if (c->aged > 0)
        printf("        %s older ones were deleted by retention\n", a);
    human_count(c->waiting, a);
    if (c->waiting > 0)
        printf("        %s wait for the next run to publish them\n", a);
    human_count(c->newer, a);
    if (c->newer > 0)
        printf("        %s were published while this looked\n", a);
}

static void close_all(struct verify *v)
{
    compare_free(v->compare);
    kadmin_close(v->admin);
    ledger_reader_close(v->reader);
    for (size_t i = 0; i < v->sources.count; i++)
        mem_free(v->sources.v[i]);
    mem_free(v->sources.v);
}

int books_verify(const struct books_options *o)
{
    struct verify v = {.o = o};
    int64_t wrong = 0;
    int code;
    enum status st = open_books(&v);

    if (st == ST_OK)
        st = ledger_verify_books(o->path, print_finding, NULL, &wrong, &v.fail);
    if (st == ST_OK && wrong == 0)
        printf("books: straight (%s)\n", o->path);
    if (st == ST_OK && !o->offline)
        st = compare_all(&v);
    if (st == ST_OK && !o->offline) {
        struct compared c = compare_finish(v.compare);
        print_compared(&c);
        wrong += c.findings;
    }
    code = st != ST_OK ? command_failed(command, &v.fail) : 0;
    if (st == ST_OK && wrong > 0) {
        fprintf(stderr, "ticketmill %s: %lld findings\n", command, (long long)wrong);
        code = status_exit(ST_AUDIT);
    } else if (st == ST_OK) {
        puts("ok");
    }
    close_all(&v);
    return code;
}
