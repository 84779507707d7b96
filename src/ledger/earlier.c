/* Results from an answer that came earlier: a ticket asked again for its low confidence may end
 * with what was said first. Which answer is the better one was decided in the pipeline.
 */
#include "ledger/books.h"

enum status answer_from_call(struct ledger *l, struct arena *arena, struct pos pos, int64_t call_no,
                             struct answer *a, struct fail *fail)
{
    struct use u = db_use(l, Q_CALL_ANSWERED);
    bool row = false;

    bind_pos(&u, pos);
    bind_i64(&u, call_no);
    enum status st = db_row(l, &u, &row, fail);
    if (st != ST_OK)
        return st;
    if (!row)
        return fail_set(fail, ST_INTERNAL, 0, "call %lld did not answer ticket %d/%d/%lld",
                        (long long)call_no, (int)pos.source, (int)pos.partition,
                        (long long)pos.offset);
    a->call = call_no;
    a->call_id = arena_copy(arena, col_text(&u, 0));
    a->model = arena_copy(arena, col_text(&u, 1));
    a->provider = arena_copy(arena, col_text(&u, 2));
    a->tier = arena_copy(arena, col_text(&u, 3));
    a->prompt_version = arena_copy(arena, col_text(&u, 4));
    a->flags |= (uint32_t)col_i64(&u, 5);
    db_end(&u);
    return ST_OK;
}

static enum status end_one(struct ledger *l, struct ledger_cmd *cmd, const struct result_item *item,
                           struct fail *fail)
{
    struct ticket_row t;
    struct answer a = {.category = item->category,
                       .summary = item->verdict.summary,
                       .confidence_ppm = item->verdict.confidence_ppm,
                       .flags = item->verdict.flags,
                       .low_confidence = item->needs_review,
                       .record = item->record};
    enum status st = answer_from_call(l, &cmd->arena, item->pos, item->verdict_call_no, &a, fail);

    if (st == ST_OK)
        st = ticket_load(l, &cmd->arena, item->pos, &t, fail);
    return st == ST_OK ? ticket_end_result(l, cmd, &t, &a, fail) : st;
}

enum status apply_result(struct ledger *l, struct ledger_cmd *cmd, struct fail *fail)
{
    enum status st = ST_OK;

    for (size_t i = 0; st == ST_OK && i < cmd->u.result.count; i++)
        st = end_one(l, cmd, &cmd->u.result.items[i], fail);
    return st;
}
