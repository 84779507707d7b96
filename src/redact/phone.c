/* Phone numbers. There is no check digit: the form decides, and for bare digits a word before them.
 *
 * Taken without a word: the international form, North American groups, national forms with the
 * trunk 0 in groups, mobile numbers of fixed length, groups as Southern Europe and Brazil write
 * them. Anything else of 7 to 15 digits needs "phone" or the like before it.
 */
#include "redact/find.h"

static const char *const words[] = {
    "phone",     "tel",       "tel.",          "telef",   "tél",       "tlf",      "fono",
    "fax",       "mobil",     "cell",          "cel",     "handy",     "móvil",    "celular",
    "cellulare", "portable",  "whatsapp",      "hotline", "rufnummer", "call me",  "call us",
    "sms",       "ruf mich",  "rappel",        "llam",    "llám",      "telegram", "signal",
    "wechat",    "viber",     "anrufen",       "chiama",  "ligue",     "ligar",    "contacto",
    "callback",  "call back", "numero di tel", "电话",    "手机",      "電話",     "携帯",
    "手機",      "微信",      "联系",          "휴대",    "전화",      "тел",      "Тел",
    NULL};

/* Words that say a number is something else, however it looks. */
static const char *const others[] = {
    "order",   "bestell",   "commande", "pedido", "invoice", "rechnung", "facture",   "factura",
    "fattura", "tracking",  "sendung",  "ticket", "ref",     "ref.",     "reference", "referenz",
    "case",    "serial",    "serien",   "sku",    "part",    "artikel",  "article",   "vorgang",
    "kunden",  "customer",  "account",  "konto",  "imei",    "isbn",     "ean",       "number of",
    "ordine",  "encomenda", "id",       "nr",     "nr.",     "订单",     "注文",      "单号",
    "商品",    "编号",      NULL};

static bool is_about_phones(const struct finder *f, size_t place)
{
    return find_context(f, place, words, 32);
}

static bool within(int v, int low, int high)
{
    return v >= low && v <= high;
}

/* Glued to something that makes it part of a code, an address or an amount. */
static bool is_free(const struct finder *f, const struct chain *c)
{
    char left = before(f, c->start);
    return !c->inside && !strchr("-_/#&=?$*.,+", left ? left : ' ');
}

/* An amount of money or a measure goes on behind the digits. */
static bool is_amount(const struct finder *f, const struct chain *c, int k)
{
    size_t end = c->end[k - 1];
    char next = at(f, end);
    if ((next == ',' || next == '.') && is_digit(at(f, end + 1)))
        return true;
    if (next == ' ')
        end++;
    struct slice rest =
        slice_of(f->text.p + fold_place(&f->folded, end), f->text.n - fold_place(&f->folded, end));
    static const char *const units[] = {"$",    "%",      "€",  "£",  "¥",   "EUR", "USD", "euro",
                                        "Euro", "dollar", "元", "円", "BRL", "pes", "km",  NULL};
    for (const char *const *u = units; *u; u++) {
        size_t n = strlen(*u);
        if (rest.n >= n && memcmp(rest.p, *u, n) == 0)
            return true;
    }
    return false;
}

static bool is_date(const struct chain *c, int k)
{
    int g[CHAIN_MAX], n = chain_groups(c, k, g, CHAIN_MAX);
    bool year_first = n >= 3 && g[0] == 4 && (c->d[0] == 1 || c->d[0] == 2);
    return (year_first && g[1] <= 2 && g[2] <= 2) ||
           (n == 3 && g[0] <= 2 && g[1] <= 2 && (g[2] == 4 || g[2] == 2));
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

/* +49 171 1234567, 0049 171 1234567. The most digits that end with a group. */
static int international(const struct finder *f, const struct chain *c)
{
    bool plus = before(f, c->start) == '+' ||
                (before(f, c->start) == '(' && c->start > 1 && f->s[c->start - 2] == '+');
    int skip = 0;
    char left = c->start > 1 ? f->s[c->start - 2] : ' ';
    if (!plus && c->n > 2 && c->d[0] == 0 && c->d[1] == 0 && is_free(f, c))
        skip = 2;
    if ((!plus && skip == 0) || (plus && is_word(left) && !(is_digit(left) && c->n >= 10)) ||
        c->n <= skip || c->d[skip] == 0)
        return 0;
    for (int k = c->n < 15 + skip ? c->n : 15 + skip; k >= 8 + skip; k--) {
        if (chain_ends(f, c, k) && !(k < c->n && c->sep[k] == '\0'))
            return k >= (skip ? 11 : 8) && !is_amount(f, c, k) ? k : 0;
    }
    return 0;
}

/* 212-555-0142, (212) 555-0142, 1 212 555 0142. */
static int north_american(const struct finder *f, const struct chain *c)
{
    static const int plain[] = {3, 3, 4}, with_one[] = {1, 3, 3, 4};
    int first = c->n > 0 && c->d[0] == 1 ? 1 : 0, k = 10 + first;
    if (!chain_ends(f, c, k) || !is_free(f, c))
        return 0;
    bool grouped = first ? are_groups(c, k, 4, with_one) : are_groups(c, k, 3, plain);
    return grouped && c->d[first] >= 2 && c->d[first + 3] >= 2 ? k : 0;
}

/* 0171 1234567, 01 23 45 67 89, 03-1234-5678, 020 7946 0958: a trunk 0 and groups. */
static int trunk(const struct finder *f, const struct chain *c)
{
    int g[8];
    if (c->n < 9 || c->d[0] != 0 || c->d[1] == 0 || !is_free(f, c))
        return 0;
    for (int k = c->n < 12 ? c->n : 12; k >= 9; k--) {
        if (!chain_ends(f, c, k))
            continue;
        int n = chain_groups(c, k, g, 8);
        bool pairs = n == 5 && k == 10 && g[0] == 2 && g[1] == 2 && g[4] == 2;
        bool area =
            n >= 2 && n <= 5 && g[0] >= 2 && g[0] <= 6 && (n == 2 ? g[1] >= 4 : g[n - 1] >= 2);
        if (c->n > k && k < 10)
            return 0;
        return (pairs || area) && !is_date(c, k) && !is_amount(f, c, k) ? k : 0;
    }
    return 0;
}

/* Mobile numbers of fixed length, bare: Germany, France, Japan, United Kingdom, Italy with +. */
static bool is_bare_mobile(const struct chain *c)
{
    const uint8_t *d = c->d;
    if (d[0] != 0)
        return false;
    if (c->n == 10)
        return d[1] == 6 || d[1] == 7; /* France */
    if (c->n == 11)
        return (d[1] == 1 && within(d[2], 5, 7)) || d[1] == 7 || (within(d[1], 7, 9) && d[2] == 0);
    return c->n == 12 && d[1] == 1 && within(d[2], 5, 7);
}

/* China: 1[3-9] and nine more; bare only beside Chinese, or in the groups 3-4-4. */
static int chinese(const struct finder *f, const struct chain *c)
{
    static const int grouped[] = {3, 4, 4};
    char left = before(f, c->start);
    if (c->n < 11 || c->d[0] != 1 || c->d[1] < 3 || !chain_ends(f, c, 11) || c->inside)
        return 0;
    if (are_groups(c, 11, 3, grouped))
        return 11;
    if (is_amount(f, c, 11))
        return 0;
    bool beside =
        left == FOLD_SCRIPT || at(f, c->end[10]) == FOLD_SCRIPT ||
        (strchr(":, ", left ? left : ' ') && c->start >= 2 && f->s[c->start - 2] == FOLD_SCRIPT);
    return c->n == 11 && chain_is_bare(c, 11) && beside && !find_context(f, c->start, others, 24)
               ? 11
               : 0;
}

/* 612 345 678, 612 34 56 78, 347 123 4567, (11) 91234-5678. */
static int southern(const struct finder *f, const struct chain *c)
{
    static const int triples[] = {3, 3, 3}, pairs[] = {3, 2, 2, 2}, italian[] = {3, 3, 4},
                     italian7[] = {3, 7}, brazil[] = {2, 5, 4}, brazil8[] = {2, 4, 4};
    int first = c->n > 0 ? c->d[0] : 0;
    if (!is_free(f, c))
        return 0;
    if (chain_ends(f, c, 9) && !is_amount(f, c, 9) && (first >= 6 || (first == 2 && c->d[1] > 0)) &&
        c->n == 9 && chain_separated_by(c, 9, " -") &&
        (are_groups(c, 9, 3, triples) || are_groups(c, 9, 4, pairs)))
        return 9;
    if (first == 3 && chain_ends(f, c, 10) &&
        (are_groups(c, 10, 3, italian) || are_groups(c, 10, 2, italian7)))
        return 10;
    bool area = before(f, c->start) == '(' && c->n > 2 && c->sep[2] == 'P';
    if (area && chain_ends(f, c, 11) && are_groups(c, 11, 3, brazil))
        return 11;
    return area && chain_ends(f, c, 10) && are_groups(c, 10, 3, brazil8) ? 10 : 0;
}

/* Any digits at all behind a word for it. */
static int announced(const struct finder *f, const struct chain *c)
{
    if (!is_about_phones(f, c->start) || c->inside)
        return 0;
    for (int k = c->n < 15 ? c->n : 15; k >= 7; k--) {
        if (chain_ends(f, c, k))
            return is_date(c, k) || is_amount(f, c, k) || find_context(f, c->start, others, 12) ? 0
                                                                                                : k;
    }
    return 0;
}

int phone_digits(const struct finder *f, const struct chain *c)
{
    int k = international(f, c);
    if (c->n < 7)
        return 0;
    bool plus = k > 0 && c->d[0] != 0; /* 0049 may begin a serial number as well */
    if (!plus && find_context(f, c->start, others, 16) && !is_about_phones(f, c->start))
        return 0;
    if (k == 0)
        k = north_american(f, c);
    if (k == 0)
        k = chinese(f, c);
    if (k == 0)
        k = trunk(f, c);
    if (k == 0)
        k = southern(f, c);
    if (k == 0 && is_free(f, c) && c->n <= 12 && chain_ends(f, c, c->n) && chain_is_bare(c, c->n) &&
        is_bare_mobile(c))
        k = c->n;
    return k ? k : announced(f, c);
}
