/* Answers that are good but not sure enough: kept while a further tier is asked, published when it
 * has no better one, taken up again from the books by the run after one that ended in between.
 *
 * When an answer is kept is outcome.c's, when it is published follow.c's and dead_end.c's.
 */
#include <stdio.h>

#include "base/json.h"
#include "base/mem.h"
#include "batch/answer.h"
#include "pipeline/state.h"

void kept_take(struct ticket *t, int64_t call_no, const struct verdict *v)
{
    t->kept.verdict = *v;
    t->kept.summary = mem_alloc(v->summary.n + 1);
    memcpy(t->kept.summary, v->summary.p, v->summary.n);
    t->kept.verdict.summary = slice_of(t->kept.summary, v->summary.n);
    t->kept.verdict.raw_item = SLICE_NONE;
    t->kept.call_no = call_no;
}

/* The item as it was answered, read by today's rules. */
static bool read_item(const struct mill *m, const struct ticket *t, struct slice item,
                      struct arena *arena, struct verdict *out)
{
    const struct config_classification *c = &m->config->classification;
    struct answer_rules rules = {c->categories, c->category_count, c->summary_chars};
    char ids[1][SHORT_ID_SIZE];
    struct answer answer;
    struct buf text;
    json *doc;
    if (json_parse(item, 16, &doc) != ST_OK)
        return false;
    struct slice id = json_str(json_get(doc, "id"));
    bool readable = id.n < sizeof ids[0];
    snprintf(ids[0], sizeof ids[0], "%.*s", SLICE_ARG(id));
    json_free(doc);
    buf_init(&text, item.n + 64);
    buf_fmt(&text, "{\"results\":[%.*s]}", SLICE_ARG(item));
    struct answer_sent sent = {(const char(*)[SHORT_ID_SIZE])ids, &t->content.text, 1};
    readable = readable && !text.failed;
    if (readable) {
        answer_check(&rules, &sent, arena_copy(arena, buf_view(&text)), arena, &answer);
        readable = answer.slots[0].state == SLOT_VALID;
    }
    if (readable)
        *out = answer.slots[0].verdict;
    buf_deinit(&text);
    return readable;
}

void kept_restore(struct mill *m, struct ticket *t, const struct admit_item *it)
{
    struct arena arena;
    struct verdict v;
    arena_init(&arena);
    if (read_item(m, t, it->kept_item, &arena, &v)) {
        v.flags |= t->content.flags;
        v.flags |= it->kept_flags & (FLAG_USAGE_ESTIMATED | FLAG_USAGE_CLAMPED | FLAG_UNPRICED);
        kept_take(t, it->kept_call_no, &v);
    }
    arena_deinit(&arena);
}

void kept_publish(struct mill *m, struct ticket **v, size_t n)
{
    struct ledger_cmd *cmd = ledger_cmd_new(LOP_RESULT);
    struct ticket **owned = arena_alloc(&cmd->arena, n * sizeof *owned);
    cmd->u.result.items = arena_zalloc(&cmd->arena, n * sizeof *cmd->u.result.items);
    cmd->u.result.count = n;
    for (size_t i = 0; i < n; i++) {
        const struct kept_answer *kept = &v[i]->kept;
        owned[i] = v[i];
        struct result_item *it = &cmd->u.result.items[i];
        *it = (struct result_item){.pos = v[i]->record->pos,
                                   .verdict_call_no = kept->call_no,
                                   .verdict = kept->verdict,
                                   .record = v[i]->record};
        outcome_words(m, &it->verdict, &it->category, &it->needs_review);
    }
    cmd->owner = owned;
    mill_submit(m, cmd);
}

void kept_done(struct mill *m, struct ledger_cmd *cmd)
{
    struct ticket **v = cmd->owner;
    if (cmd->status != ST_OK) {
        drain_stop(m, cmd->status, cmd->fail.text);
        return;
    }
    for (size_t i = 0; i < cmd->u.result.count; i++)
        ticket_terminal(m, v[i], REASON_NONE);
}
