/* CSV and Markdown made of what the other two formats say, so that all four hold the same figures.
 *
 * The walk over the JSON text copies numbers as they stand: through a tree of doubles, amounts in
 * picodollars would lose digits from nine thousand dollars on.
 */
#include "cli/render.h"

#include <assert.h>
#include <string.h>

#include "base/json.h"
#include "file/csv.h"

struct walk {
    const char *p, *end;
    struct buf path; /* of the value at hand, without an end */
    struct buf *out;
};

/* ---- CSV ------------------------------------------------------------------------------------ */

static void skip_space(struct walk *w)
{
    while (w->p < w->end && strchr(" \t\r\n", *w->p))
        w->p++;
}

/* Behind a string, or behind a number, true, false or null. */
static struct slice scalar(struct walk *w)
{
    const char *from = w->p;
    if (*w->p == '"') {
        for (w->p++; *w->p != '"'; w->p++)
            w->p += *w->p == '\\';
        w->p++;
    } else {
        while (w->p < w->end && !strchr(",]} \t\r\n", *w->p))
            w->p++;
    }
    return slice_of(from, (size_t)(w->p - from));
}

static void line(struct walk *w, struct slice value)
{
    csv_write(buf_view(&w->path), w->out);
    buf_char(w->out, ',');
    if (*value.p == '"') {
        json *text;
        if (json_parse(value, 1, &text) == ST_OK) {
            csv_write(json_str(text), w->out);
            json_free(text);
        }
    } else if (*value.p != 'n') {
        buf_slice(w->out, value);
    }
    buf_char(w->out, '\n');
}

/* `.key` or `.index` behind the path. */
static void step_into(struct walk *w, bool object, size_t index)
{
    if (w->path.n > 0)
        buf_char(&w->path, '.');
    if (!object) {
        buf_i64(&w->path, (int64_t)index);
        return;
    }
    struct slice key = scalar(w); /* our keys need no escapes */
    buf_add(&w->path, key.p + 1, key.n - 2);
    skip_space(w);
    assert(*w->p == ':');
    w->p++;
    skip_space(w);
}

static void value(struct walk *w) /* NOLINT(misc-no-recursion): depth is the document's */
{
    if (*w->p != '{' && *w->p != '[') {
        line(w, scalar(w));
        return;
    }
    bool object = *w->p++ == '{';
    skip_space(w);
    for (size_t i = 0; *w->p != '}' && *w->p != ']'; i++) {
        size_t before = w->path.n;
        step_into(w, object, i);
        value(w);
        w->path.n = before;
        skip_space(w);
        w->p += *w->p == ',';
        skip_space(w);
    }
    w->p++;
}

void render_csv(struct slice document, struct buf *out)
{
    struct walk w = {.p = document.p, .end = document.p + document.n, .out = out};
    buf_init(&w.path, SIZE_MAX);
    buf_str(out, "figure,value\n");
    skip_space(&w);
    value(&w);
    buf_deinit(&w.path);
}

/* ---- Markdown ------------------------------------------------------------------------------- */

static struct slice next_line(struct slice *rest)
{
    const char *end = rest->n > 0 ? memchr(rest->p, '\n', rest->n) : NULL;
    struct slice l = slice_of(rest->p, end ? (size_t)(end - rest->p) : rest->n);
    size_t used = l.n + (end != NULL);
    *rest = slice_of(rest->p + used, rest->n - used);
    return l;
}

static bool is_indented(struct slice l)
{
    return l.n > 2 && l.p[0] == ' ' && l.p[1] == ' ' && l.p[2] != ' ';
}

void render_md(struct slice text, struct buf *out)
{
    bool first = true; /* of its block */
    while (text.n > 0) {
        struct slice l = next_line(&text), rest = text;
        if (l.n == 0) {
            first = true;
            buf_char(out, '\n');
            continue;
        }
        if (first && l.p[0] != ' ' && is_indented(next_line(&rest))) {
            buf_fmt(out, "### %.*s\n\n", (int)l.n, l.p);
        } else {
            buf_str(out, "    ");
            buf_slice(out, l);
            buf_char(out, '\n');
        }
        first = false;
    }
}
