/* Reading of waits, limits and costs that come as header text.
 *
 * Everything is exact decimal arithmetic on the digits as they stand: the C library's strtod
 * follows the locale, and a cost must not pass through a double.
 */
#include "llm/limits.h"

#include <curl/curl.h>
#include <stdbool.h>
#include <string.h>

#include "base/mem.h"

#define MAX_DIGITS 18 /* of a mantissa; further ones are dropped */

struct decimal {
    int64_t mantissa; /* ≥ 0 */
    int exponent;     /* of ten */
    bool negative;
};

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Reads digits at *at into d; after the point each one lowers the exponent. */
static bool read_digits(struct slice s, size_t *at, struct decimal *d, bool fraction)
{
    size_t from = *at;
    for (; *at < s.n && is_digit(s.p[*at]); ++*at) {
        if (d->mantissa < INT64_C(100000000000000000)) {
            d->mantissa = d->mantissa * 10 + (s.p[*at] - '0');
            d->exponent -= fraction;
        } else {
            d->exponent += !fraction;
        }
    }
    return *at > from;
}

static bool read_exponent(struct slice s, size_t *at, struct decimal *d)
{
    if (*at >= s.n || (s.p[*at] != 'e' && s.p[*at] != 'E'))
        return true;
    size_t i = *at + 1;
    bool negative = i < s.n && s.p[i] == '-';
    if (i < s.n && (s.p[i] == '-' || s.p[i] == '+'))
        i++;
    int e = 0;
    size_t from = i;
    for (; i < s.n && is_digit(s.p[i]); i++)
        e = e < 10000 ? e * 10 + (s.p[i] - '0') : e;
    d->exponent += negative ? -e : e;
    *at = i;
    return i > from;
}

/* [-]digits[.digits][e[+-]digits] at the start of s; *used = its length. */
static bool read_decimal(struct slice s, struct decimal *d, size_t *used)
{
    size_t at = 0;
    *d = (struct decimal){0};
    if (at < s.n && s.p[at] == '-') {
        d->negative = true;
        at++;
    }
    bool digits = read_digits(s, &at, d, false);
    if (at < s.n && s.p[at] == '.') {
        at++;
        digits = read_digits(s, &at, d, true) || digits;
    }
    if (!digits || !read_exponent(s, &at, d))
        return false;
    *used = at;
    return true;
}

/* d * 10^shift rounded to the nearest integer, at most max. */
static int64_t scaled(const struct decimal *d, int shift, int64_t max)
{
    int64_t v = d->mantissa;
    int e = d->exponent + shift;
    for (; e > 0 && v > 0; e--)
        if (__builtin_mul_overflow(v, 10, &v))
            return max;
    int64_t rest = 0;
    for (; e < 0 && v > 0; e++) {
        rest = v % 10;
        v /= 10;
    }
    v += e == 0 && rest >= 5;
    return v < max ? v : max;
}

static int64_t whole_number(struct slice text, int shift, int64_t max)
{
    struct decimal d;
    size_t used;
    text = slice_trim(text);
    if (!read_decimal(text, &d, &used) || used != text.n)
        return -1;
    return d.negative ? 0 : scaled(&d, shift, max);
}

int64_t limits_retry_after(struct slice text, int64_t now_unix_us)
{
    int64_t us = whole_number(text, 6, LIMITS_MAX_US);
    if (us >= 0 || text.n == 0)
        return us;
    char *date = mem_slice(text);
    time_t t = curl_getdate(date, NULL);
    mem_free(date);
    if (t < 0)
        return -1;
    int64_t wait_us = t > INT64_MAX / 1000000 ? LIMITS_MAX_US : (int64_t)t * 1000000 - now_unix_us;
    return wait_us < 0 ? 0 : wait_us < LIMITS_MAX_US ? wait_us : LIMITS_MAX_US;
}

int64_t limits_retry_after_ms(struct slice text)
{
    return whole_number(text, 3, LIMITS_MAX_US);
}

/* One "6m" of a duration. The power of ten and the factor give microseconds. */
static bool read_unit(struct slice s, size_t *used, int64_t *factor, int *shift)
{
    static const struct {
        const char *unit;
        int64_t factor;
        int shift;
    } units[] = {{"ms", 1, 3}, {"us", 1, 0},   {"s", 1, 6},
                 {"m", 60, 6}, {"h", 3600, 6}, {"d", 86400, 6}};
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
        size_t n = strlen(units[i].unit);
        if (s.n >= n && memcmp(s.p, units[i].unit, n) == 0) {
            *used = n;
            *factor = units[i].factor;
            *shift = units[i].shift;
            return true;
        }
    }
    return false;
}

static int64_t duration(struct slice s)
{
    int64_t sum = 0;
    while (s.n > 0) {
        struct decimal d;
        size_t used, unit;
        int64_t factor;
        int shift;
        if (!read_decimal(s, &d, &used) || d.negative ||
            !read_unit(slice_of(s.p + used, s.n - used), &unit, &factor, &shift))
            return -1;
        int64_t part = scaled(&d, shift, LIMITS_MAX_US);
        sum += part > LIMITS_MAX_US / factor ? LIMITS_MAX_US : part * factor;
        sum = sum < LIMITS_MAX_US ? sum : LIMITS_MAX_US;
        s = slice_of(s.p + used + unit, s.n - used - unit);
    }
    return sum;
}

int64_t limits_reset(struct slice text, int64_t now_unix_us)
{
    text = slice_trim(text);
    if (text.n == 0)
        return -1;
    int64_t us = whole_number(text, 6, INT64_MAX);
    if (us < 0)
        return duration(text);
    if (us > INT64_C(1000000000) * 1000000) { /* a time of day: seconds, or milliseconds */
        int64_t at = us > INT64_C(100000000000) * 1000000 ? us / 1000 : us;
        us = at > now_unix_us ? at - now_unix_us : 0;
    }
    return us < LIMITS_MAX_US ? us : LIMITS_MAX_US;
}

int64_t limits_count(struct slice text)
{
    int64_t v;
    return slice_to_i64(slice_trim(text), &v) == ST_OK && v >= 0 ? v : -1;
}

int64_t limits_usd(struct slice text)
{
    struct decimal d;
    size_t used;
    text = slice_trim(text);
    if (!read_decimal(text, &d, &used) || used != text.n || d.negative)
        return -1;
    int64_t pusd = scaled(&d, 12, INT64_MAX);
    return pusd < INT64_MAX ? pusd : -1;
}
