/* Merging ledgers into an archive: attach, take over by sql/merge/, compare sums, commit.
 *
 * What is taken and how rows find each other stands in the SQL. Nothing is published or asked from
 * an archive, so no outbox comes along and sequence numbers of several ledgers may be the same.
 */
#include "ledger/merge.h"

#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "ledger/db.h"
#include "ledger/place.h"
#include "ledger/query.h"
#include "sql_embedded.h"

#define FIGURES 5 /* columns of ours.sql and theirs.sql */

struct merge {
    const char *path;
    struct ledger_merged *out;
    struct identity {
        char ledger_id[ID_SIZE], cluster_id[64], group[256];
    } old;
};

/* ---- the archive -------------------------------------------------------------------------- */

static enum status mark_archive(struct ledger *l, void *arg, struct fail *fail)
{
    (void)arg;
    return meta_set_i64(l, "archive", 1, fail);
}

enum status ledger_open_archive(const char *path, const struct clock *clock, struct ledger **out,
                                struct fail *fail)
{
    struct ledger *l = NULL;
    struct ledger_info info;
    enum status st = ledger_open(
        path, &(struct ledger_options){.create = true, .archive = true, .clock = clock}, &l, fail);

    if (st != ST_OK)
        return st;
    st = ledger_info(l, &info, fail);
    if (st == ST_OK && !l->archive && (!info.empty || info.shards > 0))
        st = fail_set(fail, ST_LEDGER_STATE, 0,
                      "%s: is the ledger of a worker; merge into a new file", path);
    if (st == ST_OK && !l->archive)
        st = db_transaction(l, mark_archive, NULL, fail);
    if (st != ST_OK) {
        ledger_close(l);
        return st;
    }
    *out = l;
    return ST_OK;
}

/* ---- the ledger to take over -------------------------------------------------------------- */

static void read_meta(void *self, const struct ledger_row *row)
{
    struct identity *i = self;
    const struct {
        const char *name;
        char *out;
        size_t size;
    } wanted[] = {
        {"ledger_id", i->ledger_id, sizeof i->ledger_id},
        {"cluster_id", i->cluster_id, sizeof i->cluster_id},
        {"group", i->group, sizeof i->group},
    };
    for (size_t k = 0; k < sizeof wanted / sizeof *wanted; k++) {
        struct slice value = ledger_row_text(row, 1);
        if (slice_eq(ledger_row_text(row, 0), slice_str(wanted[k].name)))
            snprintf(wanted[k].out, wanted[k].size, "%.*s", SLICE_ARG(value));
    }
}

/* Opens it as every reader does, for the same refusals; *out says who it is. */
static enum status identify(const char *path, struct identity *out, struct fail *fail)
{
    struct ledger_reader *reader = NULL;
    enum status st = ledger_reader_open(path, &reader, fail);

    if (st != ST_OK)
        return st;
    *out = (struct identity){{0}, {0}, {0}};
    st = ledger_read(reader, VIEW_META, NULL, read_meta, out, fail);
    ledger_reader_close(reader);
    return st;
}

static enum status attach(struct ledger *l, const char *path, struct fail *fail)
{
    char *resolved = NULL;
    enum status st = place_resolve(path, &resolved, fail);

    if (st != ST_OK)
        return st;
    char *uri = place_uri(resolved, "mode=ro");
    char *sql = sqlite3_mprintf("ATTACH %Q AS old", uri);
    st = sql ? db_exec(l, sql, fail) : fail_set(fail, ST_NO_MEMORY, 0, "out of memory");
    sqlite3_free(sql);
    mem_free(uri);
    mem_free(resolved);
    return st;
}

/* An archive is of one group on one cluster: elsewhere the same offsets mean other tickets. */
static enum status same_home(struct ledger *l, const struct identity *old, struct fail *fail)
{
    static const char *const names[] = {"cluster_id", "group"};
    const char *const theirs[] = {old->cluster_id, old->group};

    for (size_t i = 0; i < 2; i++) {
        char ours[256];
        enum status st = meta_text(l, names[i], ours, sizeof ours, fail);
        if (st == ST_OK && *ours && *theirs[i] && strcmp(ours, theirs[i]) != 0)
            st =
                fail_set(fail, ST_LEDGER_STATE, 0,
                         "has %s %s, the archive %s: its offsets mean other tickets; merge it into "
                         "an archive of its own",
                         names[i], theirs[i], ours);
        if (st == ST_OK && !*ours && *theirs[i])
            st = meta_set_text(l, names[i], theirs[i], fail);
        if (st != ST_OK)
            return st;
    }
    return ST_OK;
}

/* ---- figures ------------------------------------------------------------------------------ */

/* The first row's integer columns. */
static enum status figures(struct ledger *l, const char *sql, int64_t *v, int count,
                           struct fail *fail)
{
    sqlite3_stmt *s = NULL;
    int rc = sqlite3_prepare_v2(l->db, sql, -1, &s, NULL);

    if (rc == SQLITE_OK)
        rc = sqlite3_step(s);
    enum status st = rc == SQLITE_ROW ? ST_OK : db_fail(l->db, rc, l->path, fail);
    for (int i = 0; st == ST_OK && i < count; i++)
        v[i] = sqlite3_column_int64(s, i);
    sqlite3_finalize(s);
    return st;
}

static enum status compare(struct ledger *l, struct ledger_merged *out, struct fail *fail)
{
    int64_t ours[FIGURES], theirs[FIGURES];
    enum status st = figures(l, sql_merge_ours, ours, FIGURES, fail);

    if (st == ST_OK)
        st = figures(l, sql_merge_theirs, theirs, FIGURES, fail);
    if (st != ST_OK)
        return st;
    for (int i = 0; i < FIGURES; i++) {
        static const char *const names[FIGURES] = {"calls", "picodollars", "unknown picodollars",
                                                   "tickets", "results"};
        if (ours[i] != theirs[i])
            return fail_set(
                fail, ST_LEDGER_STATE, 0,
                "it has %lld %s, of which the archive would have %lld: some stand in it "
                "already and differ (a rebuilt ledger beside the lost one?)",
                (long long)theirs[i], names[i], (long long)ours[i]);
    }
    out->calls = ours[0];
    out->cost_pusd = ours[1];
    out->unknown_pusd = ours[2];
    out->tickets = ours[3];
    out->results = ours[4];
    return ST_OK;
}

static enum status take_over(struct ledger *l, void *arg, struct fail *fail)
{
    struct merge *m = arg;
    struct ledger_merged *out = m->out;
    int64_t in_flight = 0;
    enum status st = figures(l, sql_merge_open_calls, &in_flight, 1, fail);

    if (st == ST_OK && in_flight > 0)
        st = fail_set(fail, ST_LOCKED, 0,
                      "%lld calls have not ended: a run is on, or it died; let a run end first",
                      (long long)in_flight);
    if (st == ST_OK)
        st = same_home(l, &m->old, fail);
    if (st == ST_OK)
        st = figures(l, sql_merge_size, out->before, 2, fail);
    if (st == ST_OK)
        st = db_exec(l, sql_merge_take_over, fail);
    if (st == ST_OK)
        st = figures(l, sql_merge_size, out->after, 2, fail);
    return st == ST_OK ? compare(l, out, fail) : st;
}

enum status ledger_merge(struct ledger *archive, const char *path, struct ledger_merged *out,
                         struct fail *fail)
{
    struct merge m = {.path = path, .out = out};
    struct fail ignored;

    memset(out, 0, sizeof *out);
    enum status st = identify(path, &m.old, fail);
    if (st != ST_OK)
        return st;
    snprintf(out->ledger_id, sizeof out->ledger_id, "%s", m.old.ledger_id);
    if (strcmp(m.old.ledger_id, archive->ledger_id) == 0)
        return fail_set(fail, ST_LEDGER_STATE, 0, "%s: is the archive itself", path);
    st = attach(archive, path, fail);
    if (st != ST_OK)
        return st;
    st = db_transaction(archive, take_over, &m, fail);
    if (st != ST_OK)
        fail_context(fail, "%s", path);
    if (db_exec(archive, "DETACH old", &ignored) != ST_OK && st == ST_OK)
        st = fail_set(fail, ignored.code, ignored.sys, "%s: %s", path, ignored.text);
    return st;
}
