/* What a run asks of the ledger before its first command: whose it is, its numbers for topics,
 * prompts and prices, and the run's own row.
 *
 * Main thread, before the writer starts. Recovery after a crash is recover.c.
 */
#include "ledger/books.h"

#include <stdio.h>

#include "base/mem.h"

enum status ledger_info(struct ledger *l, struct ledger_info *out, struct fail *fail)
{
    struct ledger_info i = {.last_seq = l->last_seq, .published_seq = l->published_seq};
    int64_t shard = 0, shards = 0;
    bool row = false;

    memcpy(i.ledger_id, l->ledger_id, sizeof(i.ledger_id));
    enum status st = meta_text(l, "rebuilt_from", i.rebuilt_from, sizeof(i.rebuilt_from), fail);
    if (st == ST_OK)
        st = meta_i64(l, "rebuilt_seq", 0, &i.rebuilt_seq, fail);
    if (st == ST_OK)
        st = meta_text(l, "cluster_id", i.cluster_id, sizeof(i.cluster_id), fail);
    if (st == ST_OK)
        st = meta_text(l, "group", i.group, sizeof(i.group), fail);
    if (st == ST_OK)
        st = meta_i64(l, "shard", 0, &shard, fail);
    if (st == ST_OK)
        st = meta_i64(l, "shards", 0, &shards, fail);
    struct use u = db_use(l, Q_TICKET_ANY);
    if (st == ST_OK)
        st = db_row(l, &u, &row, fail);
    if (st != ST_OK)
        return st;
    i.empty = !row || col_i64(&u, 0) == 0;
    db_end(&u);
    i.shard = (int32_t)shard;
    i.shards = (int32_t)shards;
    *out = i;
    return ST_OK;
}

static enum status store_binding(struct ledger *l, void *arg, struct fail *fail)
{
    const struct ledger_binding *b = arg;
    enum status st = meta_set_text(l, "group", b->group, fail);

    if (st == ST_OK && *b->cluster_id)
        st = meta_set_text(l, "cluster_id", b->cluster_id, fail);
    if (st == ST_OK)
        st = meta_set_i64(l, "shard", b->shard, fail);
    if (st == ST_OK)
        st = meta_set_i64(l, "shards", b->shards, fail);
    return st;
}

enum status ledger_bind(struct ledger *l, const struct ledger_binding *to, bool may_reshard,
                        struct fail *fail)
{
    struct ledger_binding copy = *to;
    struct ledger_info i;
    enum status st = ledger_info(l, &i, fail);

    if (st != ST_OK)
        return st;
    if (*i.cluster_id && *to->cluster_id && strcmp(i.cluster_id, to->cluster_id) != 0)
        return fail_set(fail, ST_LEDGER_STATE, 0,
                        "%s: belongs to Kafka cluster %s, not to %s; use another ledger path",
                        l->path, i.cluster_id, to->cluster_id);
    if (*i.group && strcmp(i.group, to->group) != 0)
        return fail_set(fail, ST_LEDGER_STATE, 0,
                        "%s: belongs to consumer group %s, not to %s; use another ledger path",
                        l->path, i.group, to->group);
    if (i.shards && !may_reshard && (i.shard != to->shard || i.shards != to->shards))
        return fail_set(fail, ST_LEDGER_STATE, 0,
                        "%s: belongs to shard %d/%d, not to %d/%d; first work every partition off "
                        "under the old sharding",
                        l->path, (int)i.shard, (int)i.shards, to->shard, to->shards);
    return db_transaction(l, store_binding, &copy, fail);
}

struct naming {
    const char *name;
    int32_t number;
};

static enum status add_source(struct ledger *l, void *arg, struct fail *fail)
{
    struct naming *n = arg;
    struct use u = db_use(l, Q_SOURCE_ADD);

    bind_text(&u, slice_str(n->name));
    enum status st = db_run(l, &u, fail);
    n->number = (int32_t)sqlite3_last_insert_rowid(l->db);
    return st;
}

enum status ledger_source(struct ledger *l, const char *name, int32_t *id, struct fail *fail)
{
    for (int32_t i = 0; i < l->source_count; i++) {
        if (l->sources[i] && strcmp(l->sources[i], name) == 0) {
            *id = i;
            return ST_OK;
        }
    }
    struct naming n = {.name = name};
    enum status st = db_transaction(l, add_source, &n, fail);
    if (st != ST_OK)
        return st;
    ledger_keep_source(l, n.number, slice_str(name));
    *id = n.number;
    return ST_OK;
}

struct retention {
    const char *source;
    int64_t ms;
};

static enum status store_retention(struct ledger *l, void *arg, struct fail *fail)
{
    const struct retention *r = arg;
    char name[320];

    snprintf(name, sizeof(name), "retention_ms/%s", r->source);
    return meta_set_i64(l, name, r->ms, fail);
}

enum status ledger_set_retention(struct ledger *l, const char *source, int64_t ms,
                                 struct fail *fail)
{
    struct retention r = {source, ms};

    return db_transaction(l, store_retention, &r, fail);
}

struct forming {
    const char *name, *form;
};

static enum status store_form(struct ledger *l, void *arg, struct fail *fail)
{
    const struct forming *f = arg;

    return meta_set_text(l, f->name, f->form, fail);
}

enum status ledger_source_form(struct ledger *l, const char *source, const char *form,
                               struct fail *fail)
{
    char name[320], before[32];
    struct forming f = {name, form};

    snprintf(name, sizeof(name), "form/%s", source);
    enum status st = meta_text(l, name, before, sizeof(before), fail);
    if (st != ST_OK || strcmp(before, form) == 0)
        return st;
    if (*before)
        return fail_set(fail, ST_USAGE, 0,
                        "this content was read as %s before, not as %s, and its records are "
                        "numbered so in %s; name another --ledger, or --input-format %s",
                        before, form, l->path, before);
    return db_transaction(l, store_form, &f, fail);
}

struct pricing {
    const char *model;
    int64_t from_unix_us;
    struct price *price;
};

static void bind_price(struct use *u, const struct pricing *p)
{
    bind_text(u, slice_str(p->model));
    bind_i64(u, p->from_unix_us);
    bind_i64(u, p->price->input);
    bind_i64(u, p->price->cached);
    bind_i64(u, p->price->cache_write);
    bind_i64(u, p->price->output);
}

static enum status find_or_add_price(struct ledger *l, void *arg, struct fail *fail)
{
    struct pricing *p = arg;
    struct use find = db_use(l, Q_PRICE_FIND);
    bool row = false;

    bind_price(&find, p);
    enum status st = db_row(l, &find, &row, fail);
    if (st != ST_OK)
        return st;
    if (row) {
        p->price->version = (int32_t)col_i64(&find, 0);
        db_end(&find);
        return ST_OK;
    }
    struct use add = db_use(l, Q_PRICE_ADD);
    bind_price(&add, p);
    st = db_run(l, &add, fail);
    if (st == ST_OK)
        p->price->version = (int32_t)sqlite3_last_insert_rowid(l->db);
    return st;
}

enum status ledger_price(struct ledger *l, const char *model, int64_t from_unix_us,
                         struct price *price, struct fail *fail)
{
    struct pricing p = {model, from_unix_us, price};

    if (!price->priced) {
        price->version = 0;
        return ST_OK;
    }
    return db_transaction(l, find_or_add_price, &p, fail);
}

enum status ledger_prompt(struct ledger *l, struct slice version, const char *system_message,
                          int64_t *number, struct fail *fail)
{
    if (!system_message && l->prompt_version && slice_eq(slice_str(l->prompt_version), version)) {
        *number = l->prompt;
        return ST_OK;
    }
    struct use add = db_use(l, Q_PROMPT_ADD);
    bind_text(&add, version);
    bind_text(&add, slice_str(system_message));
    enum status st = db_run(l, &add, fail);
    if (st != ST_OK)
        return st;
    struct use find = db_use(l, Q_PROMPT_FIND);
    bool row = false;
    bind_text(&find, version);
    st = db_row(l, &find, &row, fail);
    if (st != ST_OK)
        return st;
    if (!row)
        return fail_set(fail, ST_INTERNAL, 0, "%s: a prompt just stored is not there", l->path);
    *number = l->prompt = col_i64(&find, 0);
    db_end(&find);
    mem_free(l->prompt_version);
    l->prompt_version = mem_slice(version);
    return ST_OK;
}

static enum status add_run(struct ledger *l, void *arg, struct fail *fail)
{
    const struct ledger_run *run = arg;
    int64_t prompt = 0;
    enum status st =
        ledger_prompt(l, slice_str(run->prompt_version), run->system_message, &prompt, fail);

    if (st != ST_OK)
        return st;
    st = outage_close_all(l, 0, fail);
    if (st == ST_OK)
        st = span_close(l, fail);
    if (st == ST_OK && run->campaign)
        st = meta_set_text(l, "campaign", run->campaign, fail);
    if (st != ST_OK)
        return st;
    struct use u = db_use(l, Q_RUN_ADD);
    bind_text(&u, slice_str(run->run_id));
    bind_i64(&u, run->started_unix_us);
    bind_i64(&u, prompt);
    bind_text(&u, slice_str(run->version));
    bind_text(&u, slice_str(run->publish));
    return db_run(l, &u, fail);
}

enum status ledger_begin_run(struct ledger *l, const struct ledger_run *run, struct fail *fail)
{
    struct ledger_run copy = *run;
    enum status st = db_transaction(l, add_run, &copy, fail);

    if (st != ST_OK)
        return st;
    l->run = sqlite3_last_insert_rowid(l->db);
    mem_free(l->campaign);
    l->campaign = run->campaign ? mem_str(run->campaign) : NULL;
    memcpy(l->run_id, run->run_id, sizeof(l->run_id));
    return ST_OK;
}
