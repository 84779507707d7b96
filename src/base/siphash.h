/* SipHash-1-3 (Aumasson and Bernstein): a keyed hash for tables whose keys strangers choose. Not
 * for integrity. Pure. */
#ifndef TICKETMILL_BASE_SIPHASH_H
#define TICKETMILL_BASE_SIPHASH_H

#include <stdint.h>

#include "base/slice.h"

struct siphash_key {
    uint64_t k0, k1;
};

uint64_t siphash_1_3(struct siphash_key key, struct slice s);

#endif
