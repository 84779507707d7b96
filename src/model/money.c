/* Exact money: decimal text to picodollars and back, checked sums, fair division.
 *
 * Stands under everything that books, reserves or reports an amount. Knows nothing of prices in
 * force, of currencies other than USD or of rounding: an amount that cannot be exact is refused.
 */
#include "model/money.h"

#include <assert.h>
#include <stdlib.h>

#include "base/mem.h"

#define USD_PLACES   12
#define PRICE_PLACES 6

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* '_' may only stand between two digits. */
static bool separates_digits(struct slice text, size_t at)
{
    return at > 0 && at + 1 < text.n && is_digit(text.p[at - 1]) && is_digit(text.p[at + 1]);
}

/* The value times 10^places as an integer; fewer places than that are filled up with zeros. */
static enum status parse_scaled(struct slice text, int places, int64_t *out)
{
    int64_t value = 0;
    int behind_point = -1; /* digits after the point; -1 = no point yet */
    bool too_large = false;

    if (text.n == 0 || !is_digit(text.p[0]) || !is_digit(text.p[text.n - 1]))
        return ST_BAD_JSON;
    for (size_t i = 0; i < text.n; i++) {
        char c = text.p[i];
        if (c == '.' && behind_point < 0) {
            behind_point = 0; /* a digit stands before it: '_' only ever stands between two */
        } else if (c == '_' && separates_digits(text, i)) {
            continue;
        } else if (!is_digit(c) || behind_point == places) {
            return ST_BAD_JSON;
        } else {
            behind_point += behind_point >= 0;
            too_large |= __builtin_mul_overflow(value, 10, &value);
            too_large |= __builtin_add_overflow(value, c - '0', &value);
        }
    }
    for (int i = behind_point < 0 ? 0 : behind_point; i < places; i++)
        too_large |= __builtin_mul_overflow(value, 10, &value);
    if (too_large)
        return ST_OVERFLOW;
    *out = value;
    return ST_OK;
}

enum status money_parse_usd(struct slice text, int64_t *pusd)
{
    return parse_scaled(text, USD_PLACES, pusd);
}

enum status money_parse_price(struct slice text, int64_t *pusd_per_token)
{
    return parse_scaled(text, PRICE_PLACES, pusd_per_token);
}

void money_text(int64_t pusd, char out[MONEY_TEXT_SIZE])
{
    uint64_t left = pusd < 0 ? -(uint64_t)pusd : (uint64_t)pusd;
    char digits[MONEY_TEXT_SIZE]; /* in reverse */
    size_t n = 0, at = 0;

    do {
        if (n == USD_PLACES)
            digits[n++] = '.';
        digits[n++] = (char)('0' + left % 10);
        left /= 10;
    } while (left > 0 || n <= USD_PLACES + 1);
    if (pusd < 0)
        out[at++] = '-';
    while (n > 0)
        out[at++] = digits[--n];
    out[at] = '\0';
}

bool money_add(int64_t a, int64_t b, int64_t *out)
{
    int64_t sum;

    if (a < 0 || b < 0 || __builtin_add_overflow(a, b, &sum))
        return false;
    *out = sum;
    return true;
}

bool money_mul(int64_t tokens, int64_t pusd_per_token, int64_t *out)
{
    int64_t product;

    if (tokens < 0 || pusd_per_token < 0 ||
        __builtin_mul_overflow(tokens, pusd_per_token, &product))
        return false;
    *out = product;
    return true;
}

typedef unsigned __int128 wide; /* total * weight: two int64 need 126 bits */

struct remainder {
    wide left;
    size_t index;
};

static int by_remainder(const void *a, const void *b)
{
    const struct remainder *x = a, *y = b;

    if (x->left != y->left)
        return x->left > y->left ? -1 : 1;
    return x->index < y->index ? -1 : 1;
}

void money_split(int64_t total, const int64_t *weights, size_t count, int64_t *parts)
{
    wide sum = 0;

    assert(total >= 0 && count >= 1);
    for (size_t i = 0; i < count; i++) {
        assert(weights[i] >= 0);
        sum += (uint64_t)weights[i];
    }
    struct remainder *remainders = mem_array(count, sizeof(*remainders));
    int64_t given = 0;
    for (size_t i = 0; i < count; i++) {
        wide share = (wide)total * (sum == 0 ? 1 : (wide)weights[i]);
        wide whole = sum == 0 ? (wide)count : sum;
        parts[i] = (int64_t)(share / whole);
        remainders[i] = (struct remainder){share % whole, i};
        given += parts[i];
    }
    if (given < total)
        qsort(remainders, count, sizeof(*remainders), by_remainder);
    for (size_t i = 0; given < total; i++, given++)
        parts[remainders[i].index]++;
    mem_free(remainders);
}
