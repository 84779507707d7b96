/* Phone numbers. Their forms differ by country and overlap with order numbers, so a number counts
 * by what is in front of it (+49, 0049, a leading 0, brackets, the word "phone" in several
 * languages) or by a form that hardly anything else has (NANP with separators, Chinese mobiles). */
#include <string.h>

#include "redact/digits.h"
#include "redact/near.h"

enum { PHONE_MAX = 15, NEAR_BYTES = 40 };

static const char *const words[] = {
    "phone",     "telephone", "tel",       "mobile",    "cell",     "cellphone", "whatsapp",
    "call me",   "call us",   "call back", "reach me",  "text me",  "ring me",   "fax",
    "handy",     "telefon",   "mobil",     "rufnummer", "anrufen",  "telefono",  "teléfono",
    "celular",   "móvil",     "llamar",    "téléphone", "portable", "cellulare", "telefone",
    "telemóvel", "telefonnr", "电话",      "手机",      "電話",     "手機",      "携帯",
    "전화",      "휴대폰",    "телефон",   NULL};

static size_t length(const struct digits_group *g)
{
    return g->to - g->from;
}

static bool joined_by(const struct digits_run *run, int first, int last, const char *separators)
{
    for (int g = first + 1; g <= last; g++) {
        if (!strchr(separators, run->v[g].before[0]))
            return false;
    }
    return true;
}

/* What the digits from `first` on are told to be by what stands before them. */
struct lead {
    bool plus, bracket, word;
};

static struct lead lead_of(const struct fold *f, const struct digits_run *run, int first)
{
    size_t from = run->v[first].from;
    char before = from > 0 ? f->c[from - 1] : ' ';
    return (struct lead){before == '+', before == '(', near_word(f, from, NEAR_BYTES, words)};
}

static bool is_nanp(const struct digits *d, const struct digits_run *run, int first, int last,
                    const struct lead *lead)
{
    int skip = d->n == 11 && d->v[0] == '1' ? 1 : 0;
    if (d->n - skip != 10 || d->v[skip] < '2' || d->v[skip + 3] < '2' || last - first < 2)
        return false;
    const struct digits_group *g = &run->v[last];
    bool shape = length(g) == 4 && length(g - 1) == 3 && length(g - 2) == 3;
    return shape && (lead->bracket || strchr("-.", g->before[0]) != NULL);
}

/* A leading zero: the trunk prefix of most countries. */
static bool is_national(const struct digits *d, const struct digits_run *run, int first, int last)
{
    if (d->v[0] != '0' || d->v[1] == '0')
        return false;
    if (first == last)
        return d->n == 10 || d->n == 11;
    if (d->n < 9 || d->n > 12 || length(&run->v[first]) < 2 || length(&run->v[first]) > 6)
        return false;
    return joined_by(run, first, last, " -/()") || last - first >= 3;
}

static bool is_chinese_mobile(const struct digits *d, const struct digits_run *run, int first,
                              int last)
{
    return d->n == 11 && d->v[0] == '1' && d->v[1] >= '3' &&
           (first == last || digits_shape(run, first, "3-4-4", " -"));
}

static bool is_phone(const struct digits *d, const struct digits_run *run, int first, int last,
                     const struct lead *lead)
{
    if (lead->plus)
        return d->n >= 8 && d->n <= PHONE_MAX && d->v[0] != '0';
    if (d->v[0] == '0' && d->v[1] == '0')
        return d->n >= 11 && d->n <= PHONE_MAX + 2 && d->v[2] != '0';
    if (lead->word && d->n >= 7 && d->n <= PHONE_MAX && joined_by(run, first, last, " -./()"))
        return true;
    if (lead->bracket && d->n >= 9 && d->n <= 12 && last > first && length(&run->v[first]) <= 5)
        return true;
    return is_nanp(d, run, first, last, lead) || is_national(d, run, first, last) ||
           is_chinese_mobile(d, run, first, last);
}

/* The longest number that starts with that group; -1 = none does. */
static int longest(const struct fold *f, const struct digits_run *run, int first)
{
    struct lead lead = lead_of(f, run, first);
    int found = -1;
    for (int last = first; last < run->count; last++) {
        struct digits d = digits_of(f, run, first, last);
        if (d.n == 0 || d.n > PHONE_MAX + 2)
            break;
        if (d.n > 6 && is_phone(&d, run, first, last, &lead))
            found = last;
    }
    return found;
}

void scan_phone(const struct fold *f, struct spans *out)
{
    struct digits_run run;
    for (size_t i = 0; digits_next(f, &i, &run);) {
        for (int g = 0; g < run.count; g++) {
            int last = longest(f, &run, g);
            size_t from = run.v[g].from;
            if (last < 0 || !fold_free(f, from, run.v[last].to))
                continue;
            while (from > 0 && (f->c[from - 1] == '+' || f->c[from - 1] == '('))
                from--;
            spans_add(out, from, run.v[last].to);
            g = last;
        }
    }
}
