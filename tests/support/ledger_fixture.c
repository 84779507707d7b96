/* Builds ledgers for tests; every helper fails the running test when the ledger says no. */
#include "support/ledger_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>
#include <sqlite3.h>

#include "base/mem.h"
#include "ledger/verify.h"

static int64_t fixture_unix_us(void *self)
{
    return ((struct ledger_fixture *)self)->now_unix_us;
}

static void must(enum status st, const struct fail *fail)
{
    if (st != ST_OK)
        fail_msg("%s: %s", status_name(st), fail->text);
}

void ledger_fixture_init(struct ledger_fixture *f)
{
    memset(f, 0, sizeof(*f));
    f->clock = (struct clock){.self = f, .unix_us = fixture_unix_us, .mono_us = fixture_unix_us};
    f->now_unix_us = INT64_C(1764000000000000);
    snprintf(f->dir, sizeof(f->dir), "/tmp/ledger-test-XXXXXX");
    assert_non_null(mkdtemp(f->dir));
    snprintf(f->path, sizeof(f->path), "%s/books.db", f->dir);
    ledger_fixture_open(f);
}

enum status ledger_fixture_try_open(struct ledger_fixture *f, struct fail *fail)
{
    struct ledger_options o = {.create = true,
                               .transport = "kafka",
                               .clock = &f->clock,
                               .max_result_bytes = f->max_result_bytes,
                               .max_dead_bytes = f->max_dead_bytes};

    return ledger_open(f->path, &o, &f->ledger, fail);
}

void ledger_fixture_open(struct ledger_fixture *f)
{
    struct fail fail;
    struct ledger_run run = {.started_unix_us = f->now_unix_us,
                             .prompt_version = FIXTURE_PROMPT,
                             .system_message = "Sort these.",
                             .version = "test",
                             .publish = "transactional"};

    must(ledger_fixture_try_open(f, &fail), &fail);
    must(ledger_source(f->ledger, FIXTURE_TOPIC, &f->source, &fail), &fail);
    snprintf(run.run_id, sizeof(run.run_id), "RUN%023d", ++f->runs);
    must(ledger_begin_run(f->ledger, &run, &fail), &fail);
}

void ledger_fixture_close(struct ledger_fixture *f)
{
    ledger_close(f->ledger);
    f->ledger = NULL;
}

void ledger_fixture_reopen(struct ledger_fixture *f)
{
    ledger_fixture_close(f);
    ledger_fixture_open(f);
}

void ledger_fixture_deinit(struct ledger_fixture *f)
{
    char command[128];

    ledger_fixture_close(f);
    snprintf(command, sizeof(command), "rm -rf '%s'", f->dir);
    assert_int_equal(system(command), 0);
}

enum status ledger_fixture_apply(struct ledger_fixture *f, struct ledger_cmd *cmd)
{
    struct fail fail;

    cmd->node.next = NULL;
    enum status st = ledger_apply(f->ledger, &cmd->node, &fail);
    return st == ST_OK ? cmd->status : st;
}

static void must_apply(struct ledger_fixture *f, struct ledger_cmd *cmd)
{
    must(ledger_fixture_apply(f, cmd), &cmd->fail);
}

struct pos at(struct ledger_fixture *f, int64_t offset)
{
    return (struct pos){f->source, 0, offset};
}

struct ledger_cmd *admit_cmd(struct ledger_fixture *f, int64_t offset, const char *text)
{
    struct ledger_cmd *cmd = ledger_cmd_new(LOP_ADMIT);
    struct admit_item *item = arena_zalloc(&cmd->arena, sizeof(*item));
    uint8_t hash[SHA256_SIZE];
    char id[32];

    int n = snprintf(id, sizeof(id), "T-%s", text);
    sha256(slice_str(text), hash);
    *item = (struct admit_item){.kind = ADMIT_TICKET,
                                .pos = at(f, offset),
                                .record_unix_ms = f->now_unix_us / 1000,
                                .ticket_id = arena_copy(&cmd->arena, slice_of(id, (size_t)n)),
                                .language = SLICE_LIT("en"),
                                .may_reuse = true};
    memcpy(item->value_hash, hash, sizeof(item->value_hash));
    memcpy(item->content_hash, hash, sizeof(hash));
    ledger_reuse_key(item->ticket_id, hash, SLICE_LIT(FIXTURE_PROMPT), SLICE_LIT("budget"),
                     item->reuse_key);
    cmd->u.admit.items = item;
    cmd->u.admit.count = 1;
    return cmd;
}

void admit(struct ledger_fixture *f, int64_t offset, const char *text)
{
    struct ledger_cmd *cmd = admit_cmd(f, offset, text);

    must_apply(f, cmd);
    assert_int_equal(cmd->u.admit.items->outcome, ADMITTED_NEW);
    ledger_cmd_free(cmd);
}

struct ledger_cmd *intent_cmd(struct ledger_fixture *f, int64_t offset, size_t count,
                              int64_t reserved_pusd)
{
    struct ledger_cmd *cmd = ledger_cmd_new(LOP_INTENT);
    struct random r;

    cmd->u.intent.call = (struct ledger_call){.purpose = PURPOSE_FIRST,
                                              .model = SLICE_LIT("deepseek-v4-flash"),
                                              .provider = SLICE_LIT("global-api"),
                                              .endpoint = SLICE_LIT("us-east"),
                                              .tier = SLICE_LIT("budget"),
                                              .prompt_version = SLICE_LIT(FIXTURE_PROMPT),
                                              .reserved_pusd = reserved_pusd,
                                              .token_cap = 640,
                                              .sent_unix_us = f->now_unix_us,
                                              .attempt = 1};
    random_seed_system(&r);
    random_id(&r, f->now_unix_us, cmd->u.intent.call.call_id);
    cmd->u.intent.tickets = arena_alloc(&cmd->arena, count * sizeof(struct pos));
    for (size_t i = 0; i < count; i++)
        cmd->u.intent.tickets[i] = at(f, offset + (int64_t)i);
    cmd->u.intent.count = count;
    return cmd;
}

int64_t intent(struct ledger_fixture *f, int64_t offset, size_t count, int64_t reserved_pusd)
{
    struct ledger_cmd *cmd = intent_cmd(f, offset, count, reserved_pusd);

    must_apply(f, cmd);
    int64_t call_no = cmd->u.intent.call_no;
    ledger_cmd_free(cmd);
    return call_no;
}

struct ledger_cmd *settle_cmd(struct ledger_fixture *f, int64_t call_no, int64_t offset,
                              size_t count, enum call_state state, int64_t cost_pusd)
{
    struct ledger_cmd *cmd = ledger_cmd_new(LOP_SETTLE);
    struct settle_item *items = arena_zalloc(&cmd->arena, count * sizeof(*items));
    bool answered = state == CALL_ANSWERED, priced = cost_pusd != PUSD_UNPRICED;
    int64_t each = priced ? cost_pusd / (int64_t)count : 0;

    for (size_t i = 0; i < count; i++)
        items[i] = (struct settle_item){
            .pos = at(f, offset + (int64_t)i),
            .outcome = answered                ? SHARE_ACCEPTED
                       : state == CALL_UNKNOWN ? SHARE_UNKNOWN
                                               : SHARE_NOTHING,
            .input_tokens = answered ? 100 : 0,
            .cached_tokens = answered ? 40 : 0,
            .output_tokens = answered ? 20 : 0,
            .cost_pusd = !priced ? PUSD_UNPRICED
                         : i     ? each
                                 : cost_pusd - each * ((int64_t)count - 1),
            .counts = answered,
            .then = answered ? SETTLE_RESULT : SETTLE_OPEN,
            .verdict = {.confidence_ppm = 930000, .summary = SLICE_LIT("Charged \"twice\".")},
            .category = SLICE_LIT("billing")};
    cmd->u.settle.items = items;
    cmd->u.settle.count = count;
    cmd->u.settle.call =
        (struct ledger_settle){.call_no = call_no,
                               .state = state,
                               .cause = answered                ? FAIL_NONE
                                        : state == CALL_UNKNOWN ? FAIL_TIMEOUT
                                                                : FAIL_SERVER,
                               .http_status = answered ? 200 : 0,
                               .usage = {.input = answered ? 100 * (int64_t)count : 0,
                                         .cached = answered ? 40 * (int64_t)count : 0,
                                         .output = answered ? 20 * (int64_t)count : 0,
                                         .present = answered,
                                         .provider_cost_pusd = PUSD_UNPRICED},
                               .cost_pusd = cost_pusd,
                               .answered_unix_us = f->now_unix_us,
                               .latency_us = 600000,
                               .finish_reason = SLICE_LIT("stop"),
                               .raw_answer = answered ? SLICE_LIT("{\"results\":[]}") : SLICE_NONE};
    return cmd;
}

void settle(struct ledger_fixture *f, int64_t call_no, int64_t offset, size_t count,
            enum call_state state, int64_t cost_pusd)
{
    struct ledger_cmd *cmd = settle_cmd(f, call_no, offset, count, state, cost_pusd);

    must_apply(f, cmd);
    ledger_cmd_free(cmd);
}

struct ledger_cmd *mark_cmd(int64_t published_seq)
{
    struct ledger_cmd *cmd = ledger_cmd_new(LOP_MARK);

    cmd->u.mark.published_seq = published_seq;
    return cmd;
}

const struct outrow *row_of(const struct ledger_cmd *cmd, size_t i)
{
    LIST_EACH(n, &cmd->rows)
    if (i-- == 0)
        return LIST_ENTRY(n, struct outrow, node);
    return NULL;
}

size_t rows_in(const struct ledger_cmd *cmd)
{
    size_t n = 0;

    while (row_of(cmd, n))
        n++;
    return n;
}

struct ledger_audit audit_of(struct ledger_fixture *f)
{
    struct ledger_audit a;
    struct fail fail;

    must(ledger_audit(f->ledger, &a, &fail), &fail);
    return a;
}

int64_t call_for(struct ledger_fixture *f, enum call_purpose purpose, const char *tier,
                 int64_t offset, size_t count, int64_t reserved_pusd)
{
    struct ledger_cmd *cmd = intent_cmd(f, offset, count, reserved_pusd);

    cmd->u.intent.call.purpose = purpose;
    cmd->u.intent.call.tier = slice_str(tier);
    must_apply(f, cmd);
    int64_t call = cmd->u.intent.call_no;
    ledger_cmd_free(cmd);
    return call;
}

void settle_compared(struct ledger_fixture *f, int64_t call, int64_t offset, size_t count,
                     const char *category, int64_t cost_pusd)
{
    struct ledger_cmd *cmd = settle_cmd(f, call, offset, count, CALL_ANSWERED, cost_pusd);

    for (size_t i = 0; i < count; i++) {
        struct settle_item *item = &cmd->u.settle.items[i];
        item->then = SETTLE_OPEN;
        item->outcome = SHARE_COMPARED;
        item->counts = false;
        item->slot = (int32_t)i;
        item->category = slice_str(category);
        item->verdict.confidence_ppm = 700000;
    }
    must_apply(f, cmd);
    ledger_cmd_free(cmd);
}

void end_run(struct ledger_fixture *f, int exit_code)
{
    struct ledger_cmd *cmd = ledger_cmd_new(LOP_END);

    cmd->u.end = (struct ledger_end){exit_code, SLICE_LIT("done"), f->now_unix_us};
    must_apply(f, cmd);
    ledger_cmd_free(cmd);
}

static void print_finding(void *self, const char *line)
{
    (void)self;
    print_message("  %s\n", line);
}

void expect_straight(const char *path)
{
    struct fail fail;
    int64_t findings = -1;

    if (ledger_verify_books(path, print_finding, NULL, &findings, &fail) != ST_OK)
        fail_msg("%s", fail.text);
    assert_int_equal(findings, 0);
}

const char *ask(const char *path, const char *sql)
{
    static char out[4000];
    sqlite3 *db = NULL;
    sqlite3_stmt *s = NULL;
    size_t n = 0;

    assert_int_equal(sqlite3_open_v2(path, &db, SQLITE_OPEN_READONLY, NULL), SQLITE_OK);
    if (sqlite3_prepare_v2(db, sql, -1, &s, NULL) != SQLITE_OK)
        fail_msg("%s: %s", sql, sqlite3_errmsg(db));
    out[0] = '\0';
    while (sqlite3_step(s) == SQLITE_ROW) {
        for (int c = 0; c < sqlite3_column_count(s); c++) {
            const unsigned char *text = sqlite3_column_text(s, c);
            n += (size_t)snprintf(out + n, sizeof(out) - n, "%s%s",
                                  c   ? "|"
                                  : n ? "; "
                                      : "",
                                  text ? (const char *)text : "-");
        }
    }
    sqlite3_finalize(s);
    sqlite3_close(db);
    return out;
}

int ledger_setup(void **state)
{
    struct ledger_fixture *f = mem_zalloc(sizeof(*f));

    ledger_fixture_init(f);
    *state = f;
    return 0;
}

int ledger_teardown(void **state)
{
    ledger_fixture_deinit(*state);
    mem_free(*state);
    return 0;
}

void ledger_fill(struct ledger_fixture *f, int64_t count)
{
    for (int64_t i = 0; i < count; i++) {
        char text[24];
        snprintf(text, sizeof(text), "%lld", (long long)i);
        admit(f, i, text);
        settle(f, intent(f, i, 1, 100), i, 1, CALL_ANSWERED, 70);
    }
}
