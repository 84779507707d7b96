/* Internet addresses. Versions of programs look like IPv4 addresses and scopes of C++ like IPv6
 * ones: what stands around decides. Loopback and net masks say nothing about anybody and stay.
 */
#include "redact/find.h"

static const char *const version_words[] = {
    "version", "versione", "versión",   "versão",   "release", "firmware",   "build",
    "ver",     "ver.",     "v",         "update",   "driver",  "treiber",    "section",
    "chapter", "kapitel",  "abschnitt", "chapitre", "article", "articolo",   "artículo",
    "artigo",  "art.",     "§",         "版本",     "第",      "バージョン", "версия",
    "Версия",  "версии",   "버전",      "versie",   "wersja",  NULL};

static const char *const address_words[] = {"ip",   "ipv4", "address", "adresse", "server",
                                            "host", "ping", "地址",    NULL};

static bool says_something(const int *v)
{
    return v[0] != 127 && !(v[0] == 0) && !(v[0] == 255);
}

/* Place behind the four numbers at i; 0 = they are none. */
static size_t quad_end(const struct finder *f, size_t i, int *v)
{
    for (int k = 0; k < 4; k++) {
        int digits = 0;
        v[k] = 0;
        if (k > 0 && at(f, i++) != '.')
            return 0;
        for (; digits < 4 && is_digit(at(f, i)); digits++)
            v[k] = v[k] * 10 + (f->s[i++] - '0');
        if (digits == 0 || v[k] > 255 || (digits > 1 && f->s[i - (size_t)digits] == '0'))
            return 0;
    }
    bool more = is_word(at(f, i)) || (at(f, i) == '.' && is_digit(at(f, i + 1)));
    return more ? 0 : i;
}

static bool is_version(const struct finder *f, size_t i)
{
    return find_context(f, i, version_words, 24) && !find_context(f, i, address_words, 16);
}

static void take_quad(struct finder *f, size_t i, size_t *next)
{
    int v[4];
    size_t end = quad_end(f, i, v);
    if (end == 0)
        return;
    *next = end;
    if (says_something(v) && !is_version(f, i))
        find_add(f, REDACT_IP, i, end);
}

static bool is_hex(char c)
{
    return c != ':' && is_class(c, IS_HEX);
}

struct groups {
    int count;
    bool gap, digit, wrong;
};

/* Reads groups of hex digits with colons; place behind them. At most 45 bytes. */
static size_t groups_end(const struct finder *f, size_t i, struct groups *g)
{
    size_t start = i;
    for (int length = 0; i - start < 45 && (is_hex(at(f, i)) || at(f, i) == ':'); i++) {
        if (f->s[i] != ':') {
            g->count += length == 0;
            g->wrong |= ++length > 4;
            g->digit |= is_digit(f->s[i]);
            continue;
        }
        length = 0;
        if (at(f, i + 1) != ':') {
            if (!is_hex(at(f, i + 1)))
                break; /* a colon of the sentence */
            continue;
        }
        g->wrong |= g->gap || at(f, i + 2) == ':';
        g->gap = true;
        i++;
    }
    return i;
}

static void take_groups(struct finder *f, size_t i, size_t *next)
{
    struct groups g = {0, false, false, false};
    int v[4];
    size_t end = groups_end(f, i, &g), quad;
    *next = end > i ? end : i + 1;
    if (at(f, end) == '.' && is_digit(at(f, end + 1)) && g.count > 0) { /* ::ffff:192.0.2.1 */
        size_t last = end;
        while (last > i && is_digit(f->s[last - 1]))
            last--;
        quad = quad_end(f, last, v);
        if (quad == 0)
            return;
        end = *next = quad;
        g.count++;
    }
    if (g.wrong || !g.digit || is_word(at(f, end)))
        return;
    if (g.gap ? g.count >= 2 && g.count <= 7 : g.count == 8)
        find_add(f, REDACT_IP, i, end);
}

/* Two colons within the next five bytes are needed for the first group. */
static bool may_be_groups(const struct finder *f, size_t i)
{
    if (f->s[i] == ':')
        return at(f, i + 1) == ':';
    for (size_t k = 0; k < 5; k++) {
        if (at(f, i + k) == ':')
            return k > 0;
        if (!is_hex(at(f, i + k)))
            return false;
    }
    return false;
}

void find_addresses(struct finder *f)
{
    if (!find_wants(f, REDACT_IP))
        return;
    for (size_t i = 0, next; i < f->n; i = next) {
        char c = f->s[i], left = before(f, i);
        next = i + 1;
        if (!is_class(c, IS_HEX) || is_word(left))
            continue;
        if (left != ':' && may_be_groups(f, i))
            take_groups(f, i, &next);
        else if (is_digit(c) && left != '.')
            take_quad(f, i, &next);
    }
}
