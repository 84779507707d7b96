/* Which answers may be taken for copies. Private to this room; the ledger's thread.
 *
 * Keys are hashes, so every new one would touch another page of an index. They gather in memory
 * and go into table reuse by thousands, in the order of the keys; meta reuse_seq says up to which
 * record they are there, and an opening reads the rest from the outbox again. */
#ifndef TICKETMILL_LEDGER_REUSE_H
#define TICKETMILL_LEDGER_REUSE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/slice.h"
#include "ledger/items.h"

struct ledger;
struct map;

struct reuse_entry {
    uint8_t key[LEDGER_HASH_SIZE];
    struct pos pos;
    int64_t classified_unix_us;
};

struct reuse {
    struct reuse_entry *v; /* not in the table yet, in the order of their commit */
    size_t n, cap;
    struct map *newest; /* key -> index + 1 */
};

void reuse_init(struct reuse *r);
void reuse_deinit(struct reuse *r);

/* Newest known in memory. */
void reuse_note(struct reuse *r, struct slice key, struct pos pos, int64_t classified_unix_us);
void reuse_take_back(struct reuse *r, size_t n); /* all but the first n: their commands failed */

/* Where the newest answer under this key stands, if it is not older than that. */
MUST_CHECK enum status reuse_find(struct ledger *l, const uint8_t key[LEDGER_HASH_SIZE],
                                  int64_t since_unix_us, struct pos *pos, bool *found,
                                  struct fail *fail);

/* Inside a transaction: writes what is gathered. The memory is emptied by reuse_take_back(r, 0)
 * once the transaction is committed. */
MUST_CHECK enum status reuse_store(struct ledger *l, struct fail *fail);
/* At opening: gathers what the table lacks. */
MUST_CHECK enum status reuse_load(struct ledger *l, struct fail *fail);

#endif
