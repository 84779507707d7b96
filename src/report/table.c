/* Lays out tables by the width of their texts on a terminal, where Chinese, Japanese and Korean
 * characters take two columns. Texts come from ledgers, which may be anybody's: nothing in them
 * reaches the terminal as a command.
 */
#include "report/table.h"

#include <assert.h>

#include "base/human.h"
#include "base/mem.h"
#include "base/utf8.h"
#include "model/money_show.h"

#define GAP 2

static bool is_wide(uint32_t c)
{
    static const struct {
        uint32_t first, last;
    } wide[] = {
        {0x1100, 0x115f},   {0x2e80, 0x303e},   {0x3041, 0xa4cf},   {0xac00, 0xd7a3},
        {0xf900, 0xfaff},   {0xfe30, 0xfe6f},   {0xff00, 0xff60},   {0xffe0, 0xffe6},
        {0x1f300, 0x1f64f}, {0x1f900, 0x1f9ff}, {0x20000, 0x3fffd},
    };
    for (size_t i = 0; i < sizeof wide / sizeof *wide; i++) {
        if (c >= wide[i].first && c <= wide[i].last)
            return true;
    }
    return false;
}

static size_t width_of(const char *text)
{
    struct slice s = slice_str(text);
    size_t width = 0;
    for (size_t at = 0; at < s.n;)
        width += is_wide(utf8_next(s, &at)) ? 2 : 1;
    return width;
}

void table_clean(struct buf *out, struct slice s)
{
    for (size_t at = 0; at < s.n;) {
        size_t n = utf8_sequence(s.p + at, s.n - at);
        unsigned char c = (unsigned char)s.p[at];
        bool c1 = n == 2 && c == 0xc2 && (unsigned char)s.p[at + 1] < 0xa0;
        if (n == 0 || c < ' ' || c == 0x7f || c1)
            buf_char(out, '?');
        else
            buf_add(out, s.p + at, n);
        at += n > 0 ? n : 1;
    }
}

void table_init(struct table *t, const char *const *heads, const char *align, int columns)
{
    *t = (struct table){.columns = columns, .align = align};
    for (int i = 0; i < columns; i++)
        table_cell(t, heads[i]);
}

void table_cell(struct table *t, const char *text)
{
    struct buf clean;
    buf_init(&clean, SIZE_MAX);
    buf_str(&clean, "");
    table_clean(&clean, slice_str(text));
    if (t->count == t->cap) {
        t->cap = t->cap > 0 ? t->cap * 2 : 64;
        t->cells = mem_grow(t->cells, t->cap, sizeof *t->cells);
    }
    t->cells[t->count++] = mem_slice(clean.n > 0 ? buf_view(&clean) : SLICE_LIT(""));
    buf_deinit(&clean);
}

void table_count(struct table *t, int64_t n)
{
    char text[HUMAN_SIZE];
    human_count(n, text);
    table_cell(t, text);
}

void table_usd(struct table *t, int64_t pusd)
{
    char text[MONEY_SHOW_SIZE];
    money_show_digits(pusd, text);
    table_cell(t, text);
}

void table_usd_per_1000(struct table *t, int64_t pusd, int64_t count)
{
    char text[MONEY_SHOW_SIZE];
    money_show_per_1000(pusd, count, text);
    table_cell(t, text);
}

static void print_cell(const struct table *t, int column, const char *text, size_t width,
                       struct buf *out)
{
    bool right = t->align[column] == 'r', last = column + 1 == t->columns;
    size_t pad = width - width_of(text);
    if (right)
        buf_fmt(out, "%*s", (int)pad, "");
    buf_str(out, text);
    if (!right && !last)
        buf_fmt(out, "%*s", (int)pad, "");
    buf_fmt(out, "%*s", last ? 0 : GAP, "");
}

void table_print(struct table *t, struct buf *out)
{
    size_t width[TABLE_COLUMNS] = {0};
    size_t columns = (size_t)t->columns;

    assert(t->columns <= TABLE_COLUMNS && t->count % columns == 0);
    for (size_t i = 0; i < t->count; i++) {
        size_t w = width_of(t->cells[i]);
        if (w > width[i % columns])
            width[i % columns] = w;
    }
    for (size_t i = 0; i < t->count; i++) {
        size_t column = i % columns;
        if (column == 0)
            buf_str(out, "  ");
        print_cell(t, (int)column, t->cells[i], width[column], out);
        if (column + 1 == columns) {
            while (out->n > 0 && out->p[out->n - 1] == ' ')
                out->n--;
            buf_char(out, '\n');
        }
        mem_free(t->cells[i]);
    }
    mem_free(t->cells);
    *t = (struct table){.columns = 0};
}
