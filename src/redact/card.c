/* Payment cards: a prefix and length that a network uses, and Luhn's check digit (ISO/IEC 7812-1).
 * Groups may be set apart by a blank or a dash. */
#include <string.h>

#include "redact/check.h"
#include "redact/digits.h"

/* Networks by their first digits; lengths as a bit set. */
static const struct {
    int low, high, digits; /* of the prefix */
    unsigned lengths;      /* bit n = n digits */
} networks[] = {
    {4, 4, 1, 1u << 13 | 1u << 16 | 1u << 19},              /* Visa */
    {51, 55, 2, 1u << 16},                                  /* Mastercard */
    {2221, 2720, 4, 1u << 16},                              /* Mastercard */
    {34, 34, 2, 1u << 15},                                  /* American Express */
    {37, 37, 2, 1u << 15},                                  /* American Express */
    {300, 305, 3, 1u << 14 | 1u << 16},                     /* Diners Club */
    {36, 36, 2, 1u << 14 | 1u << 16},                       /* Diners Club */
    {38, 39, 2, 1u << 14 | 1u << 16},                       /* Diners Club */
    {6011, 6011, 4, 1u << 16 | 1u << 19},                   /* Discover */
    {644, 659, 3, 1u << 16 | 1u << 19},                     /* Discover */
    {3528, 3589, 4, 1u << 16 | 1u << 19},                   /* JCB */
    {62, 62, 2, 1u << 16 | 1u << 17 | 1u << 18 | 1u << 19}, /* UnionPay */
    {81, 81, 2, 1u << 16},                                  /* UnionPay, RuPay */
    {60, 60, 2, 1u << 16},                                  /* RuPay */
    {5018, 5018, 4, 1u << 16 | 1u << 18 | 1u << 19},        /* Maestro */
    {5020, 5020, 4, 1u << 16},                              /* Maestro */
    {5038, 5038, 4, 1u << 16},                              /* Maestro */
    {6304, 6304, 4, 1u << 16 | 1u << 18 | 1u << 19},        /* Maestro */
    {6759, 6763, 4, 1u << 16 | 1u << 18 | 1u << 19},        /* Maestro */
    {2200, 2204, 4, 1u << 16},                              /* Mir */
    {9792, 9792, 4, 1u << 16},                              /* Troy */
};

static bool is_card(const struct digits *d)
{
    if (d->n < 13 || d->n > 19 || !check_luhn(d->v, (size_t)d->n))
        return false;
    for (size_t i = 0; i < sizeof networks / sizeof *networks; i++) {
        int prefix = 0;
        for (int k = 0; k < networks[i].digits; k++)
            prefix = prefix * 10 + (d->v[k] - '0');
        if (prefix >= networks[i].low && prefix <= networks[i].high)
            return networks[i].lengths >> d->n & 1;
    }
    return false;
}

static bool is_joined(const struct digits_group *g)
{
    return strcmp(g->before, " ") == 0 || strcmp(g->before, "-") == 0;
}

static void scan_run(const struct fold *f, const struct digits_run *run, struct spans *out)
{
    for (int first = 0; first < run->count; first++) {
        for (int last = first; last < run->count; last++) {
            if (last > first && !is_joined(&run->v[last]))
                break;
            struct digits d = digits_of(f, run, first, last);
            if (d.n == 0 || d.n > 19)
                break;
            if (is_card(&d) && fold_free(f, run->v[first].from, run->v[last].to)) {
                spans_add(out, run->v[first].from, run->v[last].to);
                first = last;
                break;
            }
        }
    }
}

void scan_card(const struct fold *f, struct spans *out)
{
    struct digits_run run;
    for (size_t i = 0; digits_next(f, &i, &run);)
        scan_run(f, &run, out);
}
