/* Codes of letters and digits with a checksum: IBANs, and the national ids of the United Kingdom,
 * Spain and Italy. Spaces and dashes between their parts do not matter.
 */
#include "redact/find.h"

#define CODE_MAX 36

/* Letters (upper case) and digits from a place on, single spaces, dashes and dots left out, and one
 * line break. */
struct code {
    int n;
    int line; /* of them before the line break, n without one */
    char c[CODE_MAX];
    size_t end[CODE_MAX]; /* place behind each */
};

static void code_read(const struct finder *f, size_t i, struct code *code)
{
    code->n = code->line = 0;
    while (code->n < CODE_MAX && is_alnum(at(f, i))) {
        code->c[code->n] = upper(f->s[i]);
        code->end[code->n++] = ++i;
        char c = at(f, i);
        if ((c == ' ' || c == '-' || c == '.') && is_alnum(at(f, i + 1)))
            i++;
        size_t wrapped = code->line == 0 ? find_line_break(f, i) : 0;
        if (wrapped > 0 && is_alnum(at(f, i + wrapped))) {
            code->line = code->n;
            i += wrapped;
        }
    }
    if (code->line == 0)
        code->line = code->n;
}

/* A code of k characters ends there, not in the middle of a word. */
static bool ends(const struct finder *f, const struct code *code, int k)
{
    return code->n >= k && !is_word(at(f, code->end[k - 1]));
}

static bool has_form(const struct code *code, const char *form) /* A = letter, 9 = digit */
{
    int k = 0;
    for (; form[k]; k++) {
        if (k >= code->n || !(form[k] == '9' ? is_digit(code->c[k]) : is_alpha(code->c[k])))
            return false;
    }
    return true;
}

static int iban_length(const char *country)
{
    static const char table[] =
        "AD24AE23AL28AT20AZ28BA20BE16BG22BH22BR29BY28CH21CR22CY28CZ24DE22DK18DO28EE20EG29ES24"
        "FI18FO18FR27GB22GE22GI23GL18GR27GT28HR21HU28IE22IL23IQ23IS26IT27JO30KW30KZ20LB28LC32"
        "LI21LT20LU20LV21LY25MC27MD24ME22MK19MR27MT31MU30NL18NO15PK24PL28PS29PT25QA29RO24RS22"
        "SA24SC31SD18SE24SI19SK24SM27ST25SV28TL23TN24TR26UA29VA22VG24XK20";
    for (size_t i = 0; i + 4 < sizeof table; i += 4) {
        if (table[i] == country[0] && table[i + 1] == country[1])
            return (table[i + 2] - '0') * 10 + table[i + 3] - '0';
    }
    return 0;
}

static bool mod_97(const struct code *code, int n)
{
    int rest = 0;
    for (int i = 0; i < n; i++) {
        char c = code->c[(i + 4) % n];
        rest = is_digit(c) ? rest * 10 + (c - '0') : rest * 100 + (c - 'A' + 10);
        rest %= 97;
    }
    return rest == 1;
}

/* One that was mistyped is still somebody's: behind its name the length is enough. */
static size_t iban_end(const struct finder *f, size_t i, const struct code *code)
{
    static const char *const names[] = {"iban", NULL};
    int n = has_form(code, "AA99") ? iban_length(code->c) : 0;
    if (n == 0 || !ends(f, code, n))
        return 0;
    bool is_named = n <= code->line && find_context(f, i, names, 16);
    return is_named || mod_97(code, n) ? code->end[n - 1] : 0;
}

static size_t british_end(const struct finder *f, const struct code *code)
{
    static const char *const never[] = {"BG", "GB", "NK", "KN", "TN", "NT", "ZZ", NULL};
    if (!has_form(code, "AA999999A") || !ends(f, code, 9) || code->c[8] > 'D' ||
        strchr("DFIQUV", code->c[0]) || strchr("DFIQUVO", code->c[1]))
        return 0;
    for (const char *const *p = never; *p; p++) {
        if (memcmp(code->c, *p, 2) == 0)
            return 0;
    }
    return code->end[8];
}

/* DNI: eight digits and a letter; NIE: X, Y or Z, seven digits and a letter. */
static size_t spanish_end(const struct finder *f, const struct code *code)
{
    int v = 0;
    bool foreign = has_form(code, "A9999999A") && strchr("XYZ", code->c[0]) != NULL;
    if ((!foreign && !has_form(code, "99999999A")) || !ends(f, code, 9))
        return 0;
    if (foreign)
        v = code->c[0] - 'X';
    for (int i = foreign ? 1 : 0; i < 8; i++)
        v = v * 10 + (code->c[i] - '0');
    bool glued = f->s[code->end[8] - 2] != ' '; /* "12345678 Z" may be a count of something */
    return glued && code->c[8] == "TRWAGMYFPDXBNJZSQVHLCKE"[v % 23] ? code->end[8] : 0;
}

static int italian_odd(char c)
{
    static const int values[] = {1,  0,  5, 7, 9, 13, 15, 17, 19, 21, 2,  4,  18,
                                 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23};
    return values[is_digit(c) ? c - '0' : c - 'A'];
}

static size_t italian_end(const struct finder *f, const struct code *code)
{
    int sum = 0;
    if (!has_form(code, "AAAAAA99A99A999A") || !ends(f, code, 16))
        return 0;
    for (int i = 0; i < 15; i++)
        sum += i % 2 == 0             ? italian_odd(code->c[i])
               : is_digit(code->c[i]) ? code->c[i] - '0'
                                      : code->c[i] - 'A';
    return code->c[15] == 'A' + sum % 26 ? code->end[15] : 0;
}

/* Enough to leave out nearly all words: where a code of letters has its first digit. */
static bool may_begin(const struct finder *f, size_t i)
{
    if (is_digit(f->s[i]))
        return is_digit(at(f, i + 1));
    if (is_digit(at(f, i + 1)) || is_digit(at(f, i + 2)) || is_digit(at(f, i + 3)))
        return true;
    return is_alpha(at(f, i + 3)) && (is_digit(at(f, i + 6)) || is_digit(at(f, i + 7)));
}

void find_codes(struct finder *f)
{
    struct code code;
    for (size_t i = 0; i < f->n; i++) {
        if (!is_alnum(f->s[i]) || is_word(before(f, i)) || !may_begin(f, i))
            continue;
        code_read(f, i, &code);
        size_t end = iban_end(f, i, &code);
        if (end > 0) {
            find_add(f, REDACT_IBAN, i, end);
            i = end - 1;
            continue;
        }
        code.n = code.line;
        if ((end = british_end(f, &code)) == 0 && (end = spanish_end(f, &code)) == 0)
            end = italian_end(f, &code);
        if (end > 0) {
            find_add(f, REDACT_NATIONAL_ID, i, end);
            i = end - 1;
        }
    }
}
