/* Finding runs of digits. A run is cut where a date stands, so that a phone number beside one is
 * still seen. */
#include "redact/digits.h"

#include <string.h>

static bool is_separator(char c)
{
    return c && strchr(" -./()", c) != NULL;
}

/* The group at i, a digit; its separator is what the caller saw in front of it. */
static struct digits_group group_at(const struct fold *f, size_t i)
{
    struct digits_group g = {.from = i, .to = i};
    while (g.to < f->n && fold_digit(f->c[g.to]))
        g.to++;
    return g;
}

/* Start of the next group of the run, its separator in `before`; n = the run ends. */
static size_t next_group(const struct fold *f, size_t from, char before[SEPARATOR_MAX + 1])
{
    size_t i = from, n = 0;
    while (i < f->n && n < SEPARATOR_MAX && is_separator(f->c[i]))
        before[n++] = f->c[i++];
    before[n] = '\0';
    return n > 0 && i < f->n && fold_digit(f->c[i]) ? i : f->n;
}

static size_t length(const struct digits_group *g)
{
    return g->to - g->from;
}

static int value(const struct fold *f, const struct digits_group *g)
{
    int v = 0;
    for (size_t i = g->from; i < g->to && i < g->from + 4; i++)
        v = v * 10 + (f->c[i] - '0');
    return v;
}

/* Three groups: year, month, day in either order, the same separator between them. */
static bool is_date(const struct fold *f, const struct digits_group *g)
{
    if (strcmp(g[1].before, g[2].before) != 0 || strlen(g[1].before) != 1 ||
        !strchr("-./", g[1].before[0]) || length(&g[1]) > 2)
        return false;
    int middle = value(f, &g[1]);
    if (length(&g[0]) == 4 && length(&g[2]) <= 2)
        return value(f, &g[0]) >= 1900 && value(f, &g[0]) < 2100 && middle >= 1 && middle <= 12;
    if (length(&g[0]) > 2 || (length(&g[2]) != 2 && length(&g[2]) != 4))
        return false;
    return value(f, &g[0]) >= 1 && value(f, &g[0]) <= 31 && middle >= 1 && middle <= 31;
}

bool digits_next(const struct fold *f, size_t *i, struct digits_run *run)
{
    run->count = 0;
    while (*i < f->n && !fold_digit(f->c[*i]))
        ++*i;
    if (*i == f->n)
        return false;
    char before[SEPARATOR_MAX + 1] = "";
    for (size_t at = *i; at < f->n && run->count < DIGITS_GROUPS;) {
        struct digits_group *g = &run->v[run->count++];
        *g = group_at(f, at);
        memcpy(g->before, before, sizeof before);
        *i = g->to;
        if (run->count >= 3 && is_date(f, g - 2)) {
            run->count -= 3;
            if (run->count > 0)
                return true;
            at = next_group(f, *i, before);
            before[0] = '\0';
            continue;
        }
        at = next_group(f, *i, before);
    }
    return true;
}

struct digits digits_of(const struct fold *f, const struct digits_run *run, int first, int last)
{
    struct digits d = {.n = 0};
    for (int g = first; g <= last; g++) {
        size_t n = length(&run->v[g]);
        if ((size_t)d.n + n > DIGITS_MAX) {
            d.n = 0;
            break;
        }
        memcpy(d.v + d.n, f->c + run->v[g].from, n);
        d.n += (int)n;
    }
    d.v[d.n] = '\0';
    return d;
}

bool digits_shape(const struct digits_run *run, int first, const char *shape,
                  const char *separators)
{
    int g = first;
    for (const char *p = shape; *p; g++) {
        size_t n = 0;
        while (*p >= '0' && *p <= '9')
            n = n * 10 + (size_t)(*p++ - '0');
        if (*p == '-')
            p++;
        if (g >= run->count || length(&run->v[g]) != n)
            return false;
        const char *b = run->v[g].before;
        if (g > first && (strlen(b) != 1 || !strchr(separators, b[0])))
            return false;
    }
    return true;
}
