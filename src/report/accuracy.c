/* Collecting labelled results from the ledgers, by category, week and `needs_review`. */
#include "report/accuracy.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/mem.h"

static int number_of(struct accuracy *a, struct slice name)
{
    for (int i = 0; i < a->name_count; i++) {
        if (slice_eq(slice_str(a->names[i]), name))
            return i;
    }
    a->names = mem_grow(a->names, (size_t)a->name_count + 1, sizeof *a->names);
    a->names[a->name_count] = mem_slice(name);
    return a->name_count++;
}

static void week_of(int64_t unix_us, char out[ACCURACY_WEEK_SIZE])
{
    time_t seconds = (time_t)(unix_us / 1000000);
    struct tm local;

    if (!localtime_r(&seconds, &local) || strftime(out, ACCURACY_WEEK_SIZE, "%G-W%V", &local) == 0)
        memcpy(out, "?", 2);
}

static void on_row(void *self, const struct ledger_row *row)
{
    struct accuracy *a = self;
    struct accuracy_row r = {.review = ledger_row_i64(row, 3) != 0};

    r.item.truth = number_of(a, ledger_row_text(row, 0));
    r.item.answer = number_of(a, ledger_row_text(row, 1));
    r.item.confidence_ppm = (int32_t)ledger_row_i64(row, 2);
    week_of(ledger_row_i64(row, 4), r.week);
    a->rows = mem_grow(a->rows, a->row_count + 1, sizeof *a->rows);
    a->rows[a->row_count++] = r;
}

static void on_totals(void *self, const struct ledger_row *row)
{
    struct accuracy *a = self;

    a->labels += ledger_row_i64(row, 0);
    a->strangers += ledger_row_i64(row, 1);
    a->unanswered += ledger_row_i64(row, 2);
}

enum status accuracy_read(struct accuracy *a, struct ledger_reader *reader, struct fail *fail)
{
    enum status st = ledger_read(reader, VIEW_LABEL_TOTALS, NULL, on_totals, a, fail);

    return st == ST_OK ? ledger_read(reader, VIEW_LABELLED, NULL, on_row, a, fail) : st;
}

static int by_week(const void *x, const void *y)
{
    const struct accuracy_week *a = x, *b = y;

    return strcmp(a->name, b->name);
}

static struct accuracy_week *week(struct accuracy *a, const char *name)
{
    for (size_t i = 0; i < a->week_count; i++) {
        if (strcmp(a->weeks[i].name, name) == 0)
            return &a->weeks[i];
    }
    a->weeks = mem_grow(a->weeks, a->week_count + 1, sizeof *a->weeks);
    struct accuracy_week *w = &a->weeks[a->week_count++];
    snprintf(w->name, sizeof w->name, "%s", name);
    score_init(&w->score, a->name_count);
    return w;
}

void accuracy_finish(struct accuracy *a)
{
    score_init(&a->score, a->name_count);
    for (size_t i = 0; i < a->row_count; i++) {
        const struct accuracy_row *r = &a->rows[i];
        bool wrong = r->item.answer != r->item.truth;
        score_add(&a->score, &r->item);
        score_add(&week(a, r->week)->score, &r->item);
        if (r->review) {
            a->review.count++;
            a->review.wrong += wrong;
        } else {
            a->sure.count++;
            a->sure.wrong += wrong;
        }
    }
    if (a->week_count > 1)
        qsort(a->weeks, a->week_count, sizeof *a->weeks, by_week);
}

void accuracy_deinit(struct accuracy *a)
{
    for (int i = 0; i < a->name_count; i++)
        mem_free(a->names[i]);
    for (size_t i = 0; i < a->week_count; i++)
        score_deinit(&a->weeks[i].score);
    score_deinit(&a->score);
    mem_free(a->names);
    mem_free(a->weeks);
    mem_free(a->rows);
}
