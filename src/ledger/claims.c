/* LOP_INTENT, and the claims that a call in flight carries.
 *
 * The tickets of a call are kept as one text in its row until it ends: one write instead of one
 * per ticket before sending. Shares are written when the call is settled (settle.c), or from
 * these claims when the process died first (recover.c).
 */
#include "ledger/books.h"

void claims_write(struct buf *b, const struct pos *tickets, size_t count)
{
    buf_char(b, '[');
    for (size_t i = 0; i < count; i++) {
        buf_str(b, i ? ",[" : "[");
        buf_i64(b, tickets[i].source);
        buf_char(b, ',');
        buf_i64(b, tickets[i].partition);
        buf_char(b, ',');
        buf_i64(b, tickets[i].offset);
        buf_char(b, ']');
    }
    buf_char(b, ']');
}

static bool take_char(struct slice *s, char c)
{
    if (!s->n || *s->p != c)
        return false;
    s->p++;
    s->n--;
    return true;
}

static bool take_number(struct slice *s, int64_t max, int64_t *out)
{
    size_t n = 0;

    while (n < s->n && s->p[n] >= '0' && s->p[n] <= '9')
        n++;
    if (slice_to_i64(slice_of(s->p, n), out) != ST_OK || *out > max)
        return false;
    s->p += n;
    s->n -= n;
    return true;
}

static bool take_pos(struct slice *s, struct pos *pos)
{
    int64_t source, partition;

    if (!take_char(s, '[') || !take_number(s, INT32_MAX, &source) || !take_char(s, ',') ||
        !take_number(s, INT32_MAX, &partition) || !take_char(s, ',') ||
        !take_number(s, INT64_MAX, &pos->offset) || !take_char(s, ']'))
        return false;
    pos->source = (int32_t)source;
    pos->partition = (int32_t)partition;
    return true;
}

bool claims_read(struct arena *a, struct slice text, struct pos **tickets, size_t *count)
{
    size_t most = 0;

    for (size_t i = 0; i < text.n; i++)
        most += text.p[i] == '[';
    struct pos *out = arena_alloc(a, most * sizeof(*out) + 1);
    size_t n = 0;
    if (!take_char(&text, '['))
        return false;
    while (!take_char(&text, ']')) {
        if ((n && !take_char(&text, ',')) || !take_pos(&text, &out[n]))
            return false;
        n++;
    }
    *tickets = out;
    *count = n;
    return text.n == 0;
}

enum status apply_intent(struct ledger *l, struct ledger_cmd *cmd, struct fail *fail)
{
    const struct ledger_call *c = &cmd->u.intent.call;
    int64_t prompt = 0;

    if (!l->run)
        return fail_set(fail, ST_INTERNAL, 0, "a call outside of a run");
    if (c->sent_unix_us > l->latest_sent_unix_us) /* else the clock was set back: spent.h */
        l->latest_sent_unix_us = c->sent_unix_us;
    if (!cmd->u.intent.count)
        return fail_set(fail, ST_INTERNAL, 0, "a call without tickets");
    enum status st = ledger_prompt(l, c->prompt_version, NULL, &prompt, fail);
    for (size_t i = 0; st == ST_OK && i < cmd->u.intent.count; i++)
        st = span_touch(l, cmd->u.intent.tickets[i], fail);
    if (st != ST_OK)
        return st;
    buf_clear(&l->text);
    claims_write(&l->text, cmd->u.intent.tickets, cmd->u.intent.count);
    struct use u = db_use(l, Q_CALL_ADD);
    bind_text(&u, slice_str(c->call_id));
    bind_i64(&u, l->run);
    bind_i64(&u, c->purpose);
    bind_i64(&u, c->attempt);
    bind_text(&u, c->model);
    bind_text(&u, c->provider);
    bind_text(&u, c->endpoint);
    bind_text(&u, c->tier);
    bind_i64(&u, prompt);
    if (c->price_version)
        bind_i64(&u, c->price_version);
    else
        bind_null(&u);
    bind_i64(&u, c->token_cap);
    bind_i64(&u, (int64_t)cmd->u.intent.count);
    bind_pusd(&u, c->reserved_pusd);
    bind_i64(&u, l->latest_sent_unix_us);
    bind_text(&u, buf_view(&l->text));
    st = db_run(l, &u, fail);
    if (st == ST_OK)
        cmd->u.intent.call_no = sqlite3_last_insert_rowid(l->db);
    return st;
}
