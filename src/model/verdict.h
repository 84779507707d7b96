/* What a model said about one ticket, after checking. */
#ifndef TICKETMILL_MODEL_VERDICT_H
#define TICKETMILL_MODEL_VERDICT_H

#include <stdint.h>

#include "base/slice.h"

#define CONFIDENCE_ONE 1000000 /* confidence is kept in millionths, 0 … CONFIDENCE_ONE */

/* Bits are stored in the ledger: never renumber. Names are what results carry in `flags`. */
#define FLAG_LIST(X)                                                                                \
    X(FLAG_CONFIDENCE_PERCENT, 0, "confidence_percent") /* 1 < value ≤ 100 was read as percent */ \
    X(FLAG_SUMMARY_CUT, 1, "summary_cut")                                                           \
    X(FLAG_USAGE_ESTIMATED, 2, "usage_estimated")                                                   \
    X(FLAG_TEXT_CUT, 3, "text_cut") /* longer than max_text: head and tail were sent */             \
    X(FLAG_UNPRICED, 4, "unpriced")                                                                 \
    X(FLAG_SALVAGED, 5, "salvaged") /* of calls only: not plain JSON as asked */                    \
    X(FLAG_USAGE_CLAMPED, 6, "usage_clamped")                                                       \
    X(FLAG_ABOVE_RESERVATION, 7, "above_reservation")

enum verdict_flag {
#define X(id, bit, name) id = 1 << bit,
    FLAG_LIST(X)
#undef X
};

struct verdict {
    int32_t category;       /* index into the configured categories */
    int32_t confidence_ppm; /* 0 … CONFIDENCE_ONE */
    uint32_t flags;         /* enum verdict_flag */
    struct slice summary;   /* valid UTF-8, one line, within the cap */
    struct slice raw_item;  /* the answer's text for this item; its length is the share's weight */
};

/* "0.93", "1", "0": shortest decimal of millionths. */
#define CONFIDENCE_TEXT_SIZE 9
void confidence_text(int32_t ppm, char out[CONFIDENCE_TEXT_SIZE]);

/* Calls fn with each flag's name in bit order. */
void flags_each(uint32_t flags, void (*fn)(void *self, const char *name), void *self);

#endif
