/* Reading the dead letter topic: committed records only, to the end it has now, no offset moved.
 *
 * Letters of other programs are read as well; what they do not tell is absent.
 */
#include "cli/dlq.h"

#include <stdio.h>

#include "base/mem.h"

struct reading {
    const struct dlq_filter *f;
    bool values;
    struct letters *out;
    size_t room;
};

static int64_t number(struct slice s)
{
    int64_t v;
    return slice_to_i64(s, &v) == ST_OK ? v : -1;
}

/* Our own header, or Kafka Connect's. */
static struct letter letter_of(struct record *r)
{
    struct slice h = r->headers;
    return (struct letter){
        .record = r,
        .ticket_id = headers_find(h, "ticketmill-ticket-id"),
        .reason = headers_find(h, "ticketmill-reason"),
        .message = headers_find(h, "__connect.errors.exception.message"),
        .stage = headers_find(h, "__connect.errors.stage"),
        .run_id = headers_find(h, "ticketmill-run-id"),
        .call_ids = headers_find(h, "ticketmill-call-ids"),
        .truncated = headers_find(h, "ticketmill-truncated"),
        .sha256 = headers_find(h, "ticketmill-value-sha256"),
        .replay_of = headers_find(h, "ticketmill-replay-of"),
        .topic = headers_find(h, "__connect.errors.topic"),
        .partition = number(headers_find(h, "__connect.errors.partition")),
        .offset = number(headers_find(h, "__connect.errors.offset")),
        .attempts = number(headers_find(h, "ticketmill-attempts")),
        .cost_pusd = number(headers_find(h, "ticketmill-cost-pusd")),
        .value_bytes = number(headers_find(h, "ticketmill-value-bytes")),
    };
}

static bool among(const struct option_list *l, struct slice s)
{
    for (int i = 0; i < l->count; i++) {
        if (slice_eq(s, slice_str(l->v[i])))
            return true;
    }
    return l->count == 0;
}

static bool is_named(const struct dlq_filter *f, const struct letter *l)
{
    char place[64];
    snprintf(place, sizeof place, "%d/%lld", (int)l->record->pos.partition,
             (long long)l->record->pos.offset);
    if (among(&f->names, slice_str(place)))
        return true;
    return among(&f->names, l->ticket_id.p ? l->ticket_id : l->record->key);
}

static bool is_wanted(const struct dlq_filter *f, const struct letter *l)
{
    int64_t at = l->record->timestamp_unix_ms;
    return among(&f->reasons, l->reason) && among(&f->runs, l->run_id) && is_named(f, l) &&
           (f->since_unix_ms < 0 || at >= f->since_unix_ms) &&
           (f->until_unix_ms < 0 || at < f->until_unix_ms);
}

static bool take(void *self, const struct record *r)
{
    struct reading *d = self;
    struct letters *out = d->out;
    struct record seen = *r;
    struct letter l = letter_of(&seen);
    if (!is_wanted(d->f, &l))
        return true;
    if (d->f->limit >= 0 && (int64_t)out->count >= d->f->limit)
        return false;
    if (l.value_bytes < 0)
        l.value_bytes = (int64_t)r->value.n;
    int64_t value_bytes = l.value_bytes;
    if (out->count == d->room) {
        d->room = d->room > 0 ? 2 * d->room : 64;
        out->v = mem_grow(out->v, d->room, sizeof *out->v);
    }
    l = letter_of(record_new(r->pos, r->timestamp_unix_ms, r->key,
                             d->values ? r->value : SLICE_NONE, r->headers));
    l.value_bytes = value_bytes;
    out->v[out->count++] = l;
    return true;
}

enum status dlq_read(struct kadmin *admin, const struct config *c, const struct dlq_filter *f,
                     bool values, struct letters *out, struct fail *fail)
{
    *out = (struct letters){NULL, 0};
    struct reading d = {f, values, out, 0};
    const struct kscan scan = {.topic = c->kafka.dead_letter_topic, .record = take, .self = &d};
    enum status st = kadmin_scan(admin, &scan, fail);
    if (st == ST_NOT_FOUND)
        st = fail_set(fail, ST_CONFIG, 0, "kafka.dead_letter_topic: topic %s does not exist",
                      c->kafka.dead_letter_topic);
    if (st != ST_OK)
        dlq_free(out);
    return st;
}

void dlq_free(struct letters *l)
{
    for (size_t i = 0; i < l->count; i++)
        mem_free(l->v[i].record);
    mem_free(l->v);
    *l = (struct letters){NULL, 0};
}
