/* Support tickets as a help desk sends them, made up from a seed: for the demo and for tests.
 *
 * The same seed and mix give the same sequence of records on every machine. Most are good tickets
 * in several languages; a chosen share is broken in the ways that real topics are, or repeats an
 * earlier record the way an upstream retry does. Not thread-safe.
 */
#ifndef TICKETMILL_SIM_TICKETS_H
#define TICKETMILL_SIM_TICKETS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/random.h"

/* X(id, name): what a record is. The first group is good, the second one ends in dead letters. */
#define TICKET_KIND_LIST(X)                                                                        \
    X(TICKET_PLAIN, "plain")                                                                       \
    X(TICKET_COPY, "copy")           /* an earlier record again, byte for byte */                  \
    X(TICKET_SAME_ID, "same_id")     /* an earlier id with another text */                         \
    X(TICKET_SAME_TEXT, "same_text") /* an earlier text under another id */                        \
    X(TICKET_NO_ID, "no_id")         /* neither an id nor a key */                                 \
    X(TICKET_TOMBSTONE, "tombstone") /* null value: skipped */                                     \
    X(TICKET_BAD_JSON, "bad_json")   /* cut off somewhere in the middle */                         \
    X(TICKET_BAD_UTF8, "bad_utf8")                                                                 \
    X(TICKET_EMPTY_TEXT, "empty_text") /* subject and body of white space */                       \
    X(TICKET_NOT_OBJECT, "not_object") /* an array, a number, a bare word */                       \
    X(TICKET_FRAMED, "framed")         /* first byte 0, as schema registries write */              \
    X(TICKET_DEEP, "deep")             /* nested a few hundred levels */                           \
    X(TICKET_NUL, "nul")               /* \u0000 or half a surrogate pair in the body */           \
    X(TICKET_OVERSIZE, "oversize")     /* above 256 KiB */

enum ticket_kind {
#define X(id, name) id,
    TICKET_KIND_LIST(X)
#undef X
        TICKET_KIND_COUNT
};

const char *ticket_kind_name(enum ticket_kind kind);

/* Records of each kind in 10,000; the rest is TICKET_PLAIN. */
struct ticket_mix {
    int share[TICKET_KIND_COUNT];
};

extern const struct ticket_mix ticket_mix_clean;   /* plain tickets only */
extern const struct ticket_mix ticket_mix_usual;   /* 1 % broken, 2 % repeated: the demo */
extern const struct ticket_mix ticket_mix_hostile; /* a quarter broken or repeated: crash tests */

#define TICKET_MEMORY 32 /* records kept to be repeated */

struct ticket_gen {
    struct ticket_mix mix;
    struct random random;
    int64_t number;          /* of the next ticket, from 1 */
    int64_t created_unix_us; /* of the next ticket */
    struct {
        int64_t number;
        char *value, *key;
        size_t value_bytes;
        uint64_t text_seed;
    } memory[TICKET_MEMORY];
    int remembered;
};

/* `mix` is copied. first_unix_us = created_at of the first ticket; later ones follow within
 * seconds. */
void ticket_gen_init(struct ticket_gen *g, const struct ticket_mix *mix, uint64_t seed,
                     int64_t first_unix_us);
void ticket_gen_deinit(struct ticket_gen *g);

/* Clears both buffers and writes the next record. For TICKET_TOMBSTONE the value is null, for
 * TICKET_NO_ID the key is (both left empty); every other key is the ticket's id. The value's
 * maximum must be above 300 KiB, the key's above 32 bytes. */
enum ticket_kind ticket_gen_next(struct ticket_gen *g, struct buf *value, struct buf *key);

#endif
