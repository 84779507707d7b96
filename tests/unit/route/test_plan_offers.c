/* Which models a run may use, and which start is refused and why. The configuration of every case
 * is a file, read as a run reads it. */
#include "route/plan.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "support/config_fixture.h"
#include "support/plan_fixture.h"

/* "a b" */
static void assert_models(const struct plan_made *m, int tier, const char *expected)
{
    char text[100] = "";
    const struct plan_tier *t = plan_tier(m->plan, tier);
    for (int i = 0; i < t->count; i++)
        snprintf(text + strlen(text), sizeof text - strlen(text), "%s%s", i > 0 ? " " : "",
                 m->config->models[t->models[i]].name);
    assert_string_equal(text, expected);
}

/* ---- what is left ------------------------------------------------------------------------- */

static void only_models_of_the_provider_and_priced_ones_are_left(void **state)
{
    (void)state;
    static const char tiers[] =
        "tiers: {one: [a, u, x, v], two: [x, w, a]}\nroutes: [{tier: one}]\n";
    static const struct {
        int only;
        bool capped;
        const char *one, *two;
    } cases[] = {
        {PLAN_ANY, false, "a u x v", "x w a"}, {PLAN_ANY, true, "a x v", "x w a"},
        {PLAN_P, false, "a u v", "a"},         {PLAN_P, true, "a v", "a"},
        {PLAN_Q, false, "x", "x w"},           {PLAN_Q, true, "x", "x w"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct plan_made m;
        plan_of_good(&m, tiers, cases[i].only, cases[i].capped);
        assert_models(&m, 0, cases[i].one);
        assert_models(&m, 1, cases[i].two);
        plan_end(&m);
    }
}

static void only_provider_of_the_file_counts_unless_another_is_given(void **state)
{
    (void)state;
    static const char rest[] = "only_provider: q\ntiers: {one: [a, x]}\nroutes: [{tier: one}]\n";
    struct plan_made m;
    plan_of_good(&m, rest, PLAN_ANY, false);
    assert_models(&m, 0, "x");
    plan_end(&m);
    plan_of_good(&m, rest, PLAN_P, false);
    assert_models(&m, 0, "a");
    plan_end(&m);
}

static void each_model_passed_over_is_told_once(void **state)
{
    (void)state;
    struct plan_made m;
    plan_of_good(&m, "tiers: {one: [a, u, x], two: [b, x]}\nroutes: [{tier: one}]\n", PLAN_P, true);
    assert_string_equal(m.notes.p,
                        "model u is passed over: it has no price, and a budget is set\n"
                        "model x is passed over: it is not at p, the only provider to be used\n");
    plan_end(&m);
    plan_of_good(&m, "tiers: {one: [a, u]}\nroutes: [{tier: one}]\n", PLAN_ANY, false);
    assert_int_equal(m.notes.n, 0);
    plan_end(&m);
}

static void an_empty_tier_that_is_only_a_way_out_is_a_note(void **state)
{
    (void)state;
    struct plan_made m;
    plan_of_good(
        &m,
        "tiers: {one: [a], far: [x]}\n"
        "shadow: {from: one, to: far, percent: 10, mode: replace}\n"
        "routes: [{when: {code: true}, tier: one, otherwise: far, escalate: far}, {tier: one}]\n",
        PLAN_P, false);
    assert_string_equal(m.notes.p,
                        "model x is passed over: it is not at p, the only provider to be used\n"
                        "otherwise of rule 1: tier far has no model left and is not used\n"
                        "escalate of rule 1: tier far has no model left and is not used\n"
                        "shadow.to: tier far has no model left and is not used\n");
    struct facts facts = {.has_code = true};
    struct plan_choice c = plan_choose(m.plan, &facts, true);
    assert_int_equal(c.tier, 0);
    assert_int_equal(c.otherwise, -1);
    assert_int_equal(c.escalate, -1);
    assert_false(c.replaced);
    plan_end(&m);
}

static void an_empty_tier_gives_way_to_otherwise(void **state)
{
    (void)state;
    struct plan_made m;
    plan_of_good(
        &m,
        "tiers: {far: [x], one: [a], two: [b]}\n"
        "routes: [{when: {code: true}, tier: far, otherwise: one, escalate: one},\n"
        "         {when: {image: false}, tier: far, otherwise: one, escalate: two}, {tier: one}]\n",
        PLAN_P, false);
    assert_non_null(strstr(m.notes.p, "rule 1: tier far has no model left, so one is used\n"));
    struct facts facts = {.has_code = true};
    struct plan_choice c = plan_choose(m.plan, &facts, false);
    assert_int_equal(c.route, 0);
    assert_int_equal(c.tier, 1);
    assert_int_equal(c.otherwise, -1);
    assert_int_equal(c.escalate, -1); /* it is there already */
    assert_why(&m, c, &facts, "rule 1: the text contains code; far has no model left, so one");
    facts.has_code = false;
    assert_int_equal(plan_choose(m.plan, &facts, false).escalate, 2);
    plan_end(&m);
}

/* ---- what is refused ---------------------------------------------------------------------- */

static void a_route_without_a_model_is_refused_with_what_to_do(void **state)
{
    (void)state;
    static const struct {
        const char *rest;
        int only;
        bool capped;
        const char *said[5];
    } cases[] = {
        {"tiers: {one: [a], far: [x]}\nroutes: [{when: {language: zh}, tier: far}, {tier: one}]\n",
         PLAN_P,
         false,
         {"rule 1 (language=zh)", "tier far", "no model at p", "only_provider", "otherwise"}},
        {"tiers: {one: [a], far: [x], off: [w]}\n"
         "routes: [{when: {code: true}, tier: far, otherwise: off}, {tier: one}]\n",
         PLAN_P,
         false,
         {"rule 1 (code)", "tier far and its otherwise, off", "no model at p"}},
        {"tiers: {one: [a]}\nroutes: [{tier: one}]\n",
         PLAN_Q,
         false,
         {"rule 1 (default)", "tier one", "no model at q"}},
        {"tiers: {one: [a], free: [u]}\nroutes: [{when: {code: true}, tier: free}, {tier: one}]\n",
         PLAN_ANY,
         true,
         {"rule 1 (code)", "tier free", "no model with a price", "models.u.price", "budget"}},
        {"tiers: {one: [a], mixed: [x, u]}\nroutes: [{tier: mixed}]\n",
         PLAN_P,
         true,
         {"tier mixed", "no model with a price at p", "models.u.price"}},
        {"tiers: {one: [a], far: [x], free: [u]}\nroutes: [{tier: far, otherwise: free}]\n",
         PLAN_P,
         true,
         {"tier far and its otherwise, free", "no model with a price at p", "models.u.price"}},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct plan_made m;
        plan_of(&m, cases[i].rest, cases[i].only, cases[i].capped);
        assert_int_equal(m.st, ST_CONFIG);
        assert_int_equal(m.fail.code, ST_CONFIG);
        assert_null(m.plan);
        for (int k = 0; k < 5 && cases[i].said[k]; k++)
            if (!strstr(m.fail.text, cases[i].said[k]))
                fail_msg("%s: not in: %s", cases[i].said[k], m.fail.text);
        plan_end(&m);
    }
    plan_free(NULL);
}

static void the_shipped_file_makes_a_plan_under_a_budget(void **state)
{
    (void)state;
    struct config *c = config_of_file(SHIPPED, CONFIG_FOR_RUN);
    struct plan *plan = NULL;
    struct buf notes;
    struct fail fail;
    buf_init(&notes, 10000);
    if (plan_make(c, PLAN_ANY, true, &plan, &notes, &fail) != ST_OK)
        fail_msg("%s", fail.text);
    struct facts facts = {.language = LANG_UND};
    plan_fields(plan, &facts.field_count);
    struct fact *absent = test_calloc((size_t)facts.field_count + 1, sizeof *absent);
    facts.fields = absent;
    struct plan_choice choice = plan_choose(plan, &facts, false);
    test_free(absent);
    assert_int_equal(choice.route, c->route_count - 1);
    assert_true(plan_tier(plan, choice.tier)->count > 0);
    plan_free(plan);
    buf_deinit(&notes);
    config_free(c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_models_of_the_provider_and_priced_ones_are_left),
        cmocka_unit_test(only_provider_of_the_file_counts_unless_another_is_given),
        cmocka_unit_test(each_model_passed_over_is_told_once),
        cmocka_unit_test(an_empty_tier_that_is_only_a_way_out_is_a_note),
        cmocka_unit_test(an_empty_tier_gives_way_to_otherwise),
        cmocka_unit_test(a_route_without_a_model_is_refused_with_what_to_do),
        cmocka_unit_test(the_shipped_file_makes_a_plan_under_a_budget),
    };
    return cmocka_run_group_tests(tests, config_folder_make, config_folder_remove);
}
