/* Columns as a tree of names.
 *
 * Built once from the header; a row is then written by walking it, so that columns of one object
 * need not stand side by side. The tree holds at most as many levels as the JSON reader takes.
 */
#include "file/columns.h"

#include <ctype.h>
#include <string.h>

#include "base/arena.h"
#include "base/decimal.h"
#include "base/json.h"
#include "base/utf8.h"

enum { LEVELS_MAX = 8, POINTERS_FIXED = 4, USUAL_MAX = 64 };

struct name {
    struct slice text;
    struct name *first, *last, *next; /* below it; beside it */
    int column;                       /* -1 = an object of names below */
    bool number;                      /* a cell that is one is written as one */
};

struct columns {
    struct arena arena;
    struct name root;
    size_t count;
};

/* --- usual names --------------------------------------------------------------------------- */

static const struct {
    const char *usual; /* letters and digits only, small */
    const char *field;
} usual_names[] = {
    {"ticketid", "ticket_id"},
    {"id", "ticket_id"},
    {"ticketnumber", "ticket_id"},
    {"ticketno", "ticket_id"},
    {"ticket", "ticket_id"},
    {"caseid", "ticket_id"},
    {"casenumber", "ticket_id"},
    {"key", "ticket_id"},
    {"subject", "subject"},
    {"title", "subject"},
    {"headline", "subject"},
    {"body", "body"},
    {"text", "body"},
    {"message", "body"},
    {"description", "body"},
    {"content", "body"},
    {"comment", "body"},
    {"question", "body"},
    {"query", "body"},
    {"details", "body"},
    {"language", "language"},
    {"lang", "language"},
    {"locale", "language"},
};

static struct slice plain(struct slice name, char out[USUAL_MAX])
{
    size_t n = 0;

    for (size_t i = 0; i < name.n && n < USUAL_MAX; i++) {
        unsigned char c = (unsigned char)name.p[i];
        if (isalnum(c) || c > 0x7f)
            out[n++] = (char)tolower(c);
    }
    return slice_of(out, n);
}

/* --- the tree ------------------------------------------------------------------------------ */

static struct name *find_name(const struct name *above, struct slice text)
{
    for (struct name *n = above->first; n; n = n->next) {
        if (slice_eq(n->text, text))
            return n;
    }
    return NULL;
}

static struct name *add_name(struct columns *c, struct name *above, struct slice text, int column)
{
    struct name *n = arena_zalloc(&c->arena, sizeof *n);

    n->text = arena_copy(&c->arena, text);
    n->column = column;
    if (above->last)
        above->last->next = n;
    else
        above->first = n;
    above->last = n;
    return n;
}

/* The next part of a path; false at the end, or when a part is empty. */
static bool next_part(struct slice *path, struct slice *part)
{
    size_t n = 0;

    while (n < path->n && path->p[n] != '.' && path->p[n] != '/')
        n++;
    *part = slice_of(path->p, n);
    *path = slice_of(path->p + n, path->n - n);
    if (n == 0 || path->n == 1)
        return false;
    if (path->n > 0)
        *path = slice_of(path->p + 1, path->n - 1);
    return true;
}

static int levels(struct slice path)
{
    struct slice part;
    int n = 0;

    while (path.n > 0) {
        if (!next_part(&path, &part))
            return 1; /* no path: the name as it stands */
        n++;
    }
    return n > LEVELS_MAX ? 1 : n;
}

static bool put_path(struct columns *c, struct slice path, int column)
{
    struct name *above = &c->root;
    struct slice part;

    for (int left = levels(path); left > 1; left--) {
        (void)next_part(&path, &part);
        struct name *n = find_name(above, part);
        if (n && n->column >= 0)
            return false;
        above = n ? n : add_name(c, above, part, -1);
    }
    if (find_name(above, path))
        return false;
    add_name(c, above, path, column);
    return true;
}

/* What a JSON pointer without escapes and array places leads to. */
static struct name *at_pointer(const struct columns *c, const char *pointer)
{
    const struct name *n = &c->root;
    struct name *found = NULL;

    while (n && *pointer == '/') {
        size_t length = strcspn(++pointer, "/");
        n = found = find_name(n, slice_of(pointer, length));
        pointer += length;
    }
    return found && found->column >= 0 ? found : NULL;
}

static bool wanted(const struct columns *c, const struct config *config, const struct name *n)
{
    const struct config_ticket *t = &config->ticket;
    const char *const fixed[POINTERS_FIXED] = {t->id, t->subject, t->body, t->language};

    for (int i = 0; i < POINTERS_FIXED; i++) {
        if (at_pointer(c, fixed[i]) == n)
            return true;
    }
    for (int i = 0; i < config->route_count; i++) {
        if (config->routes[i].kind == WHEN_FIELD && at_pointer(c, config->routes[i].field) == n)
            return true;
    }
    return false;
}

/* Gives columns with usual names the names of the fields, first come first served in the order of
 * the table. */
static void rename_usual(struct columns *c, const struct config *config)
{
    char text[USUAL_MAX];

    for (size_t i = 0; i < sizeof usual_names / sizeof *usual_names; i++) {
        struct slice field = slice_str(usual_names[i].field);
        for (struct name *n = c->root.first; n && !find_name(&c->root, field); n = n->next) {
            if (n->column >= 0 && slice_eq(plain(n->text, text), slice_str(usual_names[i].usual)) &&
                !wanted(c, config, n))
                n->text = field;
        }
    }
}

static void mark_numbers(struct columns *c, const struct config *config)
{
    for (int i = 0; i < config->route_count; i++) {
        const struct config_route *r = &config->routes[i];
        struct name *n = r->kind == WHEN_FIELD ? at_pointer(c, r->field) : NULL;
        if (n && r->op != OP_REGEX)
            n->number = true;
    }
}

static enum status fill(struct columns *c, const struct csv_row *header,
                        const struct config *config, struct fail *fail)
{
    if (header->count > COLUMNS_MAX)
        return fail_set(fail, ST_USAGE, 0, "the header has %zu columns, expected at most %d",
                        header->count, COLUMNS_MAX);
    for (size_t i = 0; i < header->count; i++) {
        struct slice name = slice_trim(csv_field(header, i));
        if (!utf8_valid(name))
            return fail_set(fail, ST_USAGE, 0,
                            "the header is not valid UTF-8 (column %zu); save the file as UTF-8",
                            i + 1);
        if (name.n > 0 && !put_path(c, name, (int)i))
            return fail_set(fail, ST_USAGE, 0,
                            "the name of column %zu is taken by a column before it", i + 1);
    }
    rename_usual(c, config);
    mark_numbers(c, config);
    if (!at_pointer(c, config->ticket.body) && !at_pointer(c, config->ticket.subject))
        return fail_set(fail, ST_USAGE, 0,
                        "none of its %zu columns is a ticket's text; the first line must name "
                        "the columns, and one must be called body, text, message, description, "
                        "subject, title or as ticket.body (%s) or ticket.subject (%s) say",
                        header->count, config->ticket.body, config->ticket.subject);
    return ST_OK;
}

enum status columns_new(const struct csv_row *header, const struct config *config,
                        struct columns **out, struct fail *fail)
{
    struct arena arena;
    arena_init(&arena);
    struct columns *c = arena_zalloc(&arena, sizeof *c);

    c->arena = arena;
    c->root.column = -1;
    c->count = header->count;
    enum status st = fill(c, header, config, fail);
    if (st == ST_OK)
        *out = c;
    else
        columns_free(c);
    return st;
}

void columns_free(struct columns *c)
{
    if (!c)
        return;
    struct arena arena = c->arena; /* it holds *c */
    arena_deinit(&arena);
}

size_t columns_count(const struct columns *c)
{
    return c->count;
}

/* --- a row --------------------------------------------------------------------------------- */

static void write_cell(const struct name *n, struct slice cell, struct buf *out)
{
    if (n->number && decimal_valid(cell))
        buf_slice(out, cell);
    else
        json_quote(out, cell);
}

/* Depth is bounded by LEVELS_MAX. */
static void write_object(const struct name *above, const struct csv_row *row, struct buf *out)
{
    buf_char(out, '{');
    for (const struct name *n = above->first; n; n = n->next) {
        if (n != above->first)
            buf_char(out, ',');
        json_quote(out, n->text);
        buf_char(out, ':');
        if (n->column >= 0)
            write_cell(n, csv_field(row, (size_t)n->column), out);
        else
            write_object(n, row, out);
    }
    buf_char(out, '}');
}

void columns_json(const struct columns *c, const struct csv_row *row, struct buf *out)
{
    write_object(&c->root, row, out);
}
