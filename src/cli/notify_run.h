/* Telling a webhook how a run ended (notify.webhook). */
#ifndef TICKETMILL_CLI_NOTIFY_RUN_H
#define TICKETMILL_CLI_NOTIFY_RUN_H

#include "config/config.h"
#include "pipeline/run.h"

/* Before a run: can it be told as configured? 78 with the reason on stderr, else 0. */
MUST_CHECK int notify_check(const struct config *c);

/* After a run, its ledger given back: one message, tried as often and as long as configured. Never
 * changes the exit status; a failure is a warning, a signal ends it. Does nothing without a
 * webhook. */
void notify_run(const struct config *c, const struct run_outcome *out, const char *ledger_path);

/* The message, for tests; nights: those before, of the ledger. */
struct night_figures {
    int64_t tickets, dead, cost_pusd, duration_us; /* cost without second opinions */
};
void notify_message(const struct run_outcome *out, const struct night_figures *nights, size_t count,
                    int64_t now_unix_us, struct buf *text);

#endif
