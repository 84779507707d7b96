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
#include "ledger/queries.h"
#include "ledger/reuse.h"
#include "ledger/state.h"

#define LEDGER_APPLICATION_ID 0x544d4c47 /* "TMLG" in the file's header */

enum tx { TX_BEGIN, TX_COMMIT, TX_ROLLBACK, TX_SAVEPOINT, TX_RELEASE, TX_ROLLBACK_TO, TX_COUNT };

/* What a run touched of a partition begins there. */
struct span {
    int32_t source, partition;
    int64_t from; /* lowest offset */
};

struct ledger {
    sqlite3 *db;
    sqlite3_stmt *tx[TX_COUNT];
    sqlite3_stmt *stmt[Q_COUNT];
    char *path;  /* resolved: no symbolic link in it */
    int lock_fd; /* -1 = none */
    bool archive;
    const struct clock *clock;
    int64_t max_result_bytes, max_dead_bytes;

    char ledger_id[ID_SIZE];
    int64_t last_seq, published_seq;               /* as of the commands applied so far */
    int64_t stored_last_seq, stored_published_seq; /* as in table meta */
    char **sources;                                /* [number], NULL = no such number */
    int32_t source_count;

    int64_t run;        /* 0 = no run begun */
    struct span *spans; /* of the run, as in the table (span.c) */
    size_t span_count;
    char run_id[ID_SIZE];
    char *campaign;       /* NULL = none */
    char *prompt_version; /* the one last looked up, with its number */
    int64_t prompt;
    int64_t latest_sent_unix_us; /* of all calls */

    struct reuse reuse;
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
/* First column of the first row, the only one that is looked at; `fallback` without a row. */
MUST_CHECK enum status db_first_i64(struct ledger *l, struct use *u, int64_t fallback, int64_t *out,
                                    struct fail *fail);
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

/* When the newest call was sent, from the table; 0 = none (spent.c). */
MUST_CHECK enum status ledger_latest_sent(struct ledger *l, int64_t *unix_us, struct fail *fail);

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
