/* Results and dead letters of one source, made again from the tables.
 *
 * Main thread, after the writer has ended. Not from the outbox: that forgets what is published,
 * while an output file is written whole every time. A result comes out as it went in because both
 * pass through outrecord.c.
 */
#include "ledger/terminals.h"

#include "ledger/books.h"

static struct out_totals totals_of(const struct use *u)
{
    struct out_totals t = {.attempts = (int32_t)col_i64(u, 7),
                           .input_tokens = col_i64(u, 8),
                           .cached_tokens = col_i64(u, 9),
                           .output_tokens = col_i64(u, 10),
                           .cost_pusd = col_i64(u, 11),
                           .cost_unknown_pusd = col_i64(u, 12)};

    if ((uint32_t)col_i64(u, 6) & FLAG_UNPRICED)
        t.cost_pusd = PUSD_UNPRICED;
    return t;
}

static struct out_result result_of(const struct ledger *l, const struct use *u, int32_t source)
{
    return (struct out_result){
        .pos = {source, (int32_t)col_i64(u, 0), col_i64(u, 1)},
        .source = slice_str(l->sources[source]),
        .ticket_id = col_text(u, 3),
        .category = col_text(u, 13),
        .summary = col_text(u, 15),
        .language = col_text(u, 4),
        .model = col_text(u, 21),
        .provider = col_text(u, 22),
        .tier = col_text(u, 23),
        .prompt_version = col_text(u, 24),
        .call_id = col_text(u, 20),
        .run_id = col_text(u, 25),
        .ledger_id = slice_str(l->ledger_id),
        .confidence_ppm = (int32_t)col_i64(u, 14),
        .reused = col_i64(u, 18) != 0,
        .needs_review = col_i64(u, 17) != 0,
        .flags = (uint32_t)col_i64(u, 16),
        .totals = totals_of(u),
        .content_hash = col_blob(u, 5),
        .seq = col_i64(u, 2),
        .classified_unix_us = col_i64(u, 19),
    };
}

enum status ledger_results(struct ledger *l, int32_t source,
                           void (*fn)(void *self, struct slice record), void *self,
                           struct fail *fail)
{
    struct use u = db_use(l, Q_FILE_RESULTS);
    bool row = false;

    bind_i64(&u, source);
    for (;;) {
        enum status st = db_row(l, &u, &row, fail);
        if (st != ST_OK || !row)
            return st;
        struct out_result r = result_of(l, &u, source);
        buf_clear(&l->value);
        outrecord_result(&l->value, &r);
        fn(self, buf_view(&l->value));
    }
}

/* The header's text behind "reason: ". */
static struct slice message_of(struct slice headers)
{
    struct slice text = headers_find(headers, "__connect.errors.exception.message");
    ptrdiff_t at = text.p ? slice_find(text, SLICE_LIT(": ")) : -1;

    return at < 0 ? SLICE_NONE : slice_of(text.p + at + 2, text.n - (size_t)at - 2);
}

static int64_t whole_bytes(struct slice headers)
{
    struct slice text = headers_find(headers, "ticketmill-value-bytes");
    int64_t bytes;

    return text.p && slice_to_i64(text, &bytes) == ST_OK ? bytes : -1;
}

static struct ledger_dead dead_of(const struct use *u, int32_t source)
{
    struct slice headers = col_blob(u, 10);
    struct ledger_dead d = {
        .pos = {source, (int32_t)col_i64(u, 0), col_i64(u, 1)},
        .ticket_id = col_text(u, 2),
        .reason = (enum reason)col_i64(u, 3),
        .attempts = col_i64(u, 5),
        .cost_pusd = col_i64(u, 6),
        .cost_unknown_pusd = col_i64(u, 7),
        .run_id = col_text(u, 8),
        .value = col_blob(u, 9),
        .message = message_of(headers),
        .call_ids = headers_find(headers, "ticketmill-call-ids"),
        .value_bytes = whole_bytes(headers),
    };

    if ((uint32_t)col_i64(u, 4) & FLAG_UNPRICED)
        d.cost_pusd = PUSD_UNPRICED;
    return d;
}

enum status ledger_dead_letters(struct ledger *l, int32_t source,
                                void (*fn)(void *self, const struct ledger_dead *d), void *self,
                                struct fail *fail)
{
    struct use u = db_use(l, Q_FILE_DEAD);
    bool row = false;

    bind_i64(&u, source);
    for (;;) {
        enum status st = db_row(l, &u, &row, fail);
        if (st != ST_OK || !row)
            return st;
        struct ledger_dead d = dead_of(&u, source);
        fn(self, &d);
    }
}

enum status ledger_source_ends(struct ledger *l, int32_t source, struct ledger_ends *out,
                               struct fail *fail)
{
    struct use u = db_use(l, Q_FILE_COUNTS);
    struct ledger_ends ends = {0};
    bool row = false;

    bind_i64(&u, source);
    for (;;) {
        enum status st = db_row(l, &u, &row, fail);
        if (st != ST_OK)
            return st;
        if (!row)
            break;
        int64_t n = col_i64(&u, 1);
        switch ((enum ticket_state)col_i64(&u, 0)) {
        case TICKET_ADMITTED:
            ends.pending = n;
            break;
        case TICKET_RESULT:
            ends.results = n;
            break;
        case TICKET_DEAD:
            ends.dead = n;
            break;
        case TICKET_SKIPPED:
        case TICKET_ADOPTED:
            ends.skipped += n;
            break;
        }
    }
    *out = ends;
    return ST_OK;
}
