/* Erasing a ticket's texts and name from the books, its figures excepted.
 *
 * One transaction, then the log is written into the file and emptied: with secure_delete nothing of
 * it is left in either. Reads whole tables, since nobody but this looks tickets up by id in a
 * worker; what stands in topics and backups is not ours to erase.
 */
#include "ledger/care.h"

#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "ledger/db.h"
#include "model/call.h"

#define KEY_HEX 8 /* bytes of a hash in the name that replaces an id */

struct place {
    struct pos pos;
    uint8_t reuse_key[LEDGER_HASH_SIZE];
    bool has_key;
};

struct forget {
    struct slice ticket_id;
    struct place *v;
    size_t count;
    char name[64]; /* in place of the id */
    struct ledger_forgotten *out;
};

static enum status note_place(struct ledger *l, struct forget *f, const struct use *u,
                              struct fail *fail)
{
    int64_t state = col_i64(u, 3), seq = col_i64(u, 4);
    struct slice key = col_blob(u, 5);

    if (state == TICKET_ADMITTED)
        return fail_set(fail, ST_LOCKED, 0,
                        "a ticket of that id is not finished yet; let a run end it first");
    if (seq > l->published_seq)
        return fail_set(fail, ST_LOCKED, 0,
                        "the record of that ticket is not published yet; start a run first");
    f->v = mem_grow(f->v, f->count + 1, sizeof *f->v);
    struct place *p = &f->v[f->count++];
    *p = (struct place){.pos = {(int32_t)col_i64(u, 0), (int32_t)col_i64(u, 1), col_i64(u, 2)},
                        .has_key = key.n == sizeof p->reuse_key};
    if (p->has_key)
        memcpy(p->reuse_key, key.p, sizeof p->reuse_key);
    return ST_OK;
}

static enum status find(struct ledger *l, struct forget *f, struct fail *fail)
{
    struct use u = db_use(l, Q_FORGET_FIND);
    bool row = false;
    enum status st;

    bind_text(&u, f->ticket_id);
    while ((st = db_row(l, &u, &row, fail)) == ST_OK && row) {
        st = note_place(l, f, &u, fail);
        if (st != ST_OK) {
            db_end(&u);
            return st;
        }
    }
    if (st == ST_OK && f->count == 0)
        st = fail_set(fail, ST_NOT_FOUND, 0, "no ticket of that id is in %s", l->path);
    return st;
}

/* A statement about one place; *changed: rows it touched, added. */
static enum status at_place(struct ledger *l, enum query q, const struct place *p, const char *name,
                            int64_t *changed, struct fail *fail)
{
    struct use u = db_use(l, q);

    bind_pos(&u, p->pos);
    if (name)
        bind_text(&u, slice_str(name));
    enum status st = db_run(l, &u, fail);
    if (st == ST_OK && changed)
        *changed += sqlite3_changes(l->db);
    return st;
}

static enum status with_text(struct ledger *l, enum query q, struct slice text, bool blob,
                             struct fail *fail)
{
    struct use u = db_use(l, q);

    if (blob)
        bind_blob(&u, text);
    else
        bind_text(&u, text);
    return db_run(l, &u, fail);
}

static enum status erase(struct ledger *l, struct forget *f, const struct place *p,
                         struct fail *fail)
{
    enum status st = at_place(l, Q_FORGET_ANSWERS, p, NULL, &f->out->answers, fail);

    if (st == ST_OK)
        st = at_place(l, Q_FORGET_ITEMS, p, NULL, NULL, fail);
    if (st == ST_OK)
        st = at_place(l, Q_FORGET_RESULT, p, NULL, NULL, fail);
    if (st == ST_OK)
        st = at_place(l, Q_FORGET_OUTBOX, p, NULL, &f->out->records, fail);
    if (st == ST_OK && p->has_key)
        st = with_text(l, Q_FORGET_REUSE, slice_of(p->reuse_key, sizeof p->reuse_key), true, fail);
    if (st == ST_OK)
        st = at_place(l, Q_FORGET_TICKET, p, f->name, NULL, fail);
    return st;
}

static enum status erase_all(struct ledger *l, void *arg, struct fail *fail)
{
    struct forget *f = arg;
    enum status st = l->archive ? ST_OK : reuse_store(l, fail);

    if (st == ST_OK)
        st = find(l, f, fail);
    for (size_t i = 0; st == ST_OK && i < f->count; i++)
        st = erase(l, f, &f->v[i], fail);
    f->out->tickets = (int64_t)f->count;
    return st == ST_OK ? with_text(l, Q_FORGET_LABEL, f->ticket_id, false, fail) : st;
}

/* The same for the same id in this ledger, and no way back to it. */
static void name_of(const struct ledger *l, struct slice ticket_id, char out[64])
{
    const struct slice parts[] = {slice_str(l->ledger_id), ticket_id};
    uint8_t hash[SHA256_SIZE];
    struct buf b;

    sha256_parts(parts, 2, hash);
    buf_init(&b, 64);
    buf_hex(&b, hash, KEY_HEX);
    snprintf(out, 64, "forgotten:%s", b.p);
    buf_deinit(&b);
}

enum status ledger_forget(struct ledger *l, struct slice ticket_id, struct ledger_forgotten *out,
                          struct fail *fail)
{
    struct forget f = {.ticket_id = ticket_id, .out = out};

    memset(out, 0, sizeof *out);
    name_of(l, ticket_id, f.name);
    enum status st = db_transaction(l, erase_all, &f, fail);
    mem_free(f.v);
    if (st != ST_OK)
        return st;
    reuse_take_back(&l->reuse, 0);
    int rc = sqlite3_wal_checkpoint_v2(l->db, NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL);
    if (rc != SQLITE_OK)
        return fail_set(fail, ST_LEDGER_IO, rc,
                        "%s: erased, but the log still holds it while another program reads the "
                        "ledger; try again",
                        l->path);
    return ST_OK;
}
