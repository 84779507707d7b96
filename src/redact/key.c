/* Keys, tokens and passwords: forms that vendors mark with a prefix, private keys, JSON web tokens,
 * credentials in URLs. What somebody calls a password is secret.c's. */
#include <string.h>

#include "redact/scan.h"

static bool is_token(char c)
{
    return fold_digit(c) || fold_ascii_letter(c) || c == '_' || c == '-';
}

static size_t token_end(const struct fold *f, size_t from)
{
    while (from < f->n && is_token(f->c[from]))
        from++;
    return from;
}

/* Prefixes and the least number of characters behind them. */
static const struct {
    const char *prefix;
    size_t least;
} vendors[] = {
    {"sk-", 16},      {"sk_live_", 12},       {"sk_test_", 12}, {"pk_live_", 12},
    {"rk_live_", 12}, {"whsec_", 16},         {"ghp_", 20},     {"gho_", 20},
    {"ghu_", 20},     {"ghs_", 20},           {"ghr_", 20},     {"github_pat_", 20},
    {"glpat-", 16},   {"xoxb-", 10},          {"xoxp-", 10},    {"xoxa-", 10},
    {"xoxr-", 10},    {"xoxs-", 10},          {"xapp-", 10},    {"AKIA", 16},
    {"ASIA", 16},     {"AIza", 30},           {"ya29.", 20},    {"hf_", 20},
    {"npm_", 20},     {"dop_v1_", 20},        {"SG.", 20},      {"shpat_", 20},
    {"sq0atp-", 16},  {"key-", 32},           {"pypi-", 16},    {"glsa_", 20},
    {"lin_api_", 16}, {"EAACEdEose0cBA", 10},
};

static bool has_prefix(const struct fold *f, size_t i, const char *prefix)
{
    size_t n = strlen(prefix);
    return i + n <= f->n && memcmp(f->c + i, prefix, n) == 0;
}

static bool has_digit(const struct fold *f, size_t from, size_t to)
{
    for (size_t i = from; i < to; i++) {
        if (fold_digit(f->c[i]))
            return true;
    }
    return false;
}

static size_t vendor_end(const struct fold *f, size_t i)
{
    for (size_t k = 0; k < sizeof vendors / sizeof *vendors; k++) {
        size_t body = i + strlen(vendors[k].prefix);
        if (!has_prefix(f, i, vendors[k].prefix))
            continue;
        size_t to = token_end(f, body);
        while (to > body && to < f->n && f->c[to] == '.' && to + 1 < f->n && is_token(f->c[to + 1]))
            to = token_end(f, to + 1);
        if (to >= body + vendors[k].least && has_digit(f, body, to))
            return to;
    }
    return i;
}

/* Header, payload and signature, each Base64; the first two begin as "{" does. */
static size_t jwt_end(const struct fold *f, size_t i)
{
    if (!has_prefix(f, i, "eyJ"))
        return i;
    size_t to = token_end(f, i);
    if (!has_prefix(f, to, ".eyJ"))
        return i;
    to = token_end(f, to + 1);
    return to < f->n && f->c[to] == '.' ? token_end(f, to + 1) : to;
}

/* From BEGIN to the END line, or all there is when the end was cut off. */
static size_t private_key_end(const struct fold *f, size_t i)
{
    static const char begin[] = "-----BEGIN ", label[] = "PRIVATE KEY", end[] = "-----END ";
    if (!has_prefix(f, i, begin))
        return i;
    const char *from = f->c + i, *line = memchr(from, '\n', f->n - i);
    size_t head = line ? (size_t)(line - from) : f->n - i;
    if (!memmem(from, head, label, sizeof label - 1))
        return i;
    const char *stop = memmem(from, f->n - i, end, sizeof end - 1);
    if (!stop)
        return f->n;
    const char *last = memchr(stop, '\n', f->n - (size_t)(stop - f->c));
    return last ? (size_t)(last - f->c) : f->n;
}

/* "bearer", then at least 16 characters with a digit among them. */
static size_t bearer_end(const struct fold *f, size_t i, size_t *from)
{
    if (!fold_is(f, i, "bearer ") || (i > 0 && fold_word(f->c[i - 1])))
        return i;
    size_t to = i + 7;
    *from = to;
    while (to < f->n && (is_token(f->c[to]) || strchr(".~+/=", f->c[to])) && f->c[to])
        to++;
    return to >= *from + 16 && has_digit(f, *from, to) ? to : i;
}

/* "://user:secret@" */
static size_t url_end(const struct fold *f, size_t i, size_t *from)
{
    if (!has_prefix(f, i, "://"))
        return i;
    size_t colon = 0, to = i + 3;
    while (to < f->n && to - i < 200 && f->c[to] > ' ' && !strchr("/@?#", f->c[to])) {
        if (f->c[to] == ':' && colon == 0)
            colon = to;
        to++;
    }
    *from = colon + 1;
    return to < f->n && f->c[to] == '@' && colon > 0 && to > colon + 1 ? to : i;
}

void scan_key(const struct fold *f, struct spans *out)
{
    for (size_t i = 0; i < f->n;) {
        size_t from = i, to = i;
        bool starts = i == 0 || !fold_word(f->c[i - 1]);
        char c = f->c[i];
        if (starts && fold_ascii_letter(c))
            to = vendor_end(f, i);
        if (to == i && starts && c == 'e')
            to = jwt_end(f, i);
        if (to == i && c == '-')
            to = private_key_end(f, i);
        if (to == i && (c == 'b' || c == 'B'))
            to = bearer_end(f, i, &from);
        if (to == i && c == ':')
            to = url_end(f, i, &from);
        if (to > i)
            spans_add(out, from, to);
        i = to > i ? to : i + 1;
    }
    scan_told_secret(f, out);
}
