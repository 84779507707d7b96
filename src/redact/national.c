/* National ids of digits. Taken where a checksum and a date make chance hits rare; where the check
 * alone would let one number in ten through, only in the printed groups or behind their name.
 */
#include "redact/find.h"

static int number(const struct chain *c, int from, int digits)
{
    int v = 0;
    for (int i = from; i < from + digits; i++)
        v = v * 10 + c->d[i];
    return v;
}

static bool is_day(int month, int day)
{
    static const int days[] = {31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    return month >= 1 && month <= 12 && day >= 1 && day <= days[month - 1];
}

static int weighted(const struct chain *c, const int *weights, int n)
{
    int sum = 0;
    for (int i = 0; i < n; i++)
        sum += c->d[i] * weights[i];
    return sum;
}

static bool are_groups(const struct chain *c, int k, int count, const int *want)
{
    int g[8], n = chain_groups(c, k, g, 8);
    for (int i = 0; n == count && i < n; i++) {
        if (g[i] != want[i])
            return false;
    }
    return n == count;
}

static bool is_named(const struct finder *f, const struct chain *c, const char *const *names)
{
    return find_context(f, c->start, names, 40);
}

/* China, 18: region, date of birth, serial, ISO 7064 mod 11-2; the check may be an X. */
static size_t chinese(const struct finder *f, const struct chain *c)
{
    static const int w[] = {7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2};
    static const int printed[] = {6, 8, 4}, printed_x[] = {6, 8, 3};
    if (c->n < 17 || c->n > 18 || c->d[0] < 1 || c->d[0] > 8)
        return 0;
    int year = number(c, 6, 4), check = (12 - weighted(c, w, 17) % 11) % 11;
    if (year < 1900 || year > 2099 || !is_day(number(c, 10, 2), number(c, 12, 2)))
        return 0;
    if (c->n == 17) {
        size_t end = c->end[16];
        bool whole = chain_is_bare(c, 17) || are_groups(c, 17, 3, printed_x);
        return whole && check == 10 && upper(at(f, end)) == 'X' && !is_word(at(f, end + 1))
                   ? end + 1
                   : 0;
    }
    bool whole = chain_is_bare(c, 18) || are_groups(c, 18, 3, printed);
    return whole && c->d[17] == check && chain_ends(f, c, 18) ? c->end[17] : 0;
}

/* United States, 9: no check digit, so the printed form and the numbers that are never issued. */
static size_t american(const struct finder *f, const struct chain *c)
{
    static const int printed[] = {3, 2, 4};
    static const char *const names[] = {"ssn", "social security", "social sec", "itin", NULL};
    if (!chain_ends(f, c, 9))
        return 0;
    int area = number(c, 0, 3);
    bool issued =
        area > 0 && area != 666 && area < 900 && number(c, 3, 2) > 0 && number(c, 5, 4) > 0;
    bool dashes = are_groups(c, 9, 3, printed) && chain_separated_by(c, 9, "-") && !c->inside;
    bool whole =
        dashes || ((chain_is_bare(c, 9) || are_groups(c, 9, 3, printed)) && is_named(f, c, names));
    return issued && whole && (c->n == 9 || !dashes || c->sep[9] != '-') ? c->end[8] : 0;
}

/* Germany, 11: ISO 7064 mod 11,10; of the first ten digits exactly one stands there more than once.
 */
static size_t german(const struct finder *f, const struct chain *c)
{
    static const int printed[] = {2, 3, 3, 3};
    int seen[10] = {0}, repeated = 0, most = 0, product = 10;
    if (!chain_ends(f, c, 11) || c->d[0] == 0)
        return 0;
    for (int i = 0; i < 10; i++) {
        int n = ++seen[c->d[i]];
        repeated += n == 2;
        most = n > most ? n : most;
        int sum = (c->d[i] + product) % 10;
        product = (sum == 0 ? 10 : sum) * 2 % 11;
    }
    bool whole = chain_is_bare(c, 11) || are_groups(c, 11, 4, printed);
    return whole && repeated == 1 && most <= 3 && (11 - product) % 10 == c->d[10] ? c->end[10] : 0;
}

/* France, 13 + 2: sex, year, month, department, …, 97 - the rest mod 97. Corsica's letters are
 * find_codes' business. */
static size_t french(const struct finder *f, const struct chain *c)
{
    int64_t v = 0;
    if (!chain_ends(f, c, 15) || !strchr("\1\2\3\4\7\10", c->d[0]) || c->d[0] == 0)
        return 0;
    int month = number(c, 3, 2);
    bool dated = (month >= 1 && month <= 12) || (month >= 20 && month <= 42) || month >= 50;
    for (int i = 0; i < 13; i++)
        v = v * 10 + c->d[i];
    int g[8], n = chain_groups(c, 15, g, 8);
    bool whole = n <= 7 && chain_separated_by(c, 15, " .-") && (n == 1 || g[0] == 1 || g[0] == 13);
    return whole && dated && number(c, 13, 2) == 97 - (int)(v % 97) ? c->end[14] : 0;
}

/* Brazil, 9 + 2. */
static size_t brazilian(const struct finder *f, const struct chain *c)
{
    static const int printed[] = {3, 3, 3, 2};
    static const int w1[] = {10, 9, 8, 7, 6, 5, 4, 3, 2}, w2[] = {11, 10, 9, 8, 7, 6, 5, 4, 3, 2};
    bool alike = true;
    if (!chain_ends(f, c, 11) || !(chain_is_bare(c, 11) || are_groups(c, 11, 4, printed)))
        return 0;
    for (int i = 1; i < 11; i++)
        alike &= c->d[i] == c->d[0];
    int first = weighted(c, w1, 9) * 10 % 11 % 10, second = weighted(c, w2, 10) * 10 % 11 % 10;
    return !alike && c->d[9] == first && c->d[10] == second ? c->end[10] : 0;
}

static const uint8_t verhoeff_d[10][10] = {
    {0, 1, 2, 3, 4, 5, 6, 7, 8, 9}, {1, 2, 3, 4, 0, 6, 7, 8, 9, 5}, {2, 3, 4, 0, 1, 7, 8, 9, 5, 6},
    {3, 4, 0, 1, 2, 8, 9, 5, 6, 7}, {4, 0, 1, 2, 3, 9, 5, 6, 7, 8}, {5, 9, 8, 7, 6, 0, 4, 3, 2, 1},
    {6, 5, 9, 8, 7, 1, 0, 4, 3, 2}, {7, 6, 5, 9, 8, 2, 1, 0, 4, 3}, {8, 7, 6, 5, 9, 3, 2, 1, 0, 4},
    {9, 8, 7, 6, 5, 4, 3, 2, 1, 0}};
static const uint8_t verhoeff_p[8][10] = {
    {0, 1, 2, 3, 4, 5, 6, 7, 8, 9}, {1, 5, 7, 6, 2, 8, 3, 0, 9, 4}, {5, 8, 0, 3, 7, 9, 6, 1, 4, 2},
    {8, 9, 1, 6, 0, 4, 3, 5, 2, 7}, {9, 4, 5, 3, 1, 2, 6, 8, 7, 0}, {4, 2, 8, 6, 5, 7, 3, 9, 0, 1},
    {2, 7, 9, 3, 8, 0, 6, 4, 1, 5}, {7, 0, 4, 6, 9, 1, 3, 2, 5, 8}};

static bool verhoeff(const struct chain *c, int k)
{
    uint8_t v = 0;
    for (int i = 0; i < k; i++)
        v = verhoeff_d[v][verhoeff_p[i % 8][c->d[k - 1 - i]]];
    return v == 0;
}

/* India, 12: Verhoeff. */
static size_t indian(const struct finder *f, const struct chain *c)
{
    static const int printed[] = {4, 4, 4};
    static const char *const names[] = {"aadhaar", "aadhar", "uidai", "आधार", NULL};
    if (c->n != 12 || c->inside || !chain_ends(f, c, 12) || c->d[0] < 2 || !verhoeff(c, 12))
        return 0;
    bool whole = are_groups(c, 12, 3, printed) || (chain_is_bare(c, 12) && is_named(f, c, names));
    return whole ? c->end[11] : 0;
}

/* Poland, 11: date of birth with the century in its month. */
static size_t polish(const struct finder *f, const struct chain *c)
{
    static const int w[] = {1, 3, 7, 9, 1, 3, 7, 9, 1, 3, 1};
    static const char *const names[] = {"pesel", NULL};
    return c->n == 11 && chain_is_bare(c, 11) && chain_ends(f, c, 11) &&
                   is_day(number(c, 2, 2) % 20, number(c, 4, 2)) && weighted(c, w, 11) % 10 == 0 &&
                   is_named(f, c, names)
               ? c->end[10]
               : 0;
}

/* Korea, 6-7: date of birth, sex and century. */
static size_t korean(const struct finder *f, const struct chain *c)
{
    static const int printed[] = {6, 7};
    return c->n == 13 && are_groups(c, 13, 2, printed) && chain_separated_by(c, 13, "-") &&
                   chain_ends(f, c, 13) && is_day(number(c, 2, 2), number(c, 4, 2)) &&
                   c->d[6] >= 1 && c->d[6] <= 8
               ? c->end[12]
               : 0;
}

/* Those whose check lets too many through: behind their name only. */
static size_t named(const struct finder *f, const struct chain *c)
{
    static const char *const japanese[] = {"my number", "マイナンバー", "個人番号", NULL};
    static const char *const portuguese[] = {"nif", "contribuinte", NULL};
    static const char *const dutch[] = {"bsn", "burgerservice", "sofinummer", NULL};
    static const int nine[] = {9, 8, 7, 6, 5, 4, 3, 2}, jp[] = {6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2};
    if (c->n == 12 && chain_ends(f, c, 12)) {
        int r = weighted(c, jp, 11) % 11;
        return c->d[11] == (r <= 1 ? 0 : 11 - r) && is_named(f, c, japanese) ? c->end[11] : 0;
    }
    if (c->n != 9 || !chain_ends(f, c, 9))
        return 0;
    int sum = weighted(c, nine, 8), r = sum % 11;
    bool pt = c->d[8] == (r <= 1 ? 0 : 11 - r) && is_named(f, c, portuguese);
    bool nl = (sum - c->d[8]) % 11 == 0 && is_named(f, c, dutch);
    return pt || nl ? c->end[8] : 0;
}

size_t national_end(const struct finder *f, const struct chain *c)
{
    static size_t (*const forms[])(const struct finder *f, const struct chain *c) = {
        chinese, french, german, brazilian, indian, korean, polish, american, named};
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
        size_t end = c->n >= 9 ? forms[i](f, c) : 0;
        if (end > 0)
            return end;
    }
    return 0;
}
