/* Do the books agree with each other and with what was delivered? Pure. */
#ifndef TICKETMILL_PIPELINE_AUDIT_H
#define TICKETMILL_PIPELINE_AUDIT_H

#include <stdbool.h>

#include "ledger/audit.h"
#include "pipeline/mill.h"

/* False with a sentence naming the figures that differ. `complete`: the run ended by itself, so
 * everything terminal must be published and nothing may be in flight. */
bool audit_check(const struct ledger_audit *a, const struct mill_stats *s, bool complete,
                 char *message, size_t size);

#endif
