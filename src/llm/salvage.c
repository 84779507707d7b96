/* Last resort for answers that were paid for.
 *
 * One broken character fails a whole document in a strict reader, and a proxy may cut a body that
 * it claims to be complete. First everything unreadable is replaced, which keeps structure and
 * usage; what still does not read is searched for the text of the answer. Items inside that text
 * are judged elsewhere (batch/), whole ones only.
 */
#include "llm/salvage.h"

#include <string.h>

#include "base/utf8.h"

#define REPLACEMENT "\xef\xbf\xbd" /* U+FFFD */

static bool is_low(int unit)
{
    return unit >= 0xdc00 && unit <= 0xdfff;
}

/* Length of the good escape at `at` (a backslash); 0 = it is none, *skip tells how much of it
 * there is. */
static size_t escape_length(struct slice s, size_t at, size_t *skip)
{
    *skip = 1;
    if (at + 1 >= s.n)
        return 0;
    char c = s.p[at + 1];
    if (c != '\0' && strchr("\"\\/bfnrt", c) != NULL)
        return 2;
    if (c != 'u')
        return 0;
    int unit = utf8_hex4(s.p + at + 2, s.p + s.n);
    if (unit < 0)
        return 0;
    *skip = 6;
    if (unit == 0 || is_low(unit))
        return 0;
    if (unit < 0xd800 || unit > 0xdfff)
        return 6;
    bool pair = at + 8 <= s.n && s.p[at + 6] == '\\' && s.p[at + 7] == 'u' &&
                is_low(utf8_hex4(s.p + at + 8, s.p + s.n));
    return pair ? 12 : 0;
}

/* Copies what stands at `at` inside of a string; returns how much of it was used. */
static size_t clean_character(struct slice s, size_t at, struct buf *out)
{
    size_t n, skip = 1;
    unsigned char c = (unsigned char)s.p[at];
    if (c == '\\')
        n = escape_length(s, at, &skip);
    else
        n = c < 0x20 ? 0 : utf8_sequence(s.p + at, s.n - at);
    if (n == 0) {
        buf_str(out, REPLACEMENT);
        return skip;
    }
    buf_add(out, s.p + at, n);
    return n;
}

void salvage_clean(struct slice body, struct buf *out)
{
    bool in_string = false;
    for (size_t at = 0; at < body.n;) {
        char c = body.p[at];
        if (c == '"')
            in_string = !in_string;
        if (in_string && c != '"') {
            at += clean_character(body, at, out);
            continue;
        }
        buf_char(out, c);
        at++;
    }
}

static size_t skip_blanks(struct slice s, size_t at)
{
    while (at < s.n && (s.p[at] == ' ' || s.p[at] == '\t' || s.p[at] == '\n' || s.p[at] == '\r'))
        at++;
    return at;
}

/* Offset of the quote that ends the string whose first byte is at `at`; s.n when there is none. */
static size_t string_end(struct slice s, size_t at)
{
    while (at < s.n && s.p[at] != '"')
        at += s.p[at] == '\\' ? 2 : 1;
    return at < s.n ? at : s.n;
}

/* Offset of the value of the first member with that key (quotes included), at or behind `from`;
 * keys inside of strings do not count. s.n = none. */
static size_t find_member(struct slice s, size_t from, const char *quoted_key)
{
    size_t n = strlen(quoted_key);
    for (size_t at = from; at < s.n; at++) {
        if (s.p[at] != '"')
            continue;
        size_t end = string_end(s, at + 1);
        bool same = end < s.n && end - at + 1 == n && memcmp(s.p + at, quoted_key, n) == 0;
        size_t colon = skip_blanks(s, end < s.n ? end + 1 : s.n);
        if (same && colon < s.n && s.p[colon] == ':')
            return skip_blanks(s, colon + 1);
        at = end;
    }
    return s.n;
}

/* An escape that was cut off at the end is dropped. */
static struct slice without_cut_escape(struct slice s)
{
    size_t at = 0;
    while (at < s.n) {
        size_t used = s.p[at] != '\\' ? 1 : at + 1 < s.n && s.p[at + 1] == 'u' ? 6 : 2;
        if (at + used > s.n)
            break;
        at += used;
    }
    return slice_of(s.p, at);
}

struct slice salvage_content(struct slice body)
{
    size_t message = find_member(body, 0, "\"message\"");
    size_t at = find_member(body, message, "\"content\"");
    if (at >= body.n || body.p[at] != '"')
        return SLICE_NONE;
    size_t end = string_end(body, at + 1);
    return without_cut_escape(slice_of(body.p + at + 1, end - at - 1));
}

struct slice salvage_object(struct slice body, const char *quoted_key)
{
    size_t from = find_member(body, 0, quoted_key);
    int depth = 0;
    for (size_t at = from; at < body.n; at++) {
        char c = body.p[at];
        if (c == '"')
            at = string_end(body, at + 1);
        else if (c == '{')
            depth++;
        else if (c == '}' && --depth == 0)
            return slice_of(body.p + from, at + 1 - from);
        if (depth == 0)
            break;
    }
    return SLICE_NONE;
}
