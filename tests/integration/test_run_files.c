/* run_files as other commands call it: several runs in one process, over one ledger, with the
 * simulated provider in a thread beside it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "config/offhand.h"
#include "pipeline/run.h"
#include "sim/server.h"
#include "support/file_fixture.h"

enum { TICKETS = 60 };

static struct sim *sim;
static struct config *config;

static int begin(void **state)
{
    struct sim_options so;
    struct config_errors errors;
    struct fail fail;
    (void)state;
    sim_options_init(&so);
    assert_int_equal(sim_start(&so, &sim, &fail), ST_OK);
    assert_int_equal(config_built_in(&config, &errors), ST_OK);
    unsetenv("OPENAI_API_KEY");
    const struct offhand o = {
        .model = "m", .url = sim_url(sim), .price_in = "0.18", .price_out = "0.25"};
    assert_int_equal(config_offhand(config, &o, &fail), ST_OK);
    return 0;
}

static int end(void **state)
{
    (void)state;
    config_free(config);
    sim_stop(sim);
    return 0;
}

static void put_tickets(const char *path)
{
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    for (int i = 0; i < TICKETS; i++)
        fprintf(f, "{\"ticket_id\":\"T-%d\",\"body\":\"My parcel %d is late\"}\n", i, i);
    fputs("no ticket\n", f);
    fclose(f);
}

static int64_t billed(void)
{
    struct sim_totals t;
    sim_totals(sim, &t);
    return t.billed_calls;
}

static struct run_outcome run_variant(const struct file_fixture *f, const char *variant,
                                      int64_t limit)
{
    char ledger[100];
    struct run_outcome out;
    snprintf(ledger, sizeof ledger, "%s/ledger.db", f->dir);
    run_files(&(struct run_options){.config = config,
                                    .shards = 1,
                                    .limit = limit,
                                    .from = -1,
                                    .only_provider = -1,
                                    .budget_pusd = CONFIG_OFF,
                                    .spent_pusd = -1,
                                    .version = "test",
                                    .ledger_path = ledger},
              &(struct run_files){.input = f->path, .variant = variant}, &out);
    if (!out.ran)
        fail_msg("%s", out.message);
    assert_true(out.audit_ok);
    return out;
}

static void variants_share_a_ledger_and_each_is_asked_and_resumed_by_itself(void **state)
{
    struct file_fixture *f = *state;
    put_tickets(f->path);
    struct run_outcome a = run_variant(f, "a", 20);
    assert_string_equal(a.stopped_by, "limit");
    assert_int_equal(a.left, TICKETS + 1 - 20);
    assert_non_null(strstr(a.source, "#a"));
    a = run_variant(f, "a", -1);
    assert_string_equal(a.stopped_by, "done");
    assert_int_equal(a.left, 0);
    assert_int_equal(a.output_rows, -1);
    assert_int_equal(a.stats.read, TICKETS + 1 - 20);
    assert_int_equal(a.stats.dead, 1);

    int64_t before = billed();
    struct run_outcome b = run_variant(f, "b", -1);
    assert_int_equal(b.exit_code, 0);
    assert_int_equal(b.stats.results, TICKETS);
    assert_true(billed() >= before + TICKETS / 10);
    before = billed();
    a = run_variant(f, "a", -1);
    b = run_variant(f, "b", -1);
    assert_int_equal(a.stats.read + b.stats.read, 0);
    assert_int_equal(billed(), before);
}

static void what_is_wrong_with_the_files_is_an_outcome_not_an_end(void **state)
{
    struct file_fixture *f = *state;
    char ledger[100];
    struct run_outcome out;
    snprintf(ledger, sizeof ledger, "%s/ledger.db", f->dir);
    run_files(&(struct run_options){.config = config, .shards = 1, .ledger_path = ledger},
              &(struct run_files){.input = "/nowhere/at/all"}, &out);
    assert_false(out.ran);
    assert_int_equal(out.exit_code, 64);
    assert_non_null(strstr(out.message, "/nowhere/at/all"));
    assert_null(file_get(ledger));
}

int main(void)
{
#define T(test) cmocka_unit_test_setup_teardown(test, file_setup, file_teardown)
    const struct CMUnitTest tests[] = {
        T(variants_share_a_ledger_and_each_is_asked_and_resumed_by_itself),
        T(what_is_wrong_with_the_files_is_an_outcome_not_an_end),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
