/* What people say tickets are, kept beside the results. Thread rules as in ledger.h. */
#ifndef TICKETMILL_LEDGER_LABEL_H
#define TICKETMILL_LEDGER_LABEL_H

#include "ledger/ledger.h"

struct ledger_label {
    struct slice ticket_id, category;
};

struct ledger_labelled {
    int64_t added, changed, same; /* against what was known before; sum = count */
    int64_t tickets;              /* ids among them that have a ticket … */
    int64_t results;              /* … and a result; the others wait for theirs */
};

/* Keeps all of them or none. An id that stands twice has the last one's category. origin: the
 * file, for people. */
MUST_CHECK enum status ledger_labels(struct ledger *l, const struct ledger_label *labels,
                                     size_t count, const char *origin, struct ledger_labelled *out,
                                     struct fail *fail);

#endif
