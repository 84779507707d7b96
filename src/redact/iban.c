/* International bank account numbers: country, length of that country, remainder 1 modulo 97
 * (ISO 13616, ISO 7064). Groups of four may be set apart. */
#include <string.h>

#include "redact/scan.h"

enum { IBAN_MAX = 34 };

static int length_of(const char *country)
{
    /* Registry of SWIFT, without the experimental ones. */
    static const char table[] =
        "AD24AE23AL28AT20AZ28BA20BE16BG22BH22BR29BY28CH21CR22CY28CZ24DE22DK18DO28EE20EG29ES24FI18"
        "FO18FR27GB22GE22GI23GL18GR27GT28HR21HU28IE22IL23IQ23IS26IT27JO30KW30KZ20LB28LC32LI21LT20"
        "LU20LV21LY25MC27MD24ME22MK19MR27MT31MU30NL18NO15PK24PL28PS29PT25QA29RO24RS22SA24SC31SD18"
        "SE24SI19SK24SM27ST25SV28TL23TN24TR26UA29VA22VG24XK20";
    for (const char *p = table; *p; p += 4) {
        if (p[0] == country[0] && p[1] == country[1])
            return (p[2] - '0') * 10 + (p[3] - '0');
    }
    return 0;
}

static bool is_valid(const char *iban, size_t n)
{
    int rest = 0;
    for (size_t i = 0; i < n; i++) {
        char c = iban[(i + 4) % n];
        int v = fold_digit(c) ? c - '0' : c - 'A' + 10;
        rest = (rest * (v > 9 ? 100 : 10) + v) % 97;
    }
    return rest == 1;
}

/* End of an account number that starts at `from`; `from` when there is none. */
static size_t iban_end(const struct fold *f, size_t from)
{
    char iban[IBAN_MAX + 1];
    size_t n = 0, i = from;
    char country[2] = {fold_upper(f->c[from]), fold_upper(f->c[from + 1])};
    size_t length = (size_t)length_of(country);
    while (length > 0 && i < f->n && n < length) {
        char c = f->c[i];
        bool apart = (c == ' ' || c == '-') && n > 0 && i + 1 < f->n && fold_word(f->c[i + 1]);
        if (!apart && !fold_digit(c) && !fold_ascii_letter(c))
            return from;
        if (!apart)
            iban[n++] = fold_upper(c);
        i++;
    }
    bool whole = length > 0 && n == length && (i == f->n || !fold_word(f->c[i]));
    return whole && is_valid(iban, n) ? i : from;
}

void scan_iban(const struct fold *f, struct spans *out)
{
    for (size_t i = 0; i + 15 <= f->n;) {
        bool starts = (i == 0 || !fold_word(f->c[i - 1])) && fold_ascii_letter(f->c[i]) &&
                      fold_ascii_letter(f->c[i + 1]) && fold_digit(f->c[i + 2]) &&
                      fold_digit(f->c[i + 3]);
        size_t to = starts ? iban_end(f, i) : i;
        if (to > i)
            spans_add(out, i, to);
        i = to > i ? to : i + 1;
    }
}
