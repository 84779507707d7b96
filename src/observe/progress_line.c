/* The text of the progress line. Made of parts in a fixed order, each with a rank: a narrow
 * terminal loses the parts that matter least, never half of one.
 */
#include <stdarg.h>
#include <stdio.h>

#include "base/human.h"
#include "model/money_show.h"
#include "observe/progress.h"

#define PART_SIZE 96
#define MAX_PARTS 9
#define GAP       2 /* columns between two parts */

struct part {
    char text[PART_SIZE]; /* ASCII: bytes are columns */
    int rank;             /* 0 stays longest */
};

struct parts {
    struct part v[MAX_PARTS];
    int count;
};

static void add(struct parts *p, int rank, const char *fmt, ...) PRINTF_LIKE(3, 4);

static void add(struct parts *p, int rank, const char *fmt, ...)
{
    struct part *part = &p->v[p->count++];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(part->text, sizeof part->text, fmt, ap);
    va_end(ap);
    part->rank = rank;
}

static void add_position(struct parts *p, const struct progress_view *v)
{
    char done[HUMAN_SIZE], total[HUMAN_SIZE];
    human_count(v->done, done);
    human_count(v->total, total);
    if (v->total < 0) {
        add(p, 0, "%s tickets", done);
        return;
    }
    add(p, 0, "%s/%s", done, total);
    if (v->total > 0) /* rounded down: 100% only when it is */
        add(p, 2, "%d%%", (int)((double)v->done * 100.0 / (double)v->total));
}

static void add_pace(struct parts *p, const struct progress_pace *pace)
{
    char text[HUMAN_SIZE];
    if (pace->per_second >= 10)
        add(p, 4, "%.0f/s", pace->per_second);
    else if (pace->per_second >= 0)
        add(p, 4, "%.1f/s", pace->per_second);
    if (pace->left_s >= 0) {
        human_span(pace->left_s, text);
        add(p, 1, "%s left", text);
    }
}

static void add_spent(struct parts *p, const struct progress_view *v)
{
    char text[MONEY_SHOW_SIZE];
    money_show(v->spent_pusd, text);
    if (v->unpriced_calls > 0)
        add(p, 3, "USD %s + unpriced", text);
    else
        add(p, 3, "USD %s", text);
}

static void make_parts(const struct progress_view *v, const struct progress_pace *pace,
                       struct parts *p)
{
    char text[HUMAN_SIZE];
    p->count = 0;
    add_position(p, v);
    add_pace(p, pace);
    add_spent(p, v);
    human_count(v->in_flight, text);
    add(p, 7, "%s in flight", text);
    if (v->retries > 0) {
        human_count(v->retries, text);
        add(p, 6, "%s retries", text);
    }
    if (v->dead > 0) {
        human_count(v->dead, text);
        add(p, 5, "%s dead", text);
    }
    if (v->note != NULL)
        add(p, 0, "%s", v->note);
}

static int columns_of(const struct parts *p, int up_to_rank)
{
    int n = 0;
    for (int i = 0; i < p->count; i++) {
        if (p->v[i].rank <= up_to_rank)
            n += (n > 0 ? GAP : 0) + (int)strlen(p->v[i].text);
    }
    return n;
}

void progress_render(const struct progress_view *v, const struct progress_pace *pace, int width,
                     struct buf *out)
{
    struct parts p;
    int rank = 7;
    bool first = true;

    make_parts(v, pace, &p);
    while (rank > 0 && columns_of(&p, rank) > width)
        rank--;
    if (columns_of(&p, rank) > width)
        return; /* not even the position fits */
    for (int i = 0; i < p.count; i++) {
        if (p.v[i].rank > rank)
            continue;
        buf_fmt(out, "%s%s", first ? "" : "  ", p.v[i].text);
        first = false;
    }
}
