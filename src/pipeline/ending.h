/* The end of a run in the books: what came of it, whether the figures agree, care of the ledger.
 * Main thread, once loop, ledger thread and publisher have ended. */
#ifndef TICKETMILL_PIPELINE_ENDING_H
#define TICKETMILL_PIPELINE_ENDING_H

#include "pipeline/boot.h"
#include "pipeline/mill.h"
#include "pipeline/run.h"

/* Exit status 0 or 3: everything that was there at the start is done. */
bool ending_is_good(const struct mill *m);

/* Fills the outcome and audits. */
void ending_conclude(const struct boot *b, const struct mill *m, struct run_outcome *out);

/* Notes the run's figures and the file's size, and prunes what its time is over for. Not after an
 * audit that failed: that is to be looked at as it is. Failures are logged, no more. */
void ending_care(const struct boot *b, const struct run_outcome *out);

#endif
