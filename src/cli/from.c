/* Reads `--from`. Moments as in RFC 3339, with whole seconds and a zone of their own. */
#include "cli/from.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/slice.h"

struct civil {
    int year, month, day, hour, minute, second;
};

static bool is_civil(const struct civil *c)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = (c->year % 4 == 0 && c->year % 100 != 0) || c->year % 400 == 0;
    return c->year >= 1970 && c->month >= 1 && c->month <= 12 && c->day >= 1 &&
           c->day <= days[c->month - 1] + (leap && c->month == 2) && c->hour <= 23 &&
           c->minute <= 59 && c->second <= 59;
}

static struct tm tm_of(const struct civil *c)
{
    return (struct tm){.tm_year = c->year - 1900,
                       .tm_mon = c->month - 1,
                       .tm_mday = c->day,
                       .tm_hour = c->hour,
                       .tm_min = c->minute,
                       .tm_sec = c->second,
                       .tm_isdst = -1};
}

/* "Z" or "+hh:mm" in seconds. */
static bool read_zone(const char *text, int *seconds)
{
    int hours, minutes, end = 0;
    char sign[2];
    *seconds = 0;
    if (strcmp(text, "Z") == 0)
        return true;
    if (sscanf(text, "%1[+-]%2d:%2d%n", sign, &hours, &minutes, &end) != 3 || end != 6 ||
        text[end] != '\0' || hours > 14 || minutes > 59)
        return false;
    *seconds = (hours * 60 + minutes) * 60 * (*sign == '-' ? -1 : 1);
    return true;
}

static bool read_moment(const char *text, const struct civil *c, int end, struct from *f)
{
    int zone;
    struct tm tm = tm_of(c);
    if (end != (int)strlen("2026-11-24T01:02:03") || !read_zone(text + end, &zone))
        return false;
    *f = (struct from){FROM_MOMENT, ((int64_t)timegm(&tm) - zone) * 1000};
    return f->value >= 0;
}

bool from_parse(const char *text, void *field)
{
    struct from *f = field;
    struct civil c = {0};
    int64_t offset;
    int day_end = 0, end = 0;
    if (strcmp(text, "earliest") == 0) {
        *f = (struct from){FROM_EARLIEST, 0};
        return true;
    }
    if (slice_to_i64(slice_str(text), &offset) == ST_OK) {
        *f = (struct from){FROM_OFFSET, offset};
        return offset >= 0;
    }
    int fields = sscanf(text, "%4d-%2d-%2d%nT%2d:%2d:%2d%n", &c.year, &c.month, &c.day, &day_end,
                        &c.hour, &c.minute, &c.second, &end);
    if (fields < 3 || day_end != (int)strlen("2026-11-24") || !is_civil(&c))
        return false;
    if (fields == 6)
        return read_moment(text, &c, end, f);
    *f = (struct from){FROM_DAY, (c.year * 100 + c.month) * 100 + c.day};
    return fields == 3 && text[day_end] == '\0';
}

int64_t from_unix_ms(const struct from *f)
{
    if (f->kind == FROM_MOMENT)
        return f->value;
    if (f->kind != FROM_DAY)
        return -1;
    struct tm tm = tm_of(&(struct civil){.year = (int)(f->value / 10000),
                                         .month = (int)(f->value / 100 % 100),
                                         .day = (int)(f->value % 100)});
    return (int64_t)mktime(&tm) * 1000;
}

int64_t from_offset(const struct from *f)
{
    return f->kind == FROM_OFFSET ? f->value : -1;
}
