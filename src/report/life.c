/* Finds a ticket in the ledgers and gathers what they hold about it. An id is looked up before a
 * position, because an id may look like one; how it is printed is told elsewhere.
 */
#include "report/life.h"

#include "base/mem.h"
#include "ledger/command.h"
#include "model/money.h"

/* A search through one ledger. */
struct search {
    struct lives *lives;
    struct ledger_reader *reader;
    struct slice *topics; /* by number of their source */
    size_t topic_count;
    struct slice name; /* topic looked for */
    int64_t source;    /* its number, -1 = not in this ledger */
    struct place {
        int64_t source, partition, offset;
    } * found;
    size_t found_count;
};

const char *life_state_name(int state)
{
    static const char *const names[] = {[TICKET_ADMITTED] = "pending",
                                        [TICKET_RESULT] = "result",
                                        [TICKET_DEAD] = "dead letter",
                                        [TICKET_SKIPPED] = "skipped",
                                        [TICKET_ADOPTED] = "finished under an earlier ledger"};
    bool known = state >= 0 && (size_t)state < sizeof names / sizeof *names;
    return known ? names[state] : "unknown";
}

const char *life_outcome_name(int outcome)
{
    static const char *const names[] = {
        [SHARE_ACCEPTED] = "accepted", [SHARE_MISSING] = "missing",
        [SHARE_INVALID] = "invalid",   [SHARE_CONFLICT] = "conflict",
        [SHARE_UNPARSED] = "unparsed", [SHARE_UNKNOWN] = "unknown",
        [SHARE_NOTHING] = "nothing",   [SHARE_COMPARED] = "compared",
        [SHARE_ESCALATED] = "doubted"};
    bool known = outcome >= 0 && (size_t)outcome < sizeof names / sizeof *names;
    return known ? names[outcome] : "unknown";
}

bool life_unpriced(const struct life *t)
{
    return ((t->flags | t->result_flags) & FLAG_UNPRICED) != 0;
}

/* A text of a row for as long as the lives last. */
static struct slice keep(struct search *s, const struct ledger_row *row, int column)
{
    return arena_copy(&s->lives->arena, ledger_row_text(row, column));
}

static void take_source(void *self, const struct ledger_row *row)
{
    struct search *s = self;
    int64_t number = ledger_row_i64(row, 0);
    if (number < 0 || number > INT32_MAX)
        return;
    if ((size_t)number >= s->topic_count) {
        s->topics = mem_grow(s->topics, (size_t)number + 1, sizeof *s->topics);
        while (s->topic_count <= (size_t)number)
            s->topics[s->topic_count++] = SLICE_NONE;
    }
    s->topics[number] = keep(s, row, 1);
    if (slice_eq(s->topics[number], s->name))
        s->source = number;
}

static void take_place(void *self, const struct ledger_row *row)
{
    struct search *s = self;
    s->found = mem_grow(s->found, s->found_count + 1, sizeof *s->found);
    s->found[s->found_count++] =
        (struct place){ledger_row_i64(row, 0), ledger_row_i64(row, 1), ledger_row_i64(row, 2)};
}

static struct slice topic_of(const struct search *s, int64_t source)
{
    return source >= 0 && (size_t)source < s->topic_count ? s->topics[source] : SLICE_NONE;
}

static void take_result(struct search *s, struct life *t, const struct ledger_row *row)
{
    t->has_result = true;
    t->category = keep(s, row, 17);
    t->confidence_ppm = (int32_t)ledger_row_i64(row, 18);
    t->summary = keep(s, row, 19);
    t->call_id = keep(s, row, 20);
    t->result_flags = (uint32_t)ledger_row_i64(row, 21);
    t->needs_review = ledger_row_i64(row, 22) != 0;
    t->reused = !ledger_row_null(row, 24);
    t->original_topic = keep(s, row, 23);
    t->original_partition = ledger_row_i64(row, 24);
    t->original_offset = ledger_row_i64(row, 25);
    t->classified_unix_us = ledger_row_i64(row, 26);
    t->model = keep(s, row, 27);
    t->provider = keep(s, row, 28);
    t->tier = keep(s, row, 29);
    t->prompt_version = keep(s, row, 30);
    t->original_id = keep(s, row, 31);
}

static void take_ticket(void *self, const struct ledger_row *row)
{
    struct search *s = self;
    struct life *t = &s->lives->v[s->lives->count++];

    t->ticket_id = keep(s, row, 0);
    t->state = (int)ledger_row_i64(row, 1);
    t->record_unix_ms = ledger_row_null(row, 2) ? -1 : ledger_row_i64(row, 2);
    t->language = keep(s, row, 3);
    t->content_hash = keep(s, row, 4);
    t->flags = (uint32_t)ledger_row_i64(row, 5);
    t->attempts = ledger_row_i64(row, 6);
    t->unknowns = ledger_row_i64(row, 7);
    t->reason = (int)ledger_row_i64(row, 8);
    t->seq = ledger_row_i64(row, 9);
    t->input_tokens = ledger_row_i64(row, 10);
    t->cached_tokens = ledger_row_i64(row, 11);
    t->output_tokens = ledger_row_i64(row, 12);
    t->cost_pusd = ledger_row_i64(row, 13);
    t->cost_unknown_pusd = ledger_row_i64(row, 14);
    t->run_id = keep(s, row, 15);
    t->published = ledger_row_i64(row, 16) != 0;
    t->value_hash = keep(s, row, 32);
    t->route = keep(s, row, 33);
    if (!ledger_row_null(row, 17))
        take_result(s, t, row);
}

static void take_call(void *self, const struct ledger_row *row)
{
    struct search *s = self;
    struct life *t = &s->lives->v[s->lives->count - 1];

    t->calls = mem_grow(t->calls, t->call_count + 1, sizeof *t->calls);
    t->calls[t->call_count++] = (struct life_call){
        .call_id = keep(s, row, 0),
        .purpose = (int)ledger_row_i64(row, 1),
        .state = (int)ledger_row_i64(row, 2),
        .cause = (int)ledger_row_i64(row, 3),
        .attempt = ledger_row_i64(row, 4),
        .pack = ledger_row_i64(row, 5),
        .model = keep(s, row, 6),
        .provider = keep(s, row, 7),
        .endpoint = keep(s, row, 8),
        .prompt_version = keep(s, row, 9),
        .sent_unix_us = ledger_row_i64(row, 10),
        .latency_us = ledger_row_null(row, 11) ? -1 : ledger_row_i64(row, 11),
        .http_status = ledger_row_i64(row, 12),
        .flags = (uint32_t)ledger_row_i64(row, 13),
        .finish_reason = keep(s, row, 14),
        .request_id = keep(s, row, 15),
        .provider_code = keep(s, row, 16),
        .message = keep(s, row, 17),
        .shared = !ledger_row_null(row, 18),
        .outcome = (int)ledger_row_i64(row, 18),
        .input_tokens = ledger_row_i64(row, 19),
        .cached_tokens = ledger_row_i64(row, 20),
        .output_tokens = ledger_row_i64(row, 21),
        .share_pusd = ledger_row_pusd(row, 22),
        .raw_item = keep(s, row, 23),
        .cost_pusd = ledger_row_pusd(row, 24),
        .run_id = keep(s, row, 25),
        .tier = keep(s, row, 26),
        .served_model = keep(s, row, 27),
        .slot = ledger_row_null(row, 28) ? -1 : ledger_row_i64(row, 28),
        .compared = !ledger_row_null(row, 29),
        .said = keep(s, row, 29),
        .said_ppm = (int32_t)ledger_row_i64(row, 30),
        .result = keep(s, row, 31),
    };
}

static enum status read_place(struct search *s, const struct place *at, struct fail *fail)
{
    const struct ledger_arg args[] = {ARG_I64(at->source), ARG_I64(at->partition),
                                      ARG_I64(at->offset)};
    struct lives *l = s->lives;
    size_t before = l->count;
    enum status st;

    l->v = mem_grow(l->v, l->count + 1, sizeof *l->v);
    l->v[before] = (struct life){.ledger_path = ledger_reader_path(s->reader),
                                 .topic = topic_of(s, at->source),
                                 .partition = at->partition,
                                 .offset = at->offset};
    st = ledger_read(s->reader, VIEW_FIND_POSITION, args, take_ticket, s, fail);
    if (st == ST_OK && l->count > before)
        st = ledger_read(s->reader, VIEW_TICKET_CALLS, args, take_call, s, fail);
    return st;
}

/* topic/partition/offset, read from its end: only the topic's name may be anything. */
static bool parse_position(struct slice name, struct slice *topic, struct place *at)
{
    size_t slash[2] = {0, 0};
    size_t seen = 0;
    for (size_t i = name.n; i > 0 && seen < 2; i--) {
        if (name.p[i - 1] == '/')
            slash[seen++] = i - 1;
    }
    if (seen < 2)
        return false;
    *topic = slice_of(name.p, slash[1]);
    return slice_to_i64(slice_of(name.p + slash[1] + 1, slash[0] - slash[1] - 1), &at->partition) ==
               ST_OK &&
           slice_to_i64(slice_of(name.p + slash[0] + 1, name.n - slash[0] - 1), &at->offset) ==
               ST_OK;
}

static enum status search_ledger(struct search *s, struct slice name, bool by_position,
                                 struct fail *fail)
{
    const struct ledger_arg id = ARG_TEXT(name);
    struct place at = {0, 0, 0};
    enum status st;

    s->source = -1;
    if (by_position && !parse_position(name, &s->name, &at))
        return ST_OK;
    st = ledger_read(s->reader, VIEW_SOURCES, NULL, take_source, s, fail);
    if (st == ST_OK && !by_position)
        st = ledger_read(s->reader, VIEW_FIND_TICKET, &id, take_place, s, fail);
    for (size_t i = 0; st == ST_OK && i < s->found_count; i++)
        st = read_place(s, &s->found[i], fail);
    if (st == ST_OK && by_position && s->source >= 0) {
        at.source = s->source;
        st = read_place(s, &at, fail);
    }
    return st;
}

static enum status search_all(struct ledger_reader *const *readers, size_t count, struct slice name,
                              bool by_position, struct lives *out, struct fail *fail)
{
    enum status st = ST_OK;
    for (size_t i = 0; st == ST_OK && i < count; i++) {
        struct search s = {.lives = out, .reader = readers[i]};
        st = search_ledger(&s, name, by_position, fail);
        mem_free(s.topics);
        mem_free(s.found);
    }
    return st;
}

enum status lives_find(struct ledger_reader *const *readers, size_t count, struct slice name,
                       struct lives *out, struct fail *fail)
{
    enum status st;
    struct lives l = {.v = NULL};

    arena_init(&l.arena);
    st = search_all(readers, count, name, false, &l, fail);
    if (st == ST_OK && l.count == 0)
        st = search_all(readers, count, name, true, &l, fail);
    if (st == ST_OK && l.count == 0)
        st = fail_set(fail, ST_NOT_FOUND, 0,
                      "no ticket of that id, and none at such a topic/partition/offset");
    if (st == ST_OK)
        *out = l;
    else
        lives_deinit(&l);
    return st;
}

void lives_deinit(struct lives *l)
{
    for (size_t i = 0; i < l->count; i++)
        mem_free(l->v[i].calls);
    mem_free(l->v);
    arena_deinit(&l->arena);
}
