/* The gate in front of cJSON: one pass over the bytes that accepts RFC 8259 and nothing else, so
 * that cJSON's own leniency (control characters, "01", trailing bytes) and its traps (\u0000 cuts
 * a string, invalid UTF-8 passes, a lone surrogate fails the document late) never matter.
 *
 * It runs over every ticket and every answer: runs of plain ASCII inside strings are skipped
 * eight bytes at a time, and nesting is a bit per level instead of recursion. It builds nothing;
 * json_raw_member and json_raw_item use the same steps to find where a text begins and ends.
 */
#include "base/json.h"

#include "base/utf8.h"

#define DEPTH_CAP        512 /* whatever the caller asks for; cJSON's own limit is 1,000 */
#define MAX_NUMBER_BYTES 63  /* cJSON 1.7.15 reads a number through a buffer of this size */

enum want { WANT_VALUE, WANT_ITEM_OR_END, WANT_KEY, WANT_KEY_OR_END, WANT_COMMA_OR_END };

struct scan {
    const char *p, *end;
    enum want want;
    int depth, max_depth;
    struct slice key; /* raw text of the newest key, quotes included */
    uint8_t is_object[DEPTH_CAP / 8];
};

static void scan_init(struct scan *s, struct slice text, int max_depth)
{
    *s = (struct scan){.p = text.p, .end = text.p ? text.p + text.n : NULL, .want = WANT_VALUE};
    s->max_depth = max_depth < DEPTH_CAP ? max_depth : DEPTH_CAP;
}

static void skip_blank(struct scan *s)
{
    while (s->p < s->end && (*s->p == ' ' || *s->p == '\n' || *s->p == '\r' || *s->p == '\t'))
        s->p++;
}

/* The status for a byte that cannot stand here. */
static enum status unexpected(const struct scan *s)
{
    return utf8_sequence(s->p, (size_t)(s->end - s->p)) ? ST_BAD_JSON : ST_BAD_UTF8;
}

static bool is_digit(const struct scan *s)
{
    return s->p < s->end && *s->p >= '0' && *s->p <= '9';
}

static bool is_plain(char c)
{
    return (unsigned char)c >= 0x20 && (unsigned char)c < 0x80 && c != '"' && c != '\\';
}

/* Past ASCII that neither ends nor escapes anything. A word is plain when no byte of it has the
 * top bit, is below 0x20 (the first subtraction borrows), or equals a quote or a backslash. */
static void skip_plain(struct scan *s)
{
    const uint64_t ones = UINT64_C(0x0101010101010101);
    uint64_t word;
    while ((size_t)(s->end - s->p) >= sizeof word) {
        memcpy(&word, s->p, sizeof word);
        uint64_t quote = word ^ (ones * '"'), backslash = word ^ (ones * '\\');
        uint64_t hits = word | (word - ones * 0x20) | (quote - ones) | (backslash - ones);
        if (hits & (ones * 0x80))
            break;
        s->p += sizeof word;
    }
    while (s->p < s->end && is_plain(*s->p))
        s->p++;
}

/* At a backslash; moves past the escape, surrogate pairs as one. */
static bool skip_escape(struct scan *s)
{
    if (s->end - s->p < 2)
        return false;
    char c = s->p[1];
    if (c != 'u') {
        s->p += 2;
        return c != '\0' && strchr("\"\\/bfnrt", c) != NULL;
    }
    int32_t unit = utf8_hex4(s->p + 2, s->end);
    if (unit <= 0 || (unit >= 0xdc00 && unit <= 0xdfff))
        return false;
    s->p += 6;
    if (unit < 0xd800 || unit > 0xdbff)
        return true;
    if (s->end - s->p < 6 || s->p[0] != '\\' || s->p[1] != 'u')
        return false;
    unit = utf8_hex4(s->p + 2, s->end);
    s->p += 6;
    return unit >= 0xdc00 && unit <= 0xdfff;
}

/* At the opening quote; moves past the closing one. */
static enum status skip_string(struct scan *s)
{
    s->p++;
    for (;;) {
        skip_plain(s);
        if (s->p == s->end)
            return ST_BAD_JSON;
        unsigned char c = (unsigned char)*s->p;
        if (c == '"') {
            s->p++;
            return ST_OK;
        }
        if (c < 0x20 || (c == '\\' && !skip_escape(s)))
            return ST_BAD_JSON;
        while (s->p < s->end && (unsigned char)*s->p >= 0x80) {
            size_t len = utf8_sequence(s->p, (size_t)(s->end - s->p));
            if (len == 0)
                return ST_BAD_UTF8;
            s->p += len;
        }
    }
}

static bool skip_digits(struct scan *s)
{
    if (!is_digit(s))
        return false;
    while (is_digit(s))
        s->p++;
    return true;
}

static bool skip_char(struct scan *s, char c)
{
    if (s->p == s->end || *s->p != c)
        return false;
    s->p++;
    return true;
}

static enum status skip_number(struct scan *s)
{
    const char *start = s->p;
    skip_char(s, '-');
    if (!skip_char(s, '0') && !skip_digits(s))
        return ST_BAD_JSON;
    if (skip_char(s, '.') && !skip_digits(s))
        return ST_BAD_JSON;
    if (skip_char(s, 'e') || skip_char(s, 'E')) {
        if (!skip_char(s, '+'))
            skip_char(s, '-');
        if (!skip_digits(s))
            return ST_BAD_JSON;
    }
    return s->p - start <= MAX_NUMBER_BYTES ? ST_OK : ST_BAD_JSON;
}

static enum status skip_word(struct scan *s, struct slice word)
{
    if ((size_t)(s->end - s->p) < word.n || memcmp(s->p, word.p, word.n) != 0)
        return ST_BAD_JSON;
    s->p += word.n;
    return ST_OK;
}

static bool in_object(const struct scan *s)
{
    int level = s->depth - 1;
    return level >= 0 && (s->is_object[level / 8] >> (level % 8) & 1);
}

static enum status enter(struct scan *s, bool object)
{
    if (s->depth >= s->max_depth)
        return ST_TOO_DEEP;
    uint8_t bit = (uint8_t)(1u << (s->depth % 8));
    uint8_t *byte = &s->is_object[s->depth / 8];
    *byte = object ? (uint8_t)(*byte | bit) : (uint8_t)(*byte & ~bit);
    s->depth++;
    s->p++;
    s->want = object ? WANT_KEY_OR_END : WANT_ITEM_OR_END;
    return ST_OK;
}

static enum status leave(struct scan *s)
{
    s->depth--;
    s->p++;
    s->want = WANT_COMMA_OR_END;
    return ST_OK;
}

static enum status step_value(struct scan *s)
{
    char c = *s->p;
    if (c == '{' || c == '[')
        return enter(s, c == '{');
    s->want = WANT_COMMA_OR_END;
    if (c == '"')
        return skip_string(s);
    if (c == '-' || is_digit(s))
        return skip_number(s);
    if (c == 't')
        return skip_word(s, SLICE_LIT("true"));
    if (c == 'f')
        return skip_word(s, SLICE_LIT("false"));
    if (c == 'n')
        return skip_word(s, SLICE_LIT("null"));
    return unexpected(s);
}

static enum status step_key(struct scan *s)
{
    if (*s->p != '"')
        return unexpected(s);
    const char *start = s->p;
    enum status st = skip_string(s);
    if (st != ST_OK)
        return st;
    s->key = slice_of(start, (size_t)(s->p - start));
    skip_blank(s);
    s->want = WANT_VALUE;
    if (s->p == s->end)
        return ST_BAD_JSON;
    return skip_char(s, ':') ? ST_OK : unexpected(s);
}

static enum status step_after_value(struct scan *s)
{
    if (s->depth == 0)
        return unexpected(s);
    if (*s->p == (in_object(s) ? '}' : ']'))
        return leave(s);
    if (*s->p != ',')
        return unexpected(s);
    s->p++;
    s->want = in_object(s) ? WANT_KEY : WANT_VALUE;
    return ST_OK;
}

/* One token at p, which is no blank and not the end: a scalar, a bracket, a comma, or a key with
 * its colon. Whenever want is WANT_COMMA_OR_END, a value of this depth has just ended. */
static enum status step(struct scan *s)
{
    switch (s->want) {
    case WANT_ITEM_OR_END:
        return *s->p == ']' ? leave(s) : step_value(s);
    case WANT_VALUE:
        return step_value(s);
    case WANT_KEY_OR_END:
        return *s->p == '}' ? leave(s) : step_key(s);
    case WANT_KEY:
        return step_key(s);
    case WANT_COMMA_OR_END:
        return step_after_value(s);
    }
    return ST_INTERNAL;
}

enum status json_guard(struct slice text, int max_depth)
{
    struct scan s;
    scan_init(&s, text, max_depth);
    for (;;) {
        skip_blank(&s);
        if (s.p == s.end)
            return s.depth == 0 && s.want == WANT_COMMA_OR_END ? ST_OK : ST_BAD_JSON;
        enum status st = step(&s);
        if (st != ST_OK)
            return st;
    }
}

/* Does the raw key ("…", escapes as written) spell `key`? */
static bool key_spells(struct slice raw, struct slice key)
{
    if (!memchr(raw.p, '\\', raw.n))
        return slice_eq(slice_of(raw.p + 1, raw.n - 2), key);
    json *decoded;
    if (json_parse(raw, 0, &decoded) != ST_OK)
        return false;
    bool same = slice_eq(json_str(decoded), key);
    json_free(decoded);
    return same;
}

/* At the blanks before a value of depth 1; its text, or SLICE_NONE when it is not well-formed. */
static struct slice value_text(struct scan *s)
{
    skip_blank(s);
    const char *start = s->p;
    for (;;) {
        skip_blank(s);
        if (s->p == s->end || step(s) != ST_OK)
            return SLICE_NONE;
        if (s->depth == 1 && s->want == WANT_COMMA_OR_END)
            return slice_of(start, (size_t)(s->p - start));
    }
}

struct slice json_raw_member(struct slice text, const char *key)
{
    struct scan s;
    scan_init(&s, text, DEPTH_CAP);
    for (;;) {
        skip_blank(&s);
        if (s.p == s.end || step(&s) != ST_OK)
            return SLICE_NONE;
        bool at_key = s.depth == 1 && s.want == WANT_VALUE && in_object(&s);
        if (at_key && key_spells(s.key, slice_str(key)))
            return value_text(&s);
    }
}

struct slice json_raw_item(struct slice text, size_t index)
{
    struct scan s;
    scan_init(&s, text, DEPTH_CAP);
    skip_blank(&s);
    if (s.p == s.end || *s.p != '[' || step(&s) != ST_OK)
        return SLICE_NONE;
    for (;;) {
        skip_blank(&s);
        if (s.p == s.end || *s.p == ']')
            return SLICE_NONE;
        struct slice item = value_text(&s);
        if (!item.p || index-- == 0)
            return item;
        skip_blank(&s);
        if (s.p == s.end || step(&s) != ST_OK || s.depth != 1)
            return SLICE_NONE;
    }
}
