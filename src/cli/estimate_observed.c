/* `estimate`: what earlier runs with the same prompt showed, out of the ledgers there are.
 *
 * Only recent calls and tickets are looked at, so that it takes no longer as the books grow. A
 * ledger that is not there yet is no mistake; one that cannot be read is told, and done without.
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "cli/estimate_sample.h"
#include "ledger/query.h"
#include "model/call.h"

enum { RECENT_CALLS = 20000, RECENT_OFFSETS = 2000, SHARDS_MAX = 10000 };

struct observing {
    const struct config *config;
    struct observed *out;
};

static struct observed_model *model_named(struct observing *o, struct slice name)
{
    for (int i = 0; i < o->config->model_count; i++) {
        if (slice_eq(slice_str(o->config->models[i].name), name))
            return &o->out->models[i];
    }
    return NULL; /* of an earlier configuration */
}

static void take_calls(void *self, const struct ledger_row *row)
{
    struct observing *o = self;
    struct observed_model *m = model_named(o, ledger_row_text(row, 0));
    int64_t purpose = ledger_row_i64(row, 1), cost_pusd = ledger_row_i64(row, 8);
    if (purpose == PURPOSE_FIRST)
        o->out->first_pusd += cost_pusd;
    else if (purpose <= PURPOSE_ESCALATE)
        o->out->again_pusd += cost_pusd;
    if (!m || purpose != PURPOSE_FIRST)
        return;
    m->calls += ledger_row_i64(row, 2);
    m->tickets += ledger_row_i64(row, 3);
    m->input_tokens += ledger_row_i64(row, 4);
    m->cached_tokens += ledger_row_i64(row, 5);
    m->output_tokens += ledger_row_i64(row, 6);
    m->latency_us += ledger_row_i64(row, 7);
}

static void take_outputs(void *self, const struct ledger_row *row)
{
    struct observing *o = self;
    struct observed_model *m = model_named(o, ledger_row_text(row, 0));
    struct slice tag = ledger_row_text(row, 1);
    enum language l = tag.n > 0 ? language_of_tag(tag) : LANG_UND;
    if (!m)
        return;
    m->language_tickets[l] += ledger_row_i64(row, 2);
    m->language_output[l] += ledger_row_i64(row, 3);
}

static void take_reuse(void *self, const struct ledger_row *row)
{
    struct observing *o = self;
    o->out->results += ledger_row_i64(row, 0);
    o->out->reused += ledger_row_i64(row, 1);
}

static enum status read_ledger(struct observing *o, const char *path, const char *prompt,
                               struct fail *fail)
{
    struct ledger_arg calls[] = {ARG_TEXT(slice_str(prompt)), ARG_I64(RECENT_CALLS)};
    struct ledger_arg outputs[] = {ARG_TEXT(slice_str(prompt)), ARG_I64(RECENT_OFFSETS)};
    struct ledger_arg reuse[] = {ARG_I64(RECENT_OFFSETS)};
    struct ledger_reader *r;
    enum status st = ledger_reader_open(path, &r, fail);
    if (st != ST_OK)
        return st;
    st = ledger_read(r, VIEW_OBSERVED_CALLS, calls, take_calls, o, fail);
    if (st == ST_OK)
        st = ledger_read(r, VIEW_OBSERVED_OUTPUTS, outputs, take_outputs, o, fail);
    if (st == ST_OK)
        st = ledger_read(r, VIEW_OBSERVED_REUSE, reuse, take_reuse, o, fail);
    ledger_reader_close(r);
    return st;
}

void observe(const struct config *config, const char *prompt_version, struct observed *out)
{
    struct observing o = {config, out};
    bool many = strstr(config->ledger.path, "{shard}") != NULL, there = true;

    *out = (struct observed){.models = NULL};
    out->models = mem_array((size_t)config->model_count, sizeof *out->models);
    for (int shard = 0; there && shard < (many ? SHARDS_MAX : 1); shard++) {
        char *path = config_ledger_path(config, shard, NULL);
        struct fail fail;
        there = access(path, F_OK) == 0;
        if (there && read_ledger(&o, path, prompt_version, &fail) != ST_OK)
            fprintf(stderr, "ticketmill estimate: %s; nothing of it is used\n", fail.text);
        else
            out->ledgers += there;
        mem_free(path);
    }
}

void observed_deinit(struct observed *o)
{
    mem_free(o->models);
    o->models = NULL;
}
