/* Are the books straight? Every rule is a query in sql/queries/verify_*.sql that lists what breaks
 * it, so this file only runs them.
 *
 * Reads one state of the whole ledger through a read-only connection. Whether the ledger agrees
 * with the topics is not asked here: `ledger verify` reads those beside it.
 */
#include "ledger/verify.h"

#include <string.h>

#include "ledger/db.h"
#include "ledger/query.h"
#include "sql_embedded.h"

struct search {
    sqlite3 *db;
    const char *path;
    void (*found)(void *self, const char *line);
    void *self;
    int64_t findings;
};

static void tell(struct search *s, const char *line)
{
    s->findings++;
    s->found(s->self, line);
}

/* Every row's first column is a finding; `good` is one that is none. */
static enum status list(struct search *s, const char *sql, const int64_t *arg, const char *good,
                        struct fail *fail)
{
    sqlite3_stmt *stmt = NULL;
    int rc = sqlite3_prepare_v2(s->db, sql, -1, &stmt, NULL);

    if (rc == SQLITE_OK && arg)
        rc = sqlite3_bind_int64(stmt, 1, *arg);
    while (rc == SQLITE_OK || rc == SQLITE_ROW) {
        rc = sqlite3_step(stmt);
        if (rc != SQLITE_ROW)
            break;
        const char *line = (const char *)sqlite3_column_text(stmt, 0);
        if (line && (!good || strcmp(line, good) != 0))
            tell(s, line);
    }
    enum status st = rc == SQLITE_DONE ? ST_OK : db_fail(s->db, rc, s->path, fail);
    sqlite3_finalize(stmt);
    return st;
}

static enum status meta_number(struct search *s, const char *name, int64_t *out, struct fail *fail)
{
    sqlite3_stmt *stmt = NULL;
    int rc = sqlite3_prepare_v2(s->db, sql_meta_get, -1, &stmt, NULL);

    if (rc == SQLITE_OK)
        rc = sqlite3_bind_text(stmt, 1, name, -1, SQLITE_STATIC);
    if (rc == SQLITE_OK)
        rc = sqlite3_step(stmt);
    *out = rc == SQLITE_ROW ? sqlite3_column_int64(stmt, 0) : 0;
    enum status st =
        rc == SQLITE_ROW || rc == SQLITE_DONE ? ST_OK : db_fail(s->db, rc, s->path, fail);
    sqlite3_finalize(stmt);
    return st;
}

static enum status search_all(struct search *s, struct fail *fail)
{
    int64_t last_seq = 0, published_seq = 0, archive = 0;
    const struct {
        const char *sql;
        const int64_t *arg;
        const char *good;
    } rules[] = {
        {"PRAGMA integrity_check(20)", NULL, "ok"}, {sql_verify_call_state, NULL, NULL},
        {sql_verify_call_shares, NULL, NULL},       {sql_verify_ticket_sums, NULL, NULL},
        {sql_verify_terminal, NULL, NULL},          {sql_verify_orphans, NULL, NULL},
        {sql_verify_sequences, &last_seq, NULL},    {sql_verify_outbox, &published_seq, NULL},
        {sql_verify_comparisons, NULL, NULL},       {sql_verify_spans, NULL, NULL},
    };

    enum status st = meta_number(s, "last_seq", &last_seq, fail);
    if (st == ST_OK)
        st = meta_number(s, "published_seq", &published_seq, fail);
    if (st == ST_OK)
        st = meta_number(s, "archive", &archive, fail);
    if (st == ST_OK && published_seq > last_seq)
        tell(s, "more records are marked as published than were made");
    for (size_t i = 0; st == ST_OK && i < sizeof(rules) / sizeof(*rules); i++) {
        if (archive && rules[i].arg) /* the sequences of several ledgers, without an outbox */
            continue;
        st = list(s, rules[i].sql, rules[i].arg, rules[i].good, fail);
    }
    return st;
}

enum status ledger_verify_books(const char *path, void (*found)(void *self, const char *line),
                                void *self, int64_t *findings, struct fail *fail)
{
    struct ledger_reader *reader = NULL;
    enum status st = ledger_reader_open(path, &reader, fail);

    if (st != ST_OK)
        return st;
    struct search s = {ledger_reader_db(reader), path, found, self, 0};
    st = search_all(&s, fail);
    if (st == ST_OK)
        *findings = s.findings;
    ledger_reader_close(reader);
    return st;
}
