/* Intake: records become tickets.
 *
 * First arrow of the flow: source → decode → ADMIT (admit.c). Reads while the window has room and
 * stops at the end offsets taken at start.
 */
#include <stdio.h>

#include "base/failpoint.h"
#include "base/log.h"
#include "pipeline/state.h"
#include "ticket/decode.h"
#include "ticket/suspect.h"

enum { POLLS_PER_TURN = 512 };

static int crashes_of(const struct mill *m, struct pos pos)
{
    for (size_t i = 0; i < m->o.suspect_count; i++) {
        if (pos_eq(m->o.suspects[i], pos))
            return m->o.suspect_crashes[i];
    }
    return 0;
}

static void take_ticket(struct mill *m, const struct source_partition *part,
                        const struct kevent *ev)
{
    const struct record *r = &ev->record;
    struct ticket *t = ticket_new(m, r);
    struct admit_item *it = admit_slot(m, t);
    enum reason why;
    char detail[TICKET_DETAIL_SIZE];
    int crashes = crashes_of(m, r->pos);
    if (part->p.by_content)
        memset(t->value_hash, 0, sizeof t->value_hash);
    if (ev->unreadable != REASON_NONE) {
        admit_dead(m, t, it, ev->unreadable, ev->detail);
        return;
    }
    if (crashes > 1) {
        admit_dead(m, t, it, REASON_CRASH_SUSPECT,
                   "the process died twice while working on this ticket");
        return;
    }
    t->alone = crashes == 1;
    if (m->o.crumb)
        crumb_set(m->o.crumb, &r->pos, 1);
    failpoint(FP_DECODING);
    struct ticket_fields fields;
    fields.v = plan_fields(m->o.plan, &fields.count);
    bool good = ticket_decode(&m->config->ticket, fields, t->record, &t->content, &why, detail);
    if (good && text_suspect(t->content.text))
        t->alone = true;
    if (good)
        private_make(m, t);
    if (m->o.crumb)
        crumb_clear(m->o.crumb);
    if (good)
        admit_ticket(m, part, t, it);
    else
        admit_dead(m, t, it, why, detail);
}

static void take_tombstone(struct mill *m, const struct record *r)
{
    struct admit_item *it = admit_slot(m, NULL);
    uint8_t hash[SHA256_SIZE];
    sha256(SLICE_NONE, hash);
    it->kind = ADMIT_SKIP;
    it->pos = r->pos;
    it->record_unix_ms = r->timestamp_unix_ms;
    memcpy(it->value_hash, hash, sizeof it->value_hash);
}

/* The partition has nothing more for this run; `offset` = all below it was delivered. */
static void partition_done(struct mill *m, struct source_partition *part, int64_t offset)
{
    struct admit_item *it = admit_slot(m, NULL);
    it->kind = ADMIT_EOF;
    it->pos = (struct pos){part->p.source, part->p.partition, offset};
    part->done = true;
    m->partitions_open--;
}

static void note_lost(struct mill *m, struct source_partition *part, int64_t offset)
{
    if (part->lost_at < 0)
        return;
    if (offset < part->lost_at) {
        drain_stop(m, ST_LEDGER_STATE,
                   "the topic was recreated while the run was going on: its offsets start again");
    } else {
        m->stats.lost += offset - part->lost_at;
        log_event(LOG_ERROR, "records_lost",
                  "records were deleted by the topic's retention before they were read",
                  L_STR("topic", part->p.topic), L_INT("partition", part->p.partition),
                  L_INT("from", part->lost_at), L_INT("to", offset));
    }
    part->lost_at = -1;
}

static void take_record(struct mill *m, struct source_partition *part, const struct kevent *ev)
{
    const struct record *r = &ev->record;
    note_lost(m, part, r->pos.offset);
    if (part->done || m->intake_stopped)
        return;
    if (r->pos.offset >= part->p.end) {
        partition_done(m, part, r->pos.offset);
        return;
    }
    m->stats.read++;
    m->window_tickets++;
    if (r->value.p) {
        m->taken++;
        take_ticket(m, part, ev);
    } else {
        take_tombstone(m, r);
    }
}

struct source_partition *intake_partition(struct mill *m, struct pos pos)
{
    for (size_t i = 0; i < m->o.partition_count; i++) {
        struct source_partition *part = &m->partitions[i];
        if (part->p.partition == pos.partition && part->p.source == pos.source)
            return part;
    }
    return NULL;
}

static void take_eof(struct mill *m, struct source_partition *part, int64_t offset)
{
    note_lost(m, part, offset);
    if (!part->done && offset >= part->p.end)
        partition_done(m, part, offset);
}

static void take_lost(struct mill *m, struct source_partition *part, struct pos pos)
{
    struct fail fail;
    if (part->lost_at < 0) /* else retention moved on before the restart found a record */
        part->lost_at = pos.offset;
    if (m->o.ports.source.restart(m->o.ports.source.self, pos, -1, &fail) != ST_OK)
        drain_stop(m, fail.code, fail.text);
}

static void take_error(struct mill *m, const struct fail *fail)
{
    if (status_class(fail->code) == CLASS_RETRY)
        log_event(LOG_WARN, "kafka_trouble", fail->text, L_STR("status", status_name(fail->code)));
    else
        drain_stop(m, fail->code, fail->text);
}

static void take_event(struct mill *m, const struct kevent *ev)
{
    struct source_partition *part = intake_partition(m, ev->record.pos);
    switch (ev->kind) {
    case KEVENT_RECORD:
        if (part)
            take_record(m, part, ev);
        break;
    case KEVENT_EOF:
        if (part)
            take_eof(m, part, ev->record.pos.offset);
        break;
    case KEVENT_LOST:
        if (part)
            take_lost(m, part, ev->record.pos);
        break;
    case KEVENT_ERROR:
        take_error(m, &ev->fail);
        break;
    case KEVENT_NONE:
        break;
    }
}

bool intake_window_open(const struct mill *m)
{
    return m->window_tickets < m->config->run.window_tickets &&
           m->window_bytes < m->config->run.window_bytes;
}

static bool limit_reached(const struct mill *m)
{
    return m->o.limit >= 0 && m->taken >= m->o.limit;
}

void intake_pump(struct mill *m)
{
    struct kevent ev = {.unreadable = REASON_NONE};
    int polls = 0;
    while (!m->intake_stopped && m->partitions_open > 0 && intake_window_open(m) &&
           !limit_reached(m)) {
        if (++polls > POLLS_PER_TURN) {
            m->o.ports.reactor->ops->wake(m->o.ports.reactor->self, m->again);
            break;
        }
        m->o.ports.source.poll(m->o.ports.source.self, &ev);
        if (ev.kind == KEVENT_NONE)
            break;
        take_event(m, &ev);
        admit_flush_full(m);
    }
    admit_flush(m);
}

bool intake_over(const struct mill *m)
{
    bool read = m->intake_stopped || m->partitions_open == 0 || limit_reached(m);
    return read && m->admits == 0;
}
