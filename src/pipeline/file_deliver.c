/* What a run on a file hands over at its end: results and dead letters, whole, from the ledger.
 *
 * Written after every run, however it ended: who stops at a budget wants what was paid for, and the
 * next run writes the file again. Not after a failed audit, and not when the input was changed
 * under the run: such rows may belong to other texts. No decision about tickets is made here.
 */
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "base/mem.h"
#include "file/rows.h"
#include "ledger/terminals.h"
#include "pipeline/file_transport.h"

struct writing {
    struct file_transport *f;
    struct file_output *to;
    enum file_format format;
    struct buf row;
    int64_t rows;
    struct file_reader *again; /* the input once more, for letters that are no longer kept */
    struct file_record record;
    enum status st;
    struct fail *fail;
};

static void put_row(struct writing *w)
{
    file_output_add(w->to, buf_view(&w->row));
    buf_clear(&w->row);
    w->rows++;
}

static void put_result(void *self, struct slice record)
{
    struct writing *w = self;
    if (w->st != ST_OK)
        return;
    w->st = rows_result(w->format, record, &w->row);
    if (w->st == ST_OK)
        put_row(w);
    else
        fail_set(w->fail, w->st, 0, "a result in the ledger is not valid JSON");
}

/* The value of a letter that the outbox has forgotten, from the input. Letters come in its order,
 * so one more reading serves all of them. */
static struct slice read_again(struct writing *w, int64_t number)
{
    struct file_transport *f = w->f;
    bool more = true;
    struct fail ignored;

    if (!w->again && file_reader_open(f->input, f->files->input_format, f->o->config, &w->again,
                                      &ignored) != ST_OK)
        return SLICE_NONE;
    while (more && w->record.number < number) {
        if (file_reader_next(w->again, &w->record, &more, &ignored) != ST_OK)
            return SLICE_NONE;
    }
    return w->record.number == number ? w->record.value : SLICE_NONE;
}

static void put_reject(void *self, const struct ledger_dead *d)
{
    struct writing *w = self;
    if (w->st != ST_OK)
        return;
    rows_reject(
        &(struct reject_row){
            .number = d->pos.offset,
            .source = slice_str(w->f->source),
            .ticket_id = d->ticket_id,
            .message = d->message,
            .run_id = d->run_id,
            .call_ids = d->call_ids,
            .value = d->value.p ? d->value : read_again(w, d->pos.offset),
            .value_bytes = d->value_bytes,
            .reason = d->reason,
            .attempts = d->attempts,
            .cost_pusd = d->cost_pusd,
            .cost_unknown_pusd = d->cost_unknown_pusd,
        },
        &w->row);
    put_row(w);
}

/* One of the two files; *rows = how many rows it has now. */
static enum status write_out(struct file_transport *f, struct ledger *ledger,
                             struct file_output *to, int64_t *rows, struct fail *fail)
{
    struct writing w = {.f = f, .to = to, .st = ST_OK, .fail = fail};
    int32_t source = f->partition.mill.source;
    enum status st;

    buf_init(&w.row, SIZE_MAX);
    if (to == f->output) {
        w.format = f->files->output_format;
        rows_head(w.format, &w.row);
        file_output_add(to, buf_view(&w.row));
        buf_clear(&w.row);
        st = ledger_results(ledger, source, put_result, &w, fail);
    } else {
        st = ledger_dead_letters(ledger, source, put_reject, &w, fail);
    }
    file_reader_close(w.again);
    buf_deinit(&w.row);
    if (st == ST_OK)
        st = w.st;
    if (st == ST_OK)
        st = file_output_commit(to, fail);
    if (st == ST_OK)
        *rows = w.rows;
    return st;
}

/* Every record of the input has one end, every end a row; after a run that was not stopped nothing
 * is left. */
static enum status check_counts(const struct file_transport *f, const struct ledger_ends *ends,
                                const struct run_outcome *out, struct fail *fail)
{
    bool done = strcmp(out->stopped_by, "done") == 0;

    if ((out->output_rows < 0 || out->output_rows == ends->results) &&
        (out->rejects_rows < 0 || out->rejects_rows == ends->dead) && out->left >= 0 &&
        (!done || out->left == 0))
        return ST_OK;
    return fail_set(fail, ST_AUDIT, 0,
                    "input %lld, results %lld (%lld written), dead letters %lld (%lld written), "
                    "left %lld do not agree",
                    (long long)f->extent.records, (long long)ends->results,
                    (long long)out->output_rows, (long long)ends->dead,
                    (long long)out->rejects_rows, (long long)out->left);
}

static enum status deliver(struct file_transport *f, struct ledger *ledger, struct run_outcome *out,
                           struct fail *fail)
{
    struct ledger_ends ends;
    enum status st = ledger_source_ends(ledger, f->partition.mill.source, &ends, fail);

    if (st != ST_OK)
        return st;
    out->left = f->extent.records - ends.results - ends.dead - ends.skipped;
    if (ends.results == 0 && ends.dead > 0 && !out->message[0])
        snprintf(out->message, sizeof out->message,
                 "not one record is a ticket; ticket.body (%.60s) and ticket.subject (%.60s) say "
                 "where the text stands",
                 f->o->config->ticket.body, f->o->config->ticket.subject);
    if (ends.results + ends.dead == 0 && out->left > 0)
        return ST_OK; /* nothing to show: what an earlier run wrote is better than nothing */
    if (f->output)
        st = write_out(f, ledger, f->output, &out->output_rows, fail);
    if (st == ST_OK && f->rejects)
        st = write_out(f, ledger, f->rejects, &out->rejects_rows, fail);
    return st == ST_OK ? check_counts(f, &ends, out, fail) : st;
}

void file_deliver(void *self, struct ledger *ledger, struct run_outcome *out)
{
    struct file_transport *f = self;
    struct fail fail = {0};

    snprintf(out->source, sizeof out->source, "%s", f->source);
    out->output_rows = out->rejects_rows = -1;
    if (!out->audit_ok || f->trouble.code != ST_OK) {
        log_event(LOG_WARN, "output_not_written", "the files are left as they were");
        return;
    }
    enum status st = deliver(f, ledger, out, &fail);
    if (st == ST_OK)
        return;
    log_event(LOG_ERROR, "output_failed", fail.text, L_STR("status", status_name(st)));
    if (st == ST_AUDIT) {
        out->audit_ok = false;
        snprintf(out->audit_message, sizeof out->audit_message, "%.200s", fail.text);
    }
    out->exit_code = status_exit(st);
    snprintf(out->stopped_by, sizeof out->stopped_by, "%s", status_text(st));
    snprintf(out->message, sizeof out->message, "%.400s; the ledger keeps everything, run again",
             fail.text);
}
