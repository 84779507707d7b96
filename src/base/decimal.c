/* A number is taken apart into sign, digits without zeros at either end, and the power of ten of
 * its first digit. Two numbers compare by these in that order; nothing is computed with them.
 */
#include "base/decimal.h"

#define EXPONENT_MAX INT64_C(1000000000000000000)

static size_t digits_at(struct slice s, size_t at)
{
    size_t n = 0;
    while (at + n < s.n && s.p[at + n] >= '0' && s.p[at + n] <= '9')
        n++;
    return n;
}

static bool is_at(struct slice s, size_t at, char c)
{
    return at < s.n && s.p[at] == c;
}

/* The parts of a number: whole digits, fraction digits, exponent with its sign. */
struct parts {
    bool negative;
    struct slice whole, fraction, exponent;
};

static bool split(struct slice s, struct parts *p)
{
    *p = (struct parts){.negative = is_at(s, 0, '-')};
    size_t at = p->negative ? 1 : 0, n = digits_at(s, at);
    if (n == 0 || (n > 1 && s.p[at] == '0'))
        return false;
    p->whole = slice_of(s.p + at, n);
    at += n;
    if (is_at(s, at, '.')) {
        n = digits_at(s, ++at);
        if (n == 0)
            return false;
        p->fraction = slice_of(s.p + at, n);
        at += n;
    }
    if (is_at(s, at, 'e') || is_at(s, at, 'E')) {
        size_t sign = is_at(s, at + 1, '+') || is_at(s, at + 1, '-') ? 1 : 0;
        n = digits_at(s, at + 1 + sign);
        if (n == 0)
            return false;
        p->exponent = slice_of(s.p + at + 1, sign + n);
        at += 1 + sign + n;
    }
    return at == s.n;
}

bool decimal_valid(struct slice s)
{
    struct parts p;
    return split(s, &p);
}

static int64_t exponent_of(struct slice s)
{
    if (s.n == 0)
        return 0;
    int64_t v = 0;
    for (size_t i = s.p[0] == '-' || s.p[0] == '+' ? 1 : 0; i < s.n; i++)
        v = v < EXPONENT_MAX / 10 ? v * 10 + (s.p[i] - '0') : EXPONENT_MAX;
    return s.p[0] == '-' ? -v : v;
}

/* The i-th digit of whole and fraction together; '0' behind the last. */
static char digit(const struct parts *p, size_t i)
{
    if (i < p->whole.n)
        return p->whole.p[i];
    i -= p->whole.n;
    return i < p->fraction.n ? p->fraction.p[i] : '0';
}

/* Zeros in front of the first other digit; all of them for zero. */
static size_t leading_zeros(const struct parts *p)
{
    size_t n = 0, all = p->whole.n + p->fraction.n;
    while (n < all && digit(p, n) == '0')
        n++;
    return n;
}

static int compare_digits(const struct parts *a, const struct parts *b, size_t at_a, size_t at_b)
{
    size_t left_a = a->whole.n + a->fraction.n - at_a, left_b = b->whole.n + b->fraction.n - at_b;
    size_t n = left_a > left_b ? left_a : left_b;
    for (size_t i = 0; i < n; i++) {
        char x = digit(a, at_a + i), y = digit(b, at_b + i);
        if (x != y)
            return x < y ? -1 : 1;
    }
    return 0;
}

static bool is_zero(const struct parts *p)
{
    return leading_zeros(p) == p->whole.n + p->fraction.n;
}

/* Without their signs. */
static int compare_size(const struct parts *a, const struct parts *b)
{
    if (is_zero(a) || is_zero(b))
        return is_zero(b) - is_zero(a);
    size_t zeros_a = leading_zeros(a), zeros_b = leading_zeros(b);
    int64_t high_a = exponent_of(a->exponent) + (int64_t)a->whole.n - (int64_t)zeros_a;
    int64_t high_b = exponent_of(b->exponent) + (int64_t)b->whole.n - (int64_t)zeros_b;
    if (high_a != high_b)
        return high_a < high_b ? -1 : 1;
    return compare_digits(a, b, zeros_a, zeros_b);
}

int decimal_compare(struct slice a, struct slice b)
{
    struct parts pa, pb;
    if (!split(a, &pa) || !split(b, &pb))
        return 0;
    bool below_a = pa.negative && !is_zero(&pa), below_b = pb.negative && !is_zero(&pb);
    if (below_a != below_b)
        return below_a ? -1 : 1;
    return below_a ? compare_size(&pb, &pa) : compare_size(&pa, &pb);
}
