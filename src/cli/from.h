/* `--from`: where a run begins that has nothing committed yet. */
#ifndef TICKETMILL_CLI_FROM_H
#define TICKETMILL_CLI_FROM_H

#include <stdbool.h>
#include <stdint.h>

/* As written on the command line; a day is told apart from a moment because it needs the time
 * zone, which is known once the configuration is read. */
struct from {
    enum { FROM_DEFAULT, FROM_EARLIEST, FROM_OFFSET, FROM_MOMENT, FROM_DAY } kind;
    int64_t value; /* offset; Unix milliseconds; YYYYMMDD */
};

#define FROM_EXPECTED                                                                              \
    "earliest, an offset, a day (2026-11-24) or a moment (2026-11-24T01:02:03Z, +01:00)"

bool from_parse(const char *text, void *field); /* into struct from */

/* Unix milliseconds of the first records wanted, -1 unless it is a day or a moment. A day begins
 * in the time zone of zone_use. */
int64_t from_unix_ms(const struct from *f);
int64_t from_offset(const struct from *f); /* -1 unless it is an offset */

#endif
