/* Numbers for tables, progress and messages. What a machine reads is written elsewhere, exactly;
 * here digits are dropped for the eye, by integer arithmetic.
 */
#include "base/human.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static void none(char out[HUMAN_SIZE])
{
    memcpy(out, "-", 2);
}

void human_count(int64_t n, char out[HUMAN_SIZE])
{
    char digits[HUMAN_SIZE];
    uint64_t size = n < 0 ? 0 - (uint64_t)n : (uint64_t)n;
    int count = snprintf(digits, sizeof digits, "%" PRIu64, size);
    int at = 0;

    if (n < 0)
        out[at++] = '-';
    for (int i = 0; i < count; i++) {
        if (i > 0 && (count - i) % 3 == 0)
            out[at++] = ',';
        out[at++] = digits[i];
    }
    out[at] = '\0';
}

/* value / unit with one or two decimals, rounded half up. */
static void decimal(int64_t value, int64_t unit, int places, const char *suffix,
                    char out[HUMAN_SIZE])
{
    int64_t scale = places == 2 ? 100 : 10;
    int64_t whole = value / unit, rest = (value % unit * scale + unit / 2) / unit;

    if (rest == scale) {
        whole++;
        rest = 0;
    }
    snprintf(out, HUMAN_SIZE, "%" PRId64 ".%0*" PRId64 " %s", whole, places, rest, suffix);
}

void human_latency(int64_t us, char out[HUMAN_SIZE])
{
    if (us < 0)
        none(out);
    else if (us < 999500)
        snprintf(out, HUMAN_SIZE, "%" PRId64 " ms", (us + 500) / 1000);
    else
        decimal(us, 1000000, us < 9995000 ? 2 : 1, "s", out);
}

void human_span(int64_t seconds, char out[HUMAN_SIZE])
{
    if (seconds < 0)
        none(out);
    else if (seconds < 60)
        snprintf(out, HUMAN_SIZE, "%" PRId64 "s", seconds);
    else if (seconds < 3600)
        snprintf(out, HUMAN_SIZE, "%" PRId64 "m %02" PRId64 "s", seconds / 60, seconds % 60);
    else if (seconds < 86400)
        snprintf(out, HUMAN_SIZE, "%" PRId64 "h %02" PRId64 "m", seconds / 3600,
                 seconds % 3600 / 60);
    else
        snprintf(out, HUMAN_SIZE, "%" PRId64 "d %02" PRId64 "h", seconds / 86400,
                 seconds % 86400 / 3600);
}

void human_bytes(int64_t bytes, char out[HUMAN_SIZE])
{
    static const char *const units[] = {"KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
    int64_t unit = 1024;
    size_t i = 0;

    if (bytes < 0) {
        none(out);
        return;
    }
    if (bytes < 1024) {
        snprintf(out, HUMAN_SIZE, "%" PRId64 " B", bytes);
        return;
    }
    for (; i + 1 < sizeof units / sizeof *units && bytes / 1024 >= unit; i++)
        unit *= 1024;
    /* The remainder times ten must not overflow. */
    if (unit >= INT64_C(1) << 50) {
        bytes >>= 20;
        unit >>= 20;
    }
    decimal(bytes, unit, 1, units[i], out);
}
