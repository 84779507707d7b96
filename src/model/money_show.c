/* Rounds picodollars for tables and sentences. A cost per ticket is far below a cent, so it is
 * always shown per 1,000 tickets with three digits that mean something; an amount that is there
 * never prints as nothing. Nothing computed here is ever added up again.
 */
#include "model/money_show.h"

#include <stdio.h>
#include <string.h>

#include "base/human.h"
#include "model/money.h"

static const char unpriced[] = "unpriced";

void money_show(int64_t pusd, char out[MONEY_SHOW_SIZE])
{
    const int64_t cent = PUSD_PER_USD / 100;
    char dollars[HUMAN_SIZE];

    if (pusd < 0) {
        memcpy(out, unpriced, sizeof unpriced);
        return;
    }
    if (pusd > 0 && pusd < cent) {
        memcpy(out, "<0.01", 6);
        return;
    }
    int64_t cents = pusd / cent + (pusd % cent >= cent / 2);
    human_count(cents / 100, dollars);
    snprintf(out, MONEY_SHOW_SIZE, "%s.%02d", dollars, (int)(cents % 100));
}

/* Amount = value × 10^-places USD, value > 0. */
static void show_digits(__int128 value, int places, char out[MONEY_SHOW_SIZE])
{
    char whole[HUMAN_SIZE];
    __int128 unit = 1;

    while (value >= 1000 && places > 0) { /* drop digits until three are left */
        bool last = value < 10000 || places == 1;
        value = last ? (value + 5) / 10 : value / 10; /* rounded once, at the last */
        places--;
    }
    for (int i = 0; i < places; i++)
        unit *= 10;
    human_count((int64_t)(value / unit), whole);
    if (places == 0)
        snprintf(out, MONEY_SHOW_SIZE, "%s", whole);
    else
        snprintf(out, MONEY_SHOW_SIZE, "%s.%0*lld", whole, places, (long long)(value % unit));
}

void money_show_digits(int64_t pusd, char out[MONEY_SHOW_SIZE])
{
    if (pusd < 0)
        memcpy(out, unpriced, sizeof unpriced);
    else if (pusd == 0)
        memcpy(out, "0", 2);
    else
        show_digits(pusd, 12, out);
}

void money_show_per_1000(int64_t pusd, int64_t count, char out[MONEY_SHOW_SIZE])
{
    if (pusd < 0) {
        memcpy(out, unpriced, sizeof unpriced);
    } else if (count <= 0) {
        memcpy(out, "-", 2);
    } else if (pusd == 0) {
        memcpy(out, "0", 2);
    } else {
        /* Six more places than picodollars, so that even the smallest share keeps its digits. */
        __int128 value = (__int128)pusd * 1000 * 1000000 / count;
        if (value > 0)
            show_digits(value, 18, out);
        else
            memcpy(out, "<0.000000000000000001", 22);
    }
}
