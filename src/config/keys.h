/* Sections of the key table that live in a file of their own. */
#ifndef TICKETMILL_CONFIG_KEYS_H
#define TICKETMILL_CONFIG_KEYS_H

#include "config/config.h"
#include "config/key.h"

/* One row: K(name, type, struct, member, .note = …) */
#define K(key_name, key_type_, object, member, ...)                                                \
    {                                                                                              \
        .name = (key_name), .type = (key_type_), .at = offsetof(struct object, member),            \
        .size = sizeof(((struct object *)0)->member), __VA_ARGS__                                  \
    }
#define COUNTED(object, member) .count_at = offsetof(struct object, member)
#define KEYS(array)             .keys = (array), .count = (int)(sizeof(array) / sizeof(*(array)))

#define MILLION  1000000
#define SECOND   INT64_C(1000000) /* in microseconds */
#define MINUTE   (60 * SECOND)
#define HOUR     (60 * MINUTE)
#define DAY      (24 * HOUR)
#define YEARS_10 (3650 * DAY)
#define KIB      INT64_C(1024)
#define MIB      (1024 * KIB)
#define GIB      (1024 * MIB)

/* What a route's `when` says, before it becomes fields of struct config_route. */
struct when_draft {
    const char **language, **equals, **in;
    int language_count, equals_count, in_count;
    bool code, image;
    int64_t bytes, greater;
    const char *field, *regex;
};

extern const struct section key_provider, key_model, key_tier, key_route, key_when;

#endif
