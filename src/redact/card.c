/* Card numbers: lengths and first digits as the schemes issue them, groups as they are printed, and
 * Luhn's check digit. One in ten numbers passes the check alone, so the rest has to be right too.
 */
#include "redact/find.h"

static int prefix(const struct chain *c, int digits)
{
    int v = 0;
    for (int i = 0; i < digits; i++)
        v = v * 10 + c->d[i];
    return v;
}

static bool within(int v, int low, int high)
{
    return v >= low && v <= high;
}

static bool is_issued(const struct chain *c, int k)
{
    int p2 = prefix(c, 2), p3 = prefix(c, 3), p4 = prefix(c, 4);
    if (k == 14)
        return within(p3, 300, 305) || p2 == 36 || p2 == 38 || p2 == 39;
    if (k == 15)
        return p2 == 34 || p2 == 37;
    if (k == 16)
        return c->d[0] == 4 || within(p2, 51, 55) || within(p4, 2200, 2204) ||
               within(p4, 2221, 2720) || p4 == 6011 || within(p3, 644, 649) || p2 == 65 ||
               within(p4, 3528, 3589) || p2 == 62 || p2 == 50 || within(p2, 56, 58) ||
               within(p2, 60, 61) || p2 == 63 || p2 == 67 || within(p2, 81, 82) || p4 == 9792;
    return k >= 17 && k <= 19 &&
           (p2 == 62 || p2 == 50 || within(p2, 56, 58) || p2 == 63 || p2 == 67 ||
            (k == 19 && c->d[0] == 4));
}

static bool luhn(const struct chain *c, int k)
{
    int sum = 0;
    for (int i = 0; i < k; i++) {
        int d = c->d[k - 1 - i];
        sum += i % 2 == 0 ? d : 2 * d > 9 ? 2 * d - 9 : 2 * d;
    }
    return sum % 10 == 0;
}

static bool is_printed_so(const struct chain *c, int k)
{
    int g[8];
    if (chain_is_bare(c, k))
        return true;
    int n = chain_groups(c, k, g, 8), breaks = 0;
    if (n > 8 || g[0] != 4 || !chain_separated_by(c, k, " -.\n"))
        return false;
    for (int i = 0; i < k; i++)
        breaks += c->sep[i] == '\n';
    if (breaks > 1) /* a column of numbers */
        return false;
    for (int i = 1; i < n; i++) {
        if (g[i] < (i == n - 1 ? 1 : 4))
            return false;
    }
    return true;
}

int card_digits(const struct finder *f, const struct chain *c)
{
    for (int k = c->n < 19 ? c->n : 19; k >= 14; k--) {
        if (chain_ends(f, c, k) && is_issued(c, k) && is_printed_so(c, k) && luhn(c, k))
            return k;
    }
    return 0;
}
