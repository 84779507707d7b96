/* The ends of a source's records, read back from the books in the order of the input: what a file
 * run writes out. Same thread rules as ledger.h. Slices are borrowed for the call of fn.
 */
#ifndef TICKETMILL_LEDGER_TERMINALS_H
#define TICKETMILL_LEDGER_TERMINALS_H

#include "ledger/ledger.h"

/* `record`: the JSON that was, or would have been, published (contract section 2), byte for byte,
 * however long ago. */
MUST_CHECK enum status ledger_results(struct ledger *l, int32_t source,
                                      void (*fn)(void *self, struct slice record), void *self,
                                      struct fail *fail);

struct ledger_dead {
    struct pos pos;
    enum reason reason;
    int64_t attempts;
    int64_t cost_pusd; /* PUSD_UNPRICED */
    int64_t cost_unknown_pusd;
    struct slice ticket_id, run_id; /* ticket_id NONE = not known */
    /* As long as the letter is kept (ledger.keep.outbox), else NONE and -1. */
    struct slice message;  /* what happened, for people */
    struct slice call_ids; /* separated by commas */
    struct slice value;
    int64_t value_bytes; /* of the whole value when it was cut, else -1 */
};
MUST_CHECK enum status ledger_dead_letters(struct ledger *l, int32_t source,
                                           void (*fn)(void *self, const struct ledger_dead *d),
                                           void *self, struct fail *fail);

struct ledger_ends {
    int64_t results, dead, skipped, pending;
};
MUST_CHECK enum status ledger_source_ends(struct ledger *l, int32_t source, struct ledger_ends *out,
                                          struct fail *fail);

#endif
