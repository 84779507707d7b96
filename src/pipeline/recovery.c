/* The start-up table: committed offset and metadata against the ledger, partition by partition.
 *
 * Used twice by startup.c: before fencing (so that a stray start with an empty ledger never
 * disturbs a healthy run) and again after it. Decides only; reading Kafka, fencing and writing
 * the ledger happen there.
 */
#include "pipeline/recovery.h"

#include <stdio.h>
#include <string.h>

static bool next_field(struct slice *rest, struct slice *field)
{
    const char *semi = rest->n ? memchr(rest->p, ';', rest->n) : NULL;
    if (!semi)
        return false;
    *field = slice_of(rest->p, (size_t)(semi - rest->p));
    *rest = slice_of(semi + 1, rest->n - field->n - 1);
    return true;
}

static bool copy_field(struct slice from, char *to, size_t size)
{
    if (from.n == 0 || from.n >= size)
        return false;
    memcpy(to, from.p, from.n);
    to[from.n] = '\0';
    return true;
}

static bool parse_shard(struct slice text, struct commit_note *out)
{
    int64_t shard, shards;
    const char *slash = text.n ? memchr(text.p, '/', text.n) : NULL;
    if (!slash)
        return false;
    size_t n = (size_t)(slash - text.p);
    if (slice_to_i64(slice_of(text.p, n), &shard) != ST_OK ||
        slice_to_i64(slice_of(slash + 1, text.n - n - 1), &shards) != ST_OK)
        return false;
    if (shard < 0 || shards < 1 || shard >= shards || shards > INT32_MAX)
        return false;
    out->shard = (int)shard;
    out->shards = (int)shards;
    return true;
}

bool commit_note_parse(struct slice text, struct commit_note *out)
{
    struct slice version, ledger, shard, txid, seq, rest = text;
    memset(out, 0, sizeof *out);
    if (!next_field(&rest, &version) || !slice_eq(version, SLICE_LIT("1")) ||
        !next_field(&rest, &ledger) || !next_field(&rest, &shard) || !next_field(&rest, &txid) ||
        !next_field(&rest, &seq))
        return false;
    if (!copy_field(ledger, out->ledger_id, sizeof out->ledger_id) ||
        !copy_field(txid, out->transactional_id, sizeof out->transactional_id) ||
        !parse_shard(shard, out) || slice_to_i64(seq, &out->seq) != ST_OK || out->seq < 0)
        return false;
    out->done_set = rest;
    out->present = true;
    return true;
}

static enum status refuse(struct fail *fail, const struct recovery_partition *p, const char *why)
{
    return fail_set(fail, ST_LEDGER_STATE, 0, "%s/%d: %s", p->topic, (int)p->partition, why);
}

/* Nothing committed: a first run, expired offsets, or a recreated topic. */
static enum status decide_uncommitted(const struct recovery_partition *p, struct recovery_plan *out,
                                      struct fail *fail)
{
    if (p->ledger_resume < 0) {
        out->start = p->from > p->low ? p->from : p->low;
        if (out->start > p->high) /* --from is for all partitions, and this one is shorter */
            out->start = p->high;
        return ST_OK;
    }
    if (p->compare == COMPARE_DIFFERENT || p->ledger_resume > p->high)
        return refuse(fail, p,
                      "the ledger remembers other records at these offsets: the topic was "
                      "recreated. Use a new ledger (another ledger.path) for the new topic");
    out->start = p->ledger_resume;
    if (out->start < p->low) {
        out->lost_from = out->start;
        out->lost_to = out->start = p->low;
    }
    return ST_OK;
}

static bool ours(const struct recovery_ledger *l, const struct commit_note *n)
{
    if (strcmp(n->ledger_id, l->ledger_id) == 0)
        return true;
    return l->rebuilt_from[0] && strcmp(n->ledger_id, l->rebuilt_from) == 0 &&
           n->seq <= l->rebuilt_seq;
}

static enum status decide_foreign(const struct recovery_context *c,
                                  const struct recovery_partition *p, struct recovery_plan *out,
                                  struct fail *fail)
{
    out->fence = p->note.present;
    if (p->note.present && p->note.shards != c->shards && c->drained)
        return ST_OK;
    if (p->note.present && p->note.shards != c->shards) {
        char text[200];
        snprintf(text, sizeof text,
                 "its offsets belong to shard %d/%d and are not worked off: finish with --shard "
                 "I/%d first, then change the number of shards",
                 p->note.shard, p->note.shards, p->note.shards);
        return refuse(fail, p, text);
    }
    if (!c->new_ledger)
        return refuse(fail, p,
                      "its offsets were committed with another ledger. Either rebuild the lost one "
                      "from the topics with `ticketmill ledger rebuild`, or start afresh with "
                      "`ticketmill run --new-ledger`");
    if (!c->ledger.empty)
        return refuse(fail, p, "--new-ledger needs an empty ledger, this one has tickets");
    if (p->note.present && slice_eq(p->note.done_set, SLICE_LIT("~")))
        return refuse(fail, p,
                      "--new-ledger cannot tell which tickets beyond the committed offset are "
                      "published (too many to note): use `ticketmill ledger rebuild`");
    out->adopt = true;
    return ST_OK;
}

static enum status decide_ours(const struct recovery_context *c, const struct recovery_partition *p,
                               struct recovery_plan *out, struct fail *fail)
{
    if ((p->note.shard != c->shard || p->note.shards != c->shards) && !c->drained)
        return refuse(fail, p,
                      "this ledger worked it off as another shard; finish with the old --shard "
                      "first, then change the number of shards");
    if (strcmp(p->note.ledger_id, c->ledger.ledger_id) != 0)
        return ST_OK; /* rebuilt: everything up to its sequence is in it already */
    if (p->note.seq > c->ledger.last_seq)
        return refuse(fail, p,
                      "more was published than this ledger knows: it is an older copy. Put the "
                      "newest one back, or run `ticketmill ledger rebuild`");
    out->published_seq = p->note.seq;
    return ST_OK;
}

enum status recovery_decide(const struct recovery_context *c, const struct recovery_partition *p,
                            struct recovery_plan *out, struct fail *fail)
{
    struct recovery_plan plan = {0};
    enum status st;
    if (p->committed < 0) {
        st = decide_uncommitted(p, &plan, fail);
        if (st == ST_OK)
            *out = plan;
        return st;
    }
    if (p->committed > p->high)
        return refuse(fail, p,
                      "the committed offset lies beyond the topic's end: the topic was recreated. "
                      "Use a new ledger and a new kafka.group for the new topic");
    plan.start = p->committed;
    if (p->note.present && ours(&c->ledger, &p->note))
        st = decide_ours(c, p, &plan, fail);
    else
        st = decide_foreign(c, p, &plan, fail);
    if (st != ST_OK)
        return st;
    if (p->committed < p->low) {
        plan.lost_from = p->committed;
        plan.lost_to = plan.start = p->low;
    }
    *out = plan;
    return ST_OK;
}
