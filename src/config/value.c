/* Values that are integers in the end: counts, sizes, durations, money, ratios, hours, dates,
 * enums. Text to integer and back.
 *
 * Exact throughout: decimals are read digit by digit, so that nothing passes through floating
 * point. Each form has one spelling on output, which reads back as the same value.
 */
#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <time.h>

#include "config/load.h"
#include "model/money.h"

#define SECOND INT64_C(1000000)

struct unit {
    const char *name;
    int64_t factor;
};

static const struct unit durations[] = {{"d", 86400 * SECOND}, {"h", 3600 * SECOND},
                                        {"m", 60 * SECOND},    {"s", SECOND},
                                        {"ms", SECOND / 1000}, {NULL, 0}};
static const struct unit sizes[] = {
    {"GiB", 1 << 30}, {"MiB", 1 << 20}, {"KiB", 1 << 10}, {"B", 1}, {NULL, 0}};

bool key_is_value(const struct key *key)
{
    return key->type <= KEY_REF;
}

bool key_is_text(const struct key *key)
{
    return key->type == KEY_TEXT || key->type == KEY_PATH;
}

void value_put(const struct key *key, void *object, int64_t value)
{
    char *field = (char *)object + key->at;
    int32_t narrow = (int32_t)value;
    uint8_t byte = (uint8_t)value;

    if (key->size == sizeof(value))
        memcpy(field, &value, sizeof(value));
    else if (key->size == sizeof(narrow))
        memcpy(field, &narrow, sizeof(narrow));
    else
        memcpy(field, &byte, sizeof(byte));
}

int64_t value_get(const struct key *key, const void *object)
{
    const char *field = (const char *)object + key->at;
    int64_t value;
    int32_t narrow;
    uint8_t byte;

    if (key->size == sizeof(value)) {
        memcpy(&value, field, sizeof(value));
        return value;
    }
    if (key->size == sizeof(narrow)) {
        memcpy(&narrow, field, sizeof(narrow));
        return narrow;
    }
    memcpy(&byte, field, sizeof(byte));
    return byte;
}

/* ---- text to integer --------------------------------------------------------------------- */

/* Digits with '_' between them; *ok tells form, overflow gives INT64_MAX. */
static int64_t parse_digits(struct slice s, bool *ok)
{
    int64_t value = 0;
    bool overflow = false;

    *ok = s.n > 0 && isdigit((unsigned char)s.p[0]) && isdigit((unsigned char)s.p[s.n - 1]);
    for (size_t i = 0; i < s.n && *ok; i++) {
        if (s.p[i] == '_')
            *ok = s.p[i - 1] != '_';
        else if (!isdigit((unsigned char)s.p[i]))
            *ok = false;
        else
            overflow |= __builtin_mul_overflow(value, 10, &value) ||
                        __builtin_add_overflow(value, s.p[i] - '0', &value);
    }
    return overflow ? INT64_MAX : value;
}

static enum value_result parse_count(const struct key *key, struct slice s, int64_t *out)
{
    bool ok, negative = s.n > 0 && s.p[0] == '-';
    int64_t value = parse_digits(negative ? slice_of(s.p + 1, s.n - 1) : s, &ok);

    if (!ok)
        return VALUE_FORM;
    *out = negative ? -value : value;
    return *out < key->min || *out > key->max ? VALUE_RANGE : VALUE_OK;
}

static enum value_result parse_unit(struct slice s, const struct unit *units, int64_t *out)
{
    size_t n = 0;
    bool ok;

    while (n < s.n && (isdigit((unsigned char)s.p[n]) || s.p[n] == '_'))
        n++;
    struct slice name = slice_of(s.p + n, s.n - n);
    int64_t value = parse_digits(slice_of(s.p, n), &ok);
    for (; ok && units->name; units++) {
        if (slice_eq(name, slice_str(units->name)))
            return __builtin_mul_overflow(value, units->factor, out) ? VALUE_RANGE : VALUE_OK;
    }
    return VALUE_FORM;
}

static enum value_result from_status(enum status st)
{
    return st == ST_OK ? VALUE_OK : st == ST_OVERFLOW ? VALUE_RANGE : VALUE_FORM;
}

static enum value_result parse_percent(struct slice s, int64_t *out)
{
    int64_t millionths;
    enum value_result result = from_status(money_parse_price(s, &millionths));

    if (result != VALUE_OK || millionths % 100 != 0)
        return result == VALUE_RANGE ? result : VALUE_FORM;
    *out = millionths / 100;
    return VALUE_OK;
}

static bool two_digits(struct slice s, size_t at, int max, int *out)
{
    if (at + 2 > s.n || !isdigit((unsigned char)s.p[at]) || !isdigit((unsigned char)s.p[at + 1]))
        return false;
    *out = (s.p[at] - '0') * 10 + (s.p[at + 1] - '0');
    return *out <= max;
}

static enum value_result parse_minute(struct slice s, int64_t *out)
{
    int hour, minute;

    if (s.n != 5 || s.p[2] != ':' || !two_digits(s, 0, 23, &hour) || !two_digits(s, 3, 59, &minute))
        return VALUE_FORM;
    *out = hour * 60 + minute;
    return VALUE_OK;
}

/* "2026-11-24" or "2026-11-24T01:02:03Z". */
static enum value_result parse_date(struct slice s, int64_t *out)
{
    int century, year, month, day, hour = 0, minute = 0, second = 0;
    bool time_given = s.n == 20 && s.p[10] == 'T' && s.p[13] == ':' && s.p[16] == ':' &&
                      s.p[19] == 'Z' && two_digits(s, 11, 23, &hour) &&
                      two_digits(s, 14, 59, &minute) && two_digits(s, 17, 59, &second);

    if ((s.n != 10 && !time_given) || s.p[4] != '-' || s.p[7] != '-' ||
        !two_digits(s, 0, 99, &century) || !two_digits(s, 2, 99, &year) ||
        !two_digits(s, 5, 12, &month) || !two_digits(s, 8, 31, &day) || century < 19)
        return VALUE_FORM;
    struct tm tm = {.tm_year = century * 100 + year - 1900,
                    .tm_mon = month - 1,
                    .tm_mday = day,
                    .tm_hour = hour,
                    .tm_min = minute,
                    .tm_sec = second};
    time_t seconds = timegm(&tm);
    if (month == 0 || day == 0 || tm.tm_mday != day) /* 31 April became 1 May */
        return VALUE_FORM;
    *out = (int64_t)seconds * SECOND;
    return VALUE_OK;
}

static enum value_result parse_word(struct slice s, const char *const *names, int64_t *out)
{
    for (int64_t i = 0; names[i]; i++) {
        if (slice_eq(s, slice_str(names[i]))) {
            *out = i;
            return VALUE_OK;
        }
    }
    return VALUE_FORM;
}

static enum value_result parse_truth(struct slice s, int64_t *out)
{
    static const char *const words[] = {"false", "true", "False", "True", "FALSE", "TRUE", NULL};
    enum value_result result = parse_word(s, words, out);

    if (result == VALUE_OK)
        *out &= 1;
    return result;
}

static enum value_result parse_form(const struct key *key, struct slice s, int64_t *out)
{
    switch ((int)key->type) {
    case KEY_BOOL:
        return parse_truth(s, out);
    case KEY_SIZE:
        return parse_unit(s, sizes, out);
    case KEY_DURATION:
        return parse_unit(s, durations, out);
    case KEY_MONEY:
        return from_status(money_parse_usd(s, out));
    case KEY_PRICE:
    case KEY_RATIO:
        return from_status(money_parse_price(s, out));
    case KEY_PERCENT:
        return parse_percent(s, out);
    case KEY_MINUTE:
        return parse_minute(s, out);
    case KEY_DATE:
        return parse_date(s, out);
    case KEY_ENUM:
        return parse_word(s, key->names, out);
    default:
        return VALUE_FORM;
    }
}

static bool has_range(const struct key *key)
{
    return key->type != KEY_BOOL && key->type != KEY_MINUTE && key->type != KEY_DATE &&
           key->type != KEY_ENUM;
}

enum value_result value_parse(const struct key *key, struct slice text, int64_t *out)
{
    int64_t value = 0;
    enum value_result result =
        key->type == KEY_COUNT ? parse_count(key, text, &value) : parse_form(key, text, &value);

    if (result == VALUE_OK && has_range(key) && (value < key->min || value > key->max))
        result = VALUE_RANGE;
    if (result == VALUE_OK)
        *out = value;
    return result;
}

/* ---- integer to text --------------------------------------------------------------------- */

/* value / 10^places, without zeros at the end beyond `keep` places. */
static void print_scaled(int64_t value, int places, int keep, struct buf *out)
{
    char digits[24];
    int64_t one = 1;

    for (int i = 0; i < places; i++)
        one *= 10;
    int n = snprintf(digits, sizeof(digits), "%0*" PRId64, places, value % one);
    while (n > keep && digits[n - 1] == '0')
        n--;
    buf_i64(out, value / one);
    if (n > 0) {
        buf_char(out, '.');
        buf_add(out, digits, (size_t)n);
    }
}

static void print_unit(int64_t value, const struct unit *units, struct buf *out)
{
    const struct unit *unit = units;

    while (unit[1].name && (value % unit->factor != 0 || value == 0))
        unit++;
    buf_i64(out, value / unit->factor);
    buf_str(out, value == 0 && units == durations ? "s" : unit->name);
}

static void print_date(int64_t unix_us, struct buf *out)
{
    time_t seconds = (time_t)(unix_us / SECOND);
    char text[32];
    struct tm tm;

    gmtime_r(&seconds, &tm);
    strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", &tm);
    buf_str(out, text);
}

void value_print(const struct key *key, int64_t value, struct buf *out)
{
    switch ((int)key->type) {
    case KEY_BOOL:
        buf_str(out, value ? "true" : "false");
        break;
    case KEY_SIZE:
        print_unit(value, sizes, out);
        break;
    case KEY_DURATION:
        print_unit(value, durations, out);
        break;
    case KEY_MONEY:
        print_scaled(value, 12, 2, out);
        break;
    case KEY_PRICE:
        print_scaled(value, 6, 2, out);
        break;
    case KEY_RATIO:
        print_scaled(value, 6, 0, out);
        break;
    case KEY_PERCENT:
        print_scaled(value, 4, 0, out);
        break;
    case KEY_MINUTE:
        buf_fmt(out, "\"%02d:%02d\"", (int)(value / 60), (int)(value % 60));
        break;
    case KEY_DATE:
        print_date(value, out);
        break;
    case KEY_ENUM:
        buf_str(out, key->names[value]);
        break;
    default:
        buf_i64(out, value);
        break;
    }
}
