/* National identity, tax and social security numbers. Only forms that a check digit, a date or a
 * word in front makes telling; each by the rule its authority publishes (check.h).
 *
 * China, United States, United Kingdom, Spain, Italy, Germany, France, Brazil, India, Poland,
 * Turkey, Sweden, South Korea, Canada, Switzerland, Taiwan; the Netherlands and Japan with a word.
 */
#include <string.h>

#include "redact/check.h"
#include "redact/digits.h"
#include "redact/near.h"

enum { NEAR_BYTES = 48 };

static bool sweden(const char *d, int n)
{
    const char *ten = d + (n - 10);
    int month = (ten[2] - '0') * 10 + ten[3] - '0', day = (ten[4] - '0') * 10 + ten[5] - '0';
    return month >= 1 && month <= 12 && ((day >= 1 && day <= 31) || (day >= 61 && day <= 91)) &&
           check_luhn(ten, 10);
}

static bool korea(const char *d)
{
    int month = (d[2] - '0') * 10 + d[3] - '0', day = (d[4] - '0') * 10 + d[5] - '0';
    return month >= 1 && month <= 12 && day >= 1 && day <= 31 && d[6] >= '1' && d[6] <= '8';
}

static bool us(const char *d, int n)
{
    (void)n;
    return check_ssn(d);
}
static bool de(const char *d, int n)
{
    (void)n;
    return check_germany(d);
}
static bool fr(const char *d, int n)
{
    (void)n;
    return check_france(d);
}
static bool br(const char *d, int n)
{
    (void)n;
    return check_brazil(d);
}
static bool pl(const char *d, int n)
{
    (void)n;
    return check_poland(d);
}
static bool tr(const char *d, int n)
{
    (void)n;
    return check_turkey(d);
}
static bool kr(const char *d, int n)
{
    (void)n;
    return korea(d);
}
static bool ch(const char *d, int n)
{
    (void)n;
    return memcmp(d, "756", 3) == 0 && check_ean13(d);
}
static bool nl(const char *d, int n)
{
    (void)n;
    return check_dutch(d);
}
static bool jp(const char *d, int n)
{
    (void)n;
    return check_japan(d);
}
static bool in(const char *d, int n)
{
    return d[0] > '1' && check_verhoeff(d, (size_t)n);
}
static bool ca(const char *d, int n)
{
    return d[0] != '0' && d[0] != '8' && check_luhn(d, (size_t)n);
}

static const char *const dutch_words[] = {"bsn", "burgerservicenummer", "sofinummer", NULL};
static const char *const japanese_words[] = {"my number", "マイナンバー", "個人番号", NULL};

/* Groups of digits and what may stand between them. */
static const struct {
    const char *shape, *separators;
    bool (*check)(const char *d, int n);
    const char *const *words; /* one of them must stand before; NULL = none needed */
} forms[] = {
    {"3-2-4", "- ", us, NULL},
    {"11", "", de, NULL},
    {"2-3-3-3", " ", de, NULL},
    {"15", "", fr, NULL},
    {"1-2-2-2-3-3-2", " ", fr, NULL},
    {"11", "", br, NULL},
    {"3-3-3-2", ".-", br, NULL},
    {"4-4-4", " -", in, NULL},
    {"11", "", pl, NULL},
    {"11", "", tr, NULL},
    {"6-4", "-", sweden, NULL},
    {"8-4", "-", sweden, NULL},
    {"6-7", "-", kr, NULL},
    {"3-3-3", " -", ca, NULL},
    {"13", "", ch, NULL},
    {"3-4-4-2", ".", ch, NULL},
    {"9", "", nl, dutch_words},
    {"4-2-3", ".", nl, dutch_words},
    {"12", "", jp, japanese_words},
    {"4-4-4", " -", jp, japanese_words},
};

static int groups_in(const char *shape)
{
    int n = 1;
    for (const char *p = shape; *p; p++)
        n += *p == '-';
    return n;
}

/* Index of the last group of the number that starts at `first`; -1 when none does. */
static int number_at(const struct fold *f, const struct digits_run *run, int first)
{
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
        if (!digits_shape(run, first, forms[i].shape, forms[i].separators))
            continue;
        int last = first + groups_in(forms[i].shape) - 1;
        struct digits d = digits_of(f, run, first, last);
        if (forms[i].check(d.v, d.n) && fold_free(f, run->v[first].from, run->v[last].to) &&
            (!forms[i].words || near_word(f, run->v[first].from, NEAR_BYTES, forms[i].words)))
            return last;
    }
    return -1;
}

/* 17 digits, then a digit or X. */
static bool chinese(const struct fold *f, const struct digits_group *g, size_t *to)
{
    char id[19];
    size_t n = g->to - g->from;
    bool x = n == 17 && g->to < f->n && fold_upper(f->c[g->to]) == 'X';
    if (n != 18 && !x)
        return false;
    memcpy(id, f->c + g->from, 18);
    *to = g->from + 18;
    return fold_free(f, g->from, *to) && check_china(id);
}

static void scan_run(const struct fold *f, const struct digits_run *run, struct spans *out)
{
    for (int g = 0; g < run->count; g++) {
        size_t to;
        int last = number_at(f, run, g);
        if (last >= g) {
            spans_add(out, run->v[g].from, run->v[last].to);
            g = last;
        } else if (chinese(f, &run->v[g], &to)) {
            spans_add(out, run->v[g].from, to);
        }
    }
}

/* ---- numbers with letters ----------------------------------------------------------------- */

/* Upper-case letters and digits from i on, up to 16; other characters in `skip` are passed over.
 * Returns where it ends. */
static size_t code_at(const struct fold *f, size_t i, const char *skip, char out[17])
{
    size_t n = 0;
    while (i < f->n && n < 16 &&
           (fold_digit(f->c[i]) || fold_ascii_letter(f->c[i]) ||
            (strchr(skip, f->c[i]) && i + 1 < f->n && fold_word(f->c[i + 1])))) {
        if (!strchr(skip, f->c[i]))
            out[n++] = fold_upper(f->c[i]);
        i++;
    }
    out[n] = '\0';
    return i;
}

static bool shaped(const char *code, const char *form)
{
    for (; *form; form++, code++) {
        if (*form == 'A' ? *code < 'A' || *code > 'Z' : *code < '0' || *code > '9')
            return false;
    }
    return true;
}

/* National Insurance number: prefixes that are not given out, a suffix of A to D. */
static bool british(const char *code)
{
    static const char *const never[] = {"BG", "GB", "KN", "NK", "NT", "TN", "ZZ"};
    if (!shaped(code, "AA000000A") || strchr("DFIQUV", code[0]) || strchr("DFIOQUV", code[1]) ||
        code[8] > 'D')
        return false;
    for (size_t i = 0; i < sizeof never / sizeof *never; i++) {
        if (memcmp(code, never[i], 2) == 0)
            return false;
    }
    return true;
}

static bool spanish(const char *code)
{
    char digits[9];
    if (shaped(code, "00000000A"))
        return check_dni(code, code[8]);
    if (!shaped(code, "A0000000A") || code[0] < 'X' || code[0] > 'Z')
        return false;
    digits[0] = (char)('0' + (code[0] - 'X'));
    memcpy(digits + 1, code + 1, 7);
    return check_dni(digits, code[8]);
}

/* Length of the number at the start of the code; 0 = none. */
static size_t lettered(const char *code)
{
    size_t n = strlen(code);
    if (n == 9 && (british(code) || spanish(code)))
        return 9;
    if (n == 10 && shaped(code, "A000000000") && check_taiwan(code))
        return 10;
    return n == 16 && check_fiscale(code) ? 16 : 0;
}

static void scan_codes(const struct fold *f, struct spans *out)
{
    for (size_t i = 0; i < f->n;) {
        char code[17];
        if (!fold_word(f->c[i]) || (i > 0 && fold_word(f->c[i - 1]))) {
            i++;
            continue;
        }
        size_t to = code_at(f, i, "-", code);
        bool found = (to == f->n || !fold_word(f->c[to])) && lettered(code) > 0;
        if (!found) { /* "QQ 12 34 56 C" */
            to = i + 13 <= f->n ? i + 13 : f->n;
            char spaced[17];
            size_t end = code_at(f, i, " ", spaced);
            spaced[9] = '\0';
            found = end >= to && to == i + 13 && f->c[i + 2] == ' ' && f->c[i + 5] == ' ' &&
                    f->c[i + 8] == ' ' && f->c[i + 11] == ' ' && british(spaced) &&
                    fold_free(f, i, to);
        }
        if (found) {
            spans_add(out, i, to);
            i = to;
        } else {
            i++;
        }
    }
}

void scan_national_id(const struct fold *f, struct spans *out)
{
    struct digits_run run;
    for (size_t i = 0; digits_next(f, &i, &run);)
        scan_run(f, &run, out);
    scan_codes(f, out);
}
