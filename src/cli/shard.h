/* The option --shard I/N, as an OPTION_PARSED value. */
#ifndef TICKETMILL_CLI_SHARD_H
#define TICKETMILL_CLI_SHARD_H

#include <stdbool.h>

struct shard {
    int index, count; /* 0 ≤ index < count */
};

#define SHARD_EXPECTED "I/N with 0 <= I < N"

bool shard_parse(const char *text, void *field); /* field: struct shard * */

#endif
