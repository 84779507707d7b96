/* The room's own view of the open database: prepared statements, binding in order, stepping.
 *
 * Statements are prepared once at opening, so that using one cannot fail for its text. A use
 * reads: begin with db_use, bind every parameter in the order of its number, then db_run (no
 * rows) or db_row until false. Private to this room; same thread rules as ledger.h.
 */
#ifndef TICKETMILL_LEDGER_DB_H
#define TICKETMILL_LEDGER_DB_H

#include <sqlite3.h>

#include "base/buf.h"
#include "base/clock.h"
#include "ledger/ledger.h"
#include "ledger/state.h"

#define LEDGER_APPLICATION_ID 0x544d4c47 /* "TMLG" in the file's header */

/* X(constant, embedded text of sql/queries/) */
#define LEDGER_QUERIES(X)                                                                          \
    X(Q_META_GET, sql_meta_get)                                                                    \
    X(Q_META_SET, sql_meta_set)                                                                    \
    X(Q_SOURCE_LIST, sql_source_list)                                                              \
    X(Q_SOURCE_ADD, sql_source_add)                                                                \
    X(Q_PROMPT_FIND, sql_prompt_find)                                                              \
    X(Q_PROMPT_ADD, sql_prompt_add)                                                                \
    X(Q_PRICE_FIND, sql_price_find)                                                                \
    X(Q_PRICE_ADD, sql_price_add)                                                                  \
    X(Q_RUN_ADD, sql_run_add)                                                                      \
    X(Q_RUN_END, sql_run_end)                                                                      \
    X(Q_CALL_ADD, sql_call_add)                                                                    \
    X(Q_CALL_OPEN, sql_call_open)                                                                  \
    X(Q_CALL_SETTLE, sql_call_settle)                                                              \
    X(Q_CALLS_SENT, sql_calls_sent)                                                                \
    X(Q_SHARE_ADD, sql_share_add)                                                                  \
    X(Q_TICKET_ADD, sql_ticket_add)                                                                \
    X(Q_TICKET_RESUME, sql_ticket_resume)                                                          \
    X(Q_TICKET_GET, sql_ticket_get)                                                                \
    X(Q_TICKET_KNOWN, sql_ticket_known)                                                            \
    X(Q_TICKET_BOOK, sql_ticket_book)                                                              \
    X(Q_TICKET_CALL_IDS, sql_ticket_call_ids)                                                      \
    X(Q_RESULT_ADD, sql_result_add)                                                                \
    X(Q_REUSE_FIND, sql_reuse_find)                                                                \
    X(Q_RESULT_GET, sql_result_get)                                                                \
    X(Q_OUTBOX_ADD, sql_outbox_add)                                                                \
    X(Q_OUTBOX_ABOVE, sql_outbox_above)                                                            \
    X(Q_PUBLISHED_OFFSETS, sql_published_offsets)                                                  \
    X(Q_TICKET_RANGE, sql_ticket_range)                                                            \
    X(Q_TICKET_SAMPLE, sql_ticket_sample)                                                          \
    X(Q_RESUME_OFFSET, sql_resume_offset)                                                          \
    X(Q_ADOPT_ADD, sql_adopt_add)                                                                  \
    X(Q_SUSPECT_ADD, sql_suspect_add)                                                              \
    X(Q_SUSPECT_LIST, sql_suspect_list)                                                            \
    X(Q_TICKET_COUNT, sql_ticket_count)                                                            \
    X(Q_REBUILD_TICKET, sql_rebuild_ticket)                                                        \
    X(Q_REBUILD_CALL, sql_rebuild_call)                                                            \
    X(Q_REBUILD_CALL_MORE, sql_rebuild_call_more)                                                  \
    X(Q_REBUILD_RUN, sql_rebuild_run)                                                              \
    X(Q_PRUNE_LAST_CALL, sql_prune_last_call)                                                      \
    X(Q_PRUNE_CALL_LIMIT, sql_prune_call_limit)                                                    \
    X(Q_PRUNE_ANSWERS, sql_prune_answers)                                                          \
    X(Q_PRUNE_ITEMS, sql_prune_items)                                                              \
    X(Q_PRUNE_OUTBOX_LIMIT, sql_prune_outbox_limit)                                                \
    X(Q_PRUNE_OUTBOX, sql_prune_outbox)                                                            \
    X(Q_AUDIT_TICKETS, sql_audit_tickets)                                                          \
    X(Q_AUDIT_REUSED, sql_audit_reused)                                                            \
    X(Q_AUDIT_CALLS, sql_audit_calls)                                                              \
    X(Q_AUDIT_SHARES, sql_audit_shares)

enum query {
#define X(id, text) id,
    LEDGER_QUERIES(X)
#undef X
        Q_COUNT
};

enum tx { TX_BEGIN, TX_COMMIT, TX_ROLLBACK, TX_SAVEPOINT, TX_RELEASE, TX_ROLLBACK_TO, TX_COUNT };

struct ledger {
    sqlite3 *db;
    sqlite3_stmt *tx[TX_COUNT];
    sqlite3_stmt *stmt[Q_COUNT];
    char *path;  /* resolved: no symbolic link in it */
    int lock_fd; /* -1 = none */
    const struct clock *clock;
    int64_t max_result_bytes, max_dead_bytes;

    char ledger_id[ID_SIZE];
    int64_t last_seq, published_seq;               /* as of the commands applied so far */
    int64_t stored_last_seq, stored_published_seq; /* as in table meta */
    char **sources;                                /* [number], NULL = no such number */
    int32_t source_count;

    int64_t run; /* 0 = no run begun */
    char run_id[ID_SIZE];
    char *prompt_version; /* the one last looked up, with its number */
    int64_t prompt;

    bool full;                       /* the reserve is given up: no new work */
    struct fail broken;              /* code ≠ ST_OK: nothing more can be committed */
    struct buf value, headers, text; /* scratch, kept for their memory */
};

/* Binding in order. */
struct use {
    sqlite3_stmt *s;
    int at; /* parameters bound so far */
    int rc; /* first failure */
};
struct use db_use(struct ledger *l, enum query q);
void bind_i64(struct use *u, int64_t v);
void bind_null(struct use *u);
void bind_pusd(struct use *u, int64_t pusd);   /* PUSD_UNPRICED = NULL */
void bind_text(struct use *u, struct slice s); /* borrowed until the use ends; NONE = NULL */
void bind_blob(struct use *u, struct slice s); /* likewise */
void bind_pos(struct use *u, struct pos pos);  /* three parameters */

/* One step that gives no row; the use ends. */
MUST_CHECK enum status db_run(struct ledger *l, struct use *u, struct fail *fail);
/* The next row into *row; at false and at errors the use ends. */
MUST_CHECK enum status db_row(struct ledger *l, struct use *u, bool *row, struct fail *fail);
void db_end(struct use *u); /* ends a use that still has rows */

/* Columns from 0. Slices live until the next step or end; NULL reads as SLICE_NONE, 0, or
 * PUSD_UNPRICED for an amount. */
int64_t col_i64(const struct use *u, int column);
int64_t col_pusd(const struct use *u, int column);
struct slice col_text(const struct use *u, int column);
struct slice col_blob(const struct use *u, int column);

MUST_CHECK enum status db_tx(struct ledger *l, enum tx tx, struct fail *fail);
void db_rollback(struct ledger *l); /* when a transaction is still open */
/* PRAGMAs. */
MUST_CHECK enum status db_exec(struct ledger *l, const char *sql, struct fail *fail);
/* fail_set from the connection's last error; rc = its code. */
enum status db_fail(sqlite3 *db, int rc, const char *path, struct fail *fail);

/* Runs fn inside one transaction of its own (start-up work): all or nothing. */
MUST_CHECK enum status
db_transaction(struct ledger *l, enum status (*fn)(struct ledger *l, void *arg, struct fail *fail),
               void *arg, struct fail *fail);

struct ledger_reader;
sqlite3 *ledger_reader_db(struct ledger_reader *r); /* of query.c, for verify and backup */

/* Remembers a source's name for records to come. */
void ledger_keep_source(struct ledger *l, int32_t number, struct slice name);
/* Number of a prompt, made when new; system_message NULL = not known. Inside a transaction. */
MUST_CHECK enum status ledger_prompt(struct ledger *l, struct slice version,
                                     const char *system_message, int64_t *number,
                                     struct fail *fail);

/* table meta; absent = fallback. Text longer than size-1 is cut. */
MUST_CHECK enum status meta_i64(struct ledger *l, const char *name, int64_t fallback, int64_t *out,
                                struct fail *fail);
MUST_CHECK enum status meta_text(struct ledger *l, const char *name, char *out, size_t size,
                                 struct fail *fail);
MUST_CHECK enum status meta_set_i64(struct ledger *l, const char *name, int64_t value,
                                    struct fail *fail);
MUST_CHECK enum status meta_set_text(struct ledger *l, const char *name, const char *value,
                                     struct fail *fail);

#endif
