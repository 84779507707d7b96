/* Names of placeholders. A text may hold some of its own, by chance or because somebody hopes that
 * a model takes them for ours: they stay as they are, and ours count on from them.
 */
#include "redact/label.h"

#include "base/map.h"
#include "base/mem.h"
#include "redact/find.h"

#define NUMBER_DIGITS 6  /* a longer number may hide a value */
#define OURS_DIGITS   10 /* none of ours has more */

const char *redact_kind_name(enum redact_kind k)
{
    static const char *const names[REDACT_KINDS] = {"email", "phone",       "card", "iban",
                                                    "ip",    "national_id", "key"};
    return names[k];
}

void labels_init(struct labels *l, const struct config_pair *patterns, int count)
{
    l->count = REDACT_KINDS + count;
    l->v = mem_array((size_t)l->count, sizeof *l->v);
    for (int i = 0; i < l->count; i++) {
        l->v[i].name = i < REDACT_KINDS ? redact_kind_name((enum redact_kind)i)
                                        : patterns[i - REDACT_KINDS].name;
        l->v[i].upper = mem_str(l->v[i].name);
        for (char *c = l->v[i].upper; *c; c++)
            *c = upper(*c);
        while (strcmp(l->v[l->v[i].first].upper, l->v[i].upper) != 0)
            l->v[i].first++;
    }
}

void labels_deinit(struct labels *l)
{
    for (int i = 0; i < l->count; i++)
        mem_free(l->v[i].upper);
    mem_free(l->v);
}

/* Length of the placeholder of that label that begins with '[' there; 0 = none. */
static size_t use_length(struct slice at, const char *label, int64_t *number)
{
    size_t n = strlen(label), i = n + 2;
    if (at.n < n + 4 || memcmp(at.p + 1, label, n) != 0 || at.p[n + 1] != '_')
        return 0;
    *number = 0;
    for (; i < at.n && is_digit(at.p[i]) && i < n + 2 + OURS_DIGITS; i++)
        *number = *number * 10 + (at.p[i] - '0');
    return i > n + 2 && i < at.n && at.p[i] == ']' ? i + 1 : 0;
}

static void add(struct label_uses *u, size_t from, size_t to)
{
    if (u->count == u->cap) {
        u->cap = u->cap ? 2 * u->cap : 8;
        u->v = mem_grow(u->v, u->cap, sizeof *u->v);
    }
    u->v[u->count++] = (struct label_use){from, to};
}

static void add_far(struct label_uses *u, struct slice placeholder)
{
    if (!u->far)
        u->far = map_new();
    map_put(u->far, placeholder, u);
}

void labels_used(const struct labels *l, struct slice text, struct label_uses *out)
{
    *out = (struct label_uses){.highest = mem_array((size_t)l->count, sizeof(int))};
    const char *p = text.p, *end = text.p + text.n;
    while ((p = memchr(p, '[', (size_t)(end - p))) != NULL) {
        size_t length = 0, from = (size_t)(p - text.p);
        int64_t number;
        for (int i = 0; i < l->count && length == 0; i++) {
            length = use_length(slice_of(p, (size_t)(end - p)), l->v[i].upper, &number);
            if (length == 0)
                continue;
            if (length <= strlen(l->v[i].upper) + 3 + NUMBER_DIGITS)
                add(out, from, from + length);
            if (number >= LABEL_FAR)
                add_far(out, slice_of(p, length));
            else if (number > out->highest[i])
                out->highest[i] = (int)number;
        }
        p += length ? length : 1;
    }
}

void label_write(const struct label *l, int number, struct buf *out)
{
    buf_fmt(out, "[%s_%d]", l->upper, number);
}

bool label_is_used(const struct label_uses *u, const struct label *l, int number)
{
    struct buf placeholder;
    if (!u->far)
        return false;
    buf_init(&placeholder, SIZE_MAX);
    label_write(l, number, &placeholder);
    bool used = map_get(u->far, buf_view(&placeholder)) != NULL;
    buf_deinit(&placeholder);
    return used;
}

void label_uses_deinit(struct label_uses *u)
{
    mem_free(u->v);
    mem_free(u->highest);
    map_free(u->far);
}
