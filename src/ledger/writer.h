/* The ledger thread: takes commands in order, commits everything that is waiting as one group,
 * then hands each command on. */
#ifndef TICKETMILL_LEDGER_WRITER_H
#define TICKETMILL_LEDGER_WRITER_H

#include "ledger/ledger.h"

struct ledger_writer;

/* `committed` runs on the ledger thread for every command of a committed (or failed) group, in
 * order; it takes the command. The ledger is borrowed and not touched by others until stop. */
struct ledger_writer *ledger_writer_start(struct ledger *l,
                                          void (*committed)(void *self, struct ledger_cmd *cmd),
                                          void *self);
void ledger_writer_submit(struct ledger_writer *w, struct ledger_cmd *cmd); /* takes; any thread */
/* Commits what is waiting, ends the thread, frees. Takes NULL. */
void ledger_writer_stop(struct ledger_writer *w);

#endif
