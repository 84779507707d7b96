/* The steps that commands are made of: a ticket's row, its end, a call's claims. Private to this
 * room; all of it runs inside a transaction of the ledger thread.
 */
#ifndef TICKETMILL_LEDGER_BOOKS_H
#define TICKETMILL_LEDGER_BOOKS_H

#include "ledger/db.h"
#include "ledger/outrecord.h"

/* Flags that say something about the bill, not about the answer. */
#define BILLING_FLAGS                                                                              \
    ((uint32_t)(FLAG_USAGE_ESTIMATED | FLAG_UNPRICED | FLAG_USAGE_CLAMPED | FLAG_ABOVE_RESERVATION))

/* A row of table ticket. */
struct ticket_row {
    struct pos pos;
    enum ticket_state state;
    enum reason reason;
    uint32_t flags;
    int32_t unknowns;
    int64_t seq, run;         /* 0 = none */
    struct out_totals totals; /* cost_pusd is the plain sum; FLAG_UNPRICED says it is not all */
    struct slice ticket_id, language, content_hash, reuse_key; /* in the arena */
};

/* ST_INTERNAL when the ticket was never admitted. */
MUST_CHECK enum status ticket_load(struct ledger *l, struct arena *a, struct pos pos,
                                   struct ticket_row *t, struct fail *fail);
/* Writes back state, flags, counts, sums; the run becomes the current one. */
MUST_CHECK enum status ticket_store(struct ledger *l, const struct ticket_row *t,
                                    struct fail *fail);

/* An answer about to become a ticket's result. */
struct answer {
    struct slice category, summary;
    int32_t confidence_ppm;
    uint32_t flags; /* added to the ticket's */
    bool low_confidence;
    int64_t call;
    struct slice call_id, model, provider, tier, prompt_version;
    const struct pos *original; /* taken from there; NULL = asked for itself */
    const struct record *record;
};

/* Give the ticket its one terminal state: row, result, outbox, and a row for the publisher.
 * ST_INTERNAL when it has one already. */
MUST_CHECK enum status ticket_end_result(struct ledger *l, struct ledger_cmd *cmd,
                                         struct ticket_row *t, const struct answer *a,
                                         struct fail *fail);
MUST_CHECK enum status ticket_end_dead(struct ledger *l, struct ledger_cmd *cmd,
                                       struct ticket_row *t, const struct dead_item *end,
                                       struct fail *fail);

/* The call's part of an answer, of an earlier call that contained the ticket. ST_INTERNAL when it
 * is no such call. */
MUST_CHECK enum status answer_from_call(struct ledger *l, struct arena *arena, struct pos pos,
                                        int64_t call_no, struct answer *a, struct fail *fail);

/* Claims as text "[[source,partition,offset],…]" and back; false when the text is none. */
void claims_write(struct buf *b, const struct pos *tickets, size_t count);
bool claims_read(struct arena *a, struct slice text, struct pos **tickets, size_t *count);

/* Where the rows of runs are (span.c). Inside a transaction: the run reads that ticket or asks
 * about it; the runs so far write nothing more; all of it for a ledger made from published records.
 */
MUST_CHECK enum status span_touch(struct ledger *l, struct pos pos, struct fail *fail);
MUST_CHECK enum status span_close(struct ledger *l, struct fail *fail);
MUST_CHECK enum status span_rebuild(struct ledger *l, struct fail *fail);
void span_forget(struct ledger *l); /* after a rollback: what is in the table is not known */

/* One file per command. */
MUST_CHECK enum status apply_admit(struct ledger *l, struct ledger_cmd *cmd, struct fail *fail);
MUST_CHECK enum status apply_intent(struct ledger *l, struct ledger_cmd *cmd, struct fail *fail);
MUST_CHECK enum status apply_settle(struct ledger *l, struct ledger_cmd *cmd, struct fail *fail);
MUST_CHECK enum status apply_dead(struct ledger *l, struct ledger_cmd *cmd, struct fail *fail);
MUST_CHECK enum status apply_result(struct ledger *l, struct ledger_cmd *cmd, struct fail *fail);
MUST_CHECK enum status apply_outage(struct ledger *l, struct ledger_outage *o, struct fail *fail);
/* At the end of a run; at_unix_us 0 = at the time of the last call, by the next run. */
MUST_CHECK enum status outage_close_all(struct ledger *l, int64_t at_unix_us, struct fail *fail);

#endif
