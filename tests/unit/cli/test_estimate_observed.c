/* What `estimate` learns of earlier runs: recent calls of the same prompt, by model and language,
 * over all partitions.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
/* cmocka needs the above */
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "cli/estimate.h"
#include "support/config_fixture.h"
#include "support/ledger_fixture.h"

#define RECENT 2000 /* newest offsets of a partition that are looked at */

static struct config *config_for(const struct ledger_fixture *f)
{
    char text[800];
    snprintf(text, sizeof text,
             "providers: {p: {endpoints: [{url: \"https://h.example/v1\"}]}}\n"
             "models: {other: {provider: p}, deepseek-v4-flash: {provider: p}}\n"
             "tiers: {t: [other]}\nroutes: [{tier: t}]\nledger: {path: \"%s\"}\n",
             f->path);
    return config_of_text(text, CONFIG_FOR_FILE);
}

/* Tickets of a partition, admitted and answered by one call. */
static void answered(struct ledger_fixture *f, int partition, int64_t offset, size_t count,
                     const char *language, enum call_purpose purpose)
{
    struct ledger_cmd *cmd;
    int64_t call;
    for (size_t i = 0; purpose == PURPOSE_FIRST && i < count; i++) {
        char text[64];
        snprintf(text, sizeof text, "%d/%lld", partition, (long long)offset + (long long)i);
        cmd = admit_cmd(f, offset + (int64_t)i, text);
        cmd->u.admit.items[0].pos.partition = partition;
        cmd->u.admit.items[0].language = slice_str(language);
        assert_int_equal(ledger_fixture_apply(f, cmd), ST_OK);
        ledger_cmd_free(cmd);
    }
    cmd = intent_cmd(f, offset, count, 1000000);
    cmd->u.intent.call.purpose = purpose;
    for (size_t i = 0; i < count; i++)
        cmd->u.intent.tickets[i].partition = partition;
    assert_int_equal(ledger_fixture_apply(f, cmd), ST_OK);
    call = cmd->u.intent.call_no;
    ledger_cmd_free(cmd);
    cmd = settle_cmd(f, call, offset, count, CALL_ANSWERED, 1000 * (int64_t)count);
    for (size_t i = 0; i < count; i++) {
        cmd->u.settle.items[i].pos.partition = partition;
        cmd->u.settle.items[i].then = purpose == PURPOSE_FIRST ? SETTLE_RESULT : SETTLE_OPEN;
    }
    assert_int_equal(ledger_fixture_apply(f, cmd), ST_OK);
    ledger_cmd_free(cmd);
}

static void recent_calls_are_summed_by_model_and_language(void **state)
{
    struct ledger_fixture f;
    struct observed o;
    (void)state;
    ledger_fixture_init(&f);
    answered(&f, 0, 10, 3, "en", PURPOSE_FIRST);
    answered(&f, 0, 13, 2, "de", PURPOSE_FIRST);
    answered(&f, 5, 0, 4, "en", PURPOSE_FIRST);
    answered(&f, 7, 100, 1, "en", PURPOSE_FIRST);
    ledger_fixture_close(&f);

    struct config *c = config_for(&f);
    observe(c, FIXTURE_PROMPT, &o);
    assert_int_equal(o.ledgers, 1);
    assert_int_equal(o.models[0].calls, 0);
    const struct observed_model *m = &o.models[1];
    assert_int_equal(m->calls, 4);
    assert_int_equal(m->tickets, 10);
    assert_int_equal(m->input_tokens, 1000);
    assert_int_equal(m->cached_tokens, 400);
    assert_int_equal(m->output_tokens, 200);
    assert_int_equal(m->latency_us, 4 * 600000);
    assert_int_equal(m->language_tickets[LANG_EN], 8); /* of three partitions */
    assert_int_equal(m->language_output[LANG_EN], 160);
    assert_int_equal(m->language_tickets[LANG_DE], 2);
    assert_int_equal(o.results, 10);
    assert_int_equal(o.reused, 0);
    assert_int_equal(o.first_pusd, 10000);
    assert_int_equal(o.again_pusd, 0);
    observed_deinit(&o);
    config_free(c);
    ledger_fixture_deinit(&f);
}

static void another_prompt_tells_nothing(void **state)
{
    struct ledger_fixture f;
    struct observed o;
    (void)state;
    ledger_fixture_init(&f);
    answered(&f, 0, 10, 3, "en", PURPOSE_FIRST);
    ledger_fixture_close(&f);
    struct config *c = config_for(&f);
    observe(c, "another", &o);
    assert_int_equal(o.models[1].calls, 0);
    assert_int_equal(o.models[1].language_tickets[LANG_EN], 0);
    assert_int_equal(o.results, 3); /* reuse does not depend on it */
    observed_deinit(&o);
    config_free(c);
    ledger_fixture_deinit(&f);
}

static void old_offsets_of_a_partition_are_left_out(void **state)
{
    struct ledger_fixture f;
    struct observed o;
    (void)state;
    ledger_fixture_init(&f);
    answered(&f, 0, 1, 5, "en", PURPOSE_FIRST);
    answered(&f, 0, RECENT + 4, 2, "en", PURPOSE_FIRST); /* up to RECENT + 5 */
    ledger_fixture_close(&f);
    struct config *c = config_for(&f);
    observe(c, FIXTURE_PROMPT, &o);
    assert_int_equal(o.models[1].language_tickets[LANG_EN], 2);
    assert_int_equal(o.results, 2);
    assert_int_equal(o.models[1].tickets, 7); /* calls are recent all the same */
    observed_deinit(&o);
    config_free(c);
    ledger_fixture_deinit(&f);
}

static void copies_are_the_reused_results(void **state)
{
    struct ledger_fixture f;
    struct observed o;
    (void)state;
    ledger_fixture_init(&f);
    answered(&f, 0, 0, 1, "en", PURPOSE_FIRST);
    for (int i = 1; i < 4; i++) {
        struct ledger_cmd *cmd = admit_cmd(&f, i, "0/0"); /* the same text and id */
        assert_int_equal(ledger_fixture_apply(&f, cmd), ST_OK);
        assert_int_equal(cmd->u.admit.items[0].outcome, ADMITTED_REUSED);
        ledger_cmd_free(cmd);
    }
    ledger_fixture_close(&f);
    struct config *c = config_for(&f);
    observe(c, FIXTURE_PROMPT, &o);
    assert_int_equal(o.results, 4);
    assert_int_equal(o.reused, 3);
    observed_deinit(&o);
    config_free(c);
    ledger_fixture_deinit(&f);
}

static void a_ledger_that_is_not_there_or_is_none_is_done_without(void **state)
{
    struct ledger_fixture f = {.path = "/nonexistent/x.db"};
    struct observed o;
    struct config *c = config_for(&f);
    (void)state;
    observe(c, FIXTURE_PROMPT, &o);
    assert_int_equal(o.ledgers, 0);
    observed_deinit(&o);
    config_free(c);

    config_file("c.db", "not a ledger", 12);
    snprintf(f.path, sizeof f.path, "%s/c.db", config_folder);
    c = config_for(&f);
    observe(c, FIXTURE_PROMPT, &o);
    assert_int_equal(o.ledgers, 0);
    observed_deinit(&o);
    config_free(c);
    remove(f.path);
}

static void an_empty_ledger_shows_nothing(void **state)
{
    struct ledger_fixture f;
    struct observed o;
    (void)state;
    ledger_fixture_init(&f);
    ledger_fixture_close(&f);
    struct config *c = config_for(&f);
    observe(c, FIXTURE_PROMPT, &o);
    assert_int_equal(o.ledgers, 1);
    assert_int_equal(o.models[1].calls, 0);
    assert_int_equal(o.results, 0);
    observed_deinit(&o);
    config_free(c);
    ledger_fixture_deinit(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(recent_calls_are_summed_by_model_and_language),
        cmocka_unit_test(another_prompt_tells_nothing),
        cmocka_unit_test(old_offsets_of_a_partition_are_left_out),
        cmocka_unit_test(copies_are_the_reused_results),
        cmocka_unit_test(a_ledger_that_is_not_there_or_is_none_is_done_without),
        cmocka_unit_test(an_empty_ledger_shows_nothing),
    };
    return cmocka_run_group_tests(tests, config_folder_make, config_folder_remove);
}
