/* Addresses of the Internet Protocol. Version numbers look like IPv4: what stands behind "version"
 * and its like is left alone. IPv6 is read by the system's own parser (inet_pton). */
#include <arpa/inet.h>
#include <string.h>

#include "redact/scan.h"

/* "version 1.2.3.4", "v. 1.2.3.4" */
static bool is_version(const struct fold *f, size_t from)
{
    static const char *const words[] = {"version", "versione", "ver",      "v",
                                        "release", "build",    "firmware", "update"};
    size_t end = from;
    while (end > 0 && (f->c[end - 1] == ' ' || f->c[end - 1] == '.' || f->c[end - 1] == ':'))
        end--;
    size_t start = end;
    while (start > 0 && end - start < 10 && fold_letter(f->c[start - 1]))
        start--;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (strlen(words[i]) == end - start && fold_is(f, start, words[i]))
            return true;
    }
    return false;
}

/* End of four numbers up to 255 with dots between them; `from` when there are none. */
static size_t v4_end(const struct fold *f, size_t from)
{
    size_t i = from;
    for (int part = 0; part < 4; part++) {
        int value = 0, digits = 0;
        if (part > 0 && (i >= f->n || f->c[i++] != '.'))
            return from;
        while (i < f->n && fold_digit(f->c[i]) && digits < 4) {
            value = value * 10 + (f->c[i++] - '0');
            digits++;
        }
        if (digits == 0 || digits > 3 || value > 255)
            return from;
    }
    bool more = i + 1 < f->n && f->c[i] == '.' && fold_digit(f->c[i + 1]);
    return more ? from : i;
}

static void scan_v4(const struct fold *f, size_t *i, struct spans *out)
{
    size_t from = *i, to = v4_end(f, from);
    bool dotted = from > 1 && f->c[from - 1] == '.' && fold_digit(f->c[from - 2]);
    if (to > from && !dotted && fold_free(f, from, to) && !is_version(f, from))
        spans_add(out, from, to);
    while (*i < f->n && (fold_digit(f->c[*i]) || f->c[*i] == '.'))
        ++*i;
}

static bool is_hex(char c)
{
    return fold_digit(c) || (fold_ascii_letter(c) && fold_upper(c) <= 'F');
}

/* A token of hex digits, colons and dots: an address if the system says so. Needs a digit, so that
 * "add::face" is code, and three groups or a "::", so that times are times. */
static size_t v6_end(const struct fold *f, size_t from)
{
    char text[INET6_ADDRSTRLEN];
    struct in6_addr address;
    size_t to = from, digits = 0, colons = 0;
    while (to < f->n && (is_hex(f->c[to]) || f->c[to] == ':' || f->c[to] == '.')) {
        digits += fold_digit(f->c[to]);
        colons += f->c[to] == ':';
        to++;
    }
    size_t token = to;
    while (to > from && (f->c[to - 1] == '.' || (f->c[to - 1] == ':' && f->c[to - 2] != ':')))
        to--;
    if (digits == 0 || colons < 2 || to - from < 4 || to - from >= sizeof text ||
        !fold_free(f, from, token))
        return from;
    memcpy(text, f->c + from, to - from);
    text[to - from] = '\0';
    return inet_pton(AF_INET6, text, &address) == 1 ? to : from;
}

void scan_ip(const struct fold *f, struct spans *out)
{
    for (size_t i = 0; i < f->n;) {
        bool starts = i == 0 || (!fold_word(f->c[i - 1]) && f->c[i - 1] != ':');
        if (starts && (is_hex(f->c[i]) || f->c[i] == ':')) {
            size_t to = v6_end(f, i);
            if (to > i) {
                spans_add(out, i, to);
                i = to;
                continue;
            }
        }
        if (starts && fold_digit(f->c[i]))
            scan_v4(f, &i, out);
        else
            i++;
    }
}
