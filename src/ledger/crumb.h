/* A breadcrumb that survives the death of the process: which ticket was being decoded, or which
 * answer parsed, when it died. A small file mapped shared beside the ledger.
 * Written on the loop thread; read once at start. Waiting on HTTP never leaves one. */
#ifndef TICKETMILL_LEDGER_CRUMB_H
#define TICKETMILL_LEDGER_CRUMB_H

#include <stdbool.h>

#include "base/status.h"
#include "model/pos.h"

#define CRUMB_MAX 64 /* tickets of one pack */

struct crumb;

/* Maps `<ledger path>.crumb`, making it when missing. A file that is not ours, or torn, reads as
 * empty. */
MUST_CHECK enum status crumb_open(const char *ledger_path, struct crumb **out, struct fail *fail);
void crumb_close(struct crumb *c); /* takes NULL */

/* The suspects left behind, then cleared; returns how many (≤ CRUMB_MAX). */
size_t crumb_take(struct crumb *c, struct pos out[CRUMB_MAX]);

void crumb_set(struct crumb *c, const struct pos *tickets, size_t count); /* cut at CRUMB_MAX */
void crumb_clear(struct crumb *c);

#endif
