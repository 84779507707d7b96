/* What people see of a run, of whichever kind: progress while it goes on, the summary at its end.
 */
#ifndef TICKETMILL_CLI_RUN_TOLD_H
#define TICKETMILL_CLI_RUN_TOLD_H

#include "config/config.h"
#include "pipeline/run.h"

/* For run_options.tick; arg: the struct progress. */
void run_told_tick(void *progress, const struct mill_stats *s);

/* On stderr: lines on a terminal, else one log event. files: NULL = a run on Kafka. */
void run_told_end(const struct config *c, const struct run_outcome *out, const char *ledger_path,
                  const struct run_files *files);

#endif
