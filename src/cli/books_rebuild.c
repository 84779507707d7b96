/* `ledger rebuild`: a new ledger from both topics, for when the old one is lost or damaged.
 *
 * Whose records count and up to which number they must be there, the committed offsets' metadata
 * says; they are read, never changed. The next run finds the new ledger's claim to them. The
 * writing is ledger/rebuild.h's.
 */
#include "cli/books.h"

#include <stdio.h>

#include "base/clock.h"
#include "base/human.h"
#include "base/mem.h"
#include "cli/options.h"
#include "cli/terminal.h"
#include "kafka/admin.h"
#include "ledger/rebuild.h"
#include "pipeline/recovery.h"

#define TIMEOUT_MS 30000

static const char command[] = "ledger rebuild";

struct rebuild {
    const struct books_options *o;
    struct kadmin *admin;
    struct ledger_rebuild *ledger;
    char old_id[ID_SIZE];  /* "" = the offsets name none */
    int64_t committed_seq; /* highest that the offsets tell */
    enum outrow_kind kind; /* of the topic being read */
    int64_t records, strangers, others;
    enum status status; /* first failure while reading */
    struct fail fail;
};

static enum status take_note(struct rebuild *r, const char *metadata, const char *topic, int32_t p)
{
    struct commit_note note;

    if (!commit_note_parse(slice_str(metadata), &note))
        return ST_OK;
    if (r->old_id[0] != '\0' && strcmp(r->old_id, note.ledger_id) != 0)
        return fail_set(&r->fail, ST_LEDGER_STATE, 0,
                        "the offsets of %s/%d are of ledger %s, others of %s: rebuild one shard's "
                        "ledger at a time with --shard I/N",
                        topic, (int)p, note.ledger_id, r->old_id);
    memcpy(r->old_id, note.ledger_id, sizeof r->old_id);
    if (note.seq > r->committed_seq)
        r->committed_seq = note.seq;
    return ST_OK;
}

/* What the offsets of this shard's partitions say about the old ledger. */
static enum status read_notes(struct rebuild *r, const char *topic)
{
    int partitions = 0;
    enum status st = kadmin_partitions(r->admin, topic, &partitions, &r->fail);
    struct kcommitted *v;

    if (st != ST_OK)
        return st;
    v = mem_array((size_t)partitions, sizeof *v);
    for (int32_t p = 0; p < partitions; p++) {
        v[p].topic = topic;
        v[p].partition = p;
    }
    st = kadmin_committed(r->admin, v, (size_t)partitions, &r->fail);
    for (int32_t p = 0; st == ST_OK && p < partitions; p++) {
        if (p % r->o->shards == r->o->shard && v[p].metadata != NULL)
            st = take_note(r, v[p].metadata, topic, p);
    }
    for (int32_t p = 0; p < partitions; p++)
        mem_free(v[p].metadata);
    mem_free(v);
    return st;
}

static bool take_record(void *self, const struct record *record)
{
    struct rebuild *r = self;
    struct terminal t;
    enum status st;

    r->records++;
    if (!terminal_read(r->kind, record->value, record->headers, &t)) {
        r->strangers++;
        return true;
    }
    if (t.partition % r->o->shards != r->o->shard) {
        r->others++;
        return true;
    }
    st = ledger_rebuild_add(r->ledger, r->kind, record->key, record->value, record->headers,
                            &r->fail);
    if (st == ST_BAD_JSON)
        r->strangers++;
    else if (st != ST_OK)
        r->status = st;
    return r->status == ST_OK;
}

static enum status read_topic(struct rebuild *r, enum outrow_kind kind, const char *topic)
{
    struct kscan scan = {.topic = topic, .record = take_record, .self = r};
    enum status st;

    r->kind = kind;
    st = kadmin_scan(r->admin, &scan, &r->fail);
    return r->status != ST_OK ? r->status : st;
}

static enum status read_all(struct rebuild *r)
{
    const struct config_kafka *k = &r->o->config->kafka;
    enum status st = kadmin_open(k, TIMEOUT_MS, &r->admin, &r->fail);

    if (st == ST_OK)
        st = read_notes(r, k->input_topic);
    if (st == ST_OK) {
        st = read_notes(r, k->replay_topic);
        if (st == ST_NOT_FOUND) /* it may be missing */
            st = ST_OK;
    }
    if (st == ST_OK)
        st = ledger_rebuild_begin(r->o->path, &clock_system, r->old_id, r->committed_seq,
                                  &r->ledger, &r->fail);
    if (st == ST_OK)
        st = read_topic(r, OUTROW_RESULT, k->results_topic);
    if (st == ST_OK)
        st = read_topic(r, OUTROW_DEAD, k->dead_letter_topic);
    return st;
}

static void print_rebuilt(const struct rebuild *r, const struct ledger_rebuilt *b)
{
    char results[HUMAN_SIZE], dead[HUMAN_SIZE], text[HUMAN_SIZE];

    human_count(b->results, results);
    human_count(b->dead, dead);
    printf("rebuilt %s as ledger %s: %s results, %s dead letters\n", r->o->path, b->ledger_id,
           results, dead);
    human_count(b->duplicates, text);
    if (b->duplicates > 0)
        printf("  %s further records of the same tickets were passed over\n", text);
    human_count(r->others, text);
    if (r->others > 0)
        printf("  %s records of other shards were passed over\n", text);
    human_count(r->strangers, text);
    if (r->strangers > 0)
        printf("  %s records that are not ours were passed over\n", text);
    human_count(b->missing, text);
    if (b->missing > 0)
        printf("  %s records of the old ledger are MISSING from the topics\n", text);
    puts("next: ticketmill run");
}

int books_rebuild(const struct books_options *o)
{
    struct rebuild r = {.o = o, .status = ST_OK};
    struct ledger_rebuilt built;
    enum status st = read_all(&r);

    if (st == ST_OK)
        st = ledger_rebuild_end(r.ledger, o->incomplete, &built, &r.fail);
    else
        ledger_rebuild_cancel(r.ledger);
    kadmin_close(r.admin);
    if (st != ST_OK)
        return command_failed(command, &r.fail);
    print_rebuilt(&r, &built);
    return 0;
}
