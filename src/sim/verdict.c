/* The simulated model's opinion.
 *
 * Words of a category's name and definition, cut to their first five letters, speak for that
 * category; a few words of other languages stand for English ones. The category with most hits
 * wins, and where there are none or as many the hash of the text decides. It is meant to look
 * plausible in a demonstration, not to be right.
 */
#include "sim/verdict.h"

#include <stdio.h>

#include "base/mem.h"
#include "base/utf8.h"
#include "sim/scan.h"

#define MAX_CATEGORIES 64
#define READ_BYTES     200  /* of a text; the simulator must be cheap */
#define STEM           5    /* letters of a word that count */
#define TABLE_SIZE     2048 /* power of two */
#define MAX_WORDS      (TABLE_SIZE / 2)

struct word {
    uint64_t hash; /* 0 = free */
    int category;
};

struct profile {
    char *names[MAX_CATEGORIES];
    int count;
    struct word table[TABLE_SIZE];
    int words;
};

/* A word elsewhere, and the English one whose category it speaks for. Chinese words are two
 * characters long. */
static const struct {
    const char *word, *english;
} aliases[] = {
    {"rechn", "invoice"},  {"zahlu", "payment"},  {"abgeb", "charge"},   {"ersta", "refund"},
    {"liefe", "delivery"}, {"versa", "shipping"}, {"passw", "password"}, {"konto", "account"},
    {"fehle", "error"},    {"absturz", "crash"},  {"kündi", "cancel"},   {"factu", "invoice"},
    {"pago", "payment"},   {"cobro", "charge"},   {"reemb", "refund"},   {"envío", "shipping"},
    {"pedid", "order"},    {"contr", "password"}, {"cuent", "account"},  {"cance", "cancel"},
    {"rembo", "refund"},   {"paiem", "payment"},  {"livra", "delivery"}, {"comma", "order"},
    {"compt", "account"},  {"erreu", "error"},    {"résil", "cancel"},   {"退款", "refund"},
    {"发票", "invoice"},   {"付款", "payment"},   {"扣款", "charge"},    {"扣费", "charge"},
    {"账单", "billing"},   {"发货", "shipping"},  {"快递", "delivery"},  {"物流", "delivery"},
    {"订单", "order"},     {"密码", "password"},  {"账号", "account"},   {"账户", "account"},
    {"登录", "login"},     {"错误", "error"},     {"崩溃", "crash"},     {"取消", "cancel"},
};

static uint64_t hash_add(uint64_t h, unsigned char c)
{
    return (h ^ c) * UINT64_C(1099511628211);
}

#define HASH_START UINT64_C(14695981039346656037)

static const struct word *find_word(const struct profile *p, uint64_t hash)
{
    for (size_t at = hash & (TABLE_SIZE - 1);; at = (at + 1) & (TABLE_SIZE - 1)) {
        if (p->table[at].hash == hash || p->table[at].hash == 0)
            return &p->table[at];
    }
}

/* The first category to claim a word keeps it. */
static void add_word(struct profile *p, uint64_t hash, int category)
{
    struct word *w = (struct word *)find_word(p, hash);
    if (w->hash != 0 || p->words >= MAX_WORDS)
        return;
    *w = (struct word){hash, category};
    p->words++;
}

static bool is_letter(unsigned char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c >= 0x80;
}

static bool is_ideograph(struct slice s, size_t at)
{
    return at + 3 <= s.n && (unsigned char)s.p[at] >= 0xe3 && (unsigned char)s.p[at] <= 0xe9;
}

/* Reads the next word at or behind *at into *hash. Words of three letters and fewer say nothing.
 * Ideographs come as overlapping pairs. */
static bool next_word(struct slice s, size_t *at, uint64_t *hash)
{
    while (*at < s.n) {
        if (is_ideograph(s, *at)) {
            size_t from = *at;
            *at += 3;
            if (!is_ideograph(s, *at))
                continue;
            uint64_t h = HASH_START;
            for (size_t i = from; i < from + 6; i++)
                h = hash_add(h, (unsigned char)s.p[i]);
            *hash = h;
            return true;
        }
        uint64_t h = HASH_START;
        int letters = 0;
        for (; *at < s.n && is_letter((unsigned char)s.p[*at]) && !is_ideograph(s, *at); ++*at) {
            unsigned char c = (unsigned char)s.p[*at];
            if ((c & 0xc0) == 0x80) { /* goes on with the letter before it */
                h = letters <= STEM ? hash_add(h, c) : h;
                continue;
            }
            if (++letters <= STEM)
                h = hash_add(h, c >= 'A' && c <= 'Z' ? (unsigned char)(c | 0x20) : c);
        }
        if (letters == 0)
            ++*at;
        if (letters < 4)
            continue;
        *hash = h;
        return true;
    }
    return false;
}

static void add_words(struct profile *p, struct slice text, int category)
{
    uint64_t hash;
    for (size_t at = 0; next_word(text, &at, &hash);)
        add_word(p, hash, category);
}

static void add_aliases(struct profile *p)
{
    for (size_t i = 0; i < sizeof aliases / sizeof aliases[0]; i++) {
        uint64_t word, english;
        size_t at = 0, english_at = 0;
        if (!next_word(slice_str(aliases[i].word), &at, &word) ||
            !next_word(slice_str(aliases[i].english), &english_at, &english))
            continue;
        const struct word *known = find_word(p, english);
        if (known->hash != 0)
            add_word(p, word, known->category);
    }
}

int profile_find(const struct profile *p, struct slice name)
{
    for (int i = 0; i < p->count; i++)
        if (slice_eq(name, slice_str(p->names[i])))
            return i;
    return -1;
}

static void add_category(struct profile *p, struct slice name)
{
    if (p->count < MAX_CATEGORIES && name.n > 0 && profile_find(p, name) < 0)
        p->names[p->count++] = mem_slice(name);
}

/* Walks the lines "- name: definition". With `define` the words of those already known are
 * added, without it the names become categories. */
static void read_lines(struct profile *p, struct slice system, bool define)
{
    for (size_t at = 0; at < system.n;) {
        const char *line = system.p + at;
        const char *newline = memchr(line, '\n', system.n - at);
        size_t n = newline != NULL ? (size_t)(newline - line) : system.n - at;
        at += n + 1;
        if (n < 3 || line[0] != '-' || line[1] != ' ')
            continue;
        const char *colon = memchr(line, ':', n);
        if (colon == NULL)
            continue;
        struct slice name = slice_trim(slice_of(line + 2, (size_t)(colon - line - 2)));
        if (name.n >= 2 && name.p[0] == '`' && name.p[name.n - 1] == '`')
            name = slice_of(name.p + 1, name.n - 2);
        if (slice_find(name, SLICE_LIT(" ")) >= 0)
            continue;
        int category = profile_find(p, name);
        if (!define)
            add_category(p, name);
        else if (category >= 0)
            add_words(p, slice_of(colon, n - (size_t)(colon - line)), category);
    }
}

/* The first "enum" array of the schema. */
static void read_schema(struct profile *p, struct slice format)
{
    ptrdiff_t at = format.p != NULL ? slice_find(format, SLICE_LIT("\"enum\"")) : -1;
    if (at < 0)
        return;
    const char *colon = memchr(format.p + at, ':', format.n - (size_t)at);
    if (colon == NULL)
        return;
    struct scan s;
    scan_init(&s, slice_of(colon + 1, (size_t)(format.p + format.n - colon - 1)));
    struct buf name;
    buf_init(&name, 256);
    struct slice raw;
    if (scan_open(&s, '[')) {
        while (scan_element(&s) && scan_string(&s, &raw)) {
            buf_clear(&name);
            if (scan_unescape(raw, &name))
                add_category(p, buf_view(&name));
        }
    }
    buf_deinit(&name);
}

struct profile *profile_new(struct slice system, struct slice format, const char *const *fallback,
                            int fallback_count)
{
    struct profile *p = mem_zalloc(sizeof *p);
    read_schema(p, format);
    if (p->count == 0)
        read_lines(p, system, false);
    if (p->count == 0)
        for (int i = 0; i < fallback_count; i++)
            add_category(p, slice_str(fallback[i]));
    if (p->count == 0)
        add_category(p, SLICE_LIT("other"));
    for (int i = 0; i < p->count; i++)
        add_words(p, slice_str(p->names[i]), i);
    read_lines(p, system, true);
    add_aliases(p);
    return p;
}

void profile_free(struct profile *p)
{
    if (p == NULL)
        return;
    for (int i = 0; i < p->count; i++)
        mem_free(p->names[i]);
    mem_free(p);
}

int profile_count(const struct profile *p)
{
    return p->count;
}

const char *profile_category(const struct profile *p, int index)
{
    return p->names[index];
}

struct sim_verdict verdict_of(const struct profile *p, struct slice text, uint64_t text_hash)
{
    int hits[MAX_CATEGORIES] = {0};
    uint64_t hash;
    if (text.n > READ_BYTES)
        text.n = READ_BYTES;
    for (size_t at = 0; next_word(text, &at, &hash);) {
        const struct word *w = find_word(p, hash);
        if (w->hash != 0)
            hits[w->category]++;
    }
    int chosen = (int)(text_hash % (uint64_t)p->count);
    for (int i = 0; i < p->count; i++)
        if (hits[i] > hits[chosen])
            chosen = i;
    int spread = (int)((text_hash >> 32) % 30);
    return (struct sim_verdict){chosen, hits[chosen] > 0 ? 70 + spread : 50 + spread};
}

size_t verdict_summary(struct slice text, size_t max_bytes, char *line)
{
    size_t n = 0, last_blank = 0;
    bool blank = false;
    for (size_t i = 0; i < text.n; i++) {
        unsigned char c = (unsigned char)text.p[i];
        if (c <= 0x20 || c == 0x7f) {
            blank = n > 0;
            continue;
        }
        size_t size = 1;
        while (i + size < text.n && ((unsigned char)text.p[i + size] & 0xc0) == 0x80)
            size++;
        if (n + size + blank > max_bytes) {
            if (!blank && last_blank > max_bytes / 2)
                n = last_blank; /* not in the middle of a word */
            break;
        }
        if (blank) {
            last_blank = n;
            line[n++] = ' ';
            blank = false;
        }
        for (size_t k = 0; k < size; k++)
            line[n++] = text.p[i + k];
        i += size - 1;
    }
    return n;
}
