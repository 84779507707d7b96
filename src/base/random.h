/* Random numbers. `struct random` is a seeded, reproducible generator (xoshiro256**; Blackman and
 * Vigna, public domain) for jitter, ids and shuffles; random_bytes is the kernel's, for names
 * that must never collide. */
#ifndef TICKETMILL_BASE_RANDOM_H
#define TICKETMILL_BASE_RANDOM_H

#include <stddef.h>
#include <stdint.h>

struct random {
    uint64_t s[4];
};

void random_seed(struct random *r, uint64_t seed); /* splitmix64 expansion */
void random_seed_system(struct random *r);         /* from the kernel */
uint64_t random_u64(struct random *r);
uint64_t random_below(struct random *r, uint64_t bound); /* 0 … bound-1, unbiased; bound ≥ 1 */
double random_unit(struct random *r);                    /* [0, 1) */
void random_bytes(void *out, size_t n);                  /* getrandom(2); any thread */

/* 26 characters + NUL, sortable by time: Crockford base32 of 48 bits of Unix milliseconds and 80
 * random bits (the ULID layout). Names runs, calls and ledgers. */
#define ID_SIZE 27
void random_id(struct random *r, int64_t unix_us, char out[ID_SIZE]);

#endif
