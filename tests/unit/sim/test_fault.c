/* Faults by name, by chance and by marker. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "sim/fault.h"

static void spec_is_name_percentage_and_parameter(void **state)
{
    (void)state;
    static const struct {
        const char *spec;
        enum sim_fault fault;
        double percent;
        const char *param;
    } good[] = {
        {"429", SIM_429, 100, ""},
        {"429:5", SIM_429, 5, ""},
        {"429:0.5:ms", SIM_429, 0.5, "ms"},
        {"429::date", SIM_429, 100, "date"},
        {"503-retry:0:3", SIM_503_RETRY, 0, "3"},
        {"oversize-400:100:4000B", SIM_OVERSIZE, 100, "4000B"},
    };
    static const char *const bad[] = {
        "",        "nope",   "429:x", "429:-1",
        "429:101", "429:1x", ":5",    "429:5:a parameter that is much too long to be one"};
    struct sim_fault_rule rule;
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        assert_int_equal(sim_fault_parse(slice_str(good[i].spec), &rule, NULL), ST_OK);
        assert_int_equal(rule.fault, good[i].fault);
        assert_true(rule.percent == good[i].percent);
        assert_string_equal(rule.param, good[i].param);
    }
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_int_equal(sim_fault_parse(slice_str(bad[i]), &rule, NULL), ST_USAGE);
}

static void every_fault_has_a_name_of_its_own(void **state)
{
    (void)state;
    for (int i = 0; i < SIM_FAULT_COUNT; i++) {
        struct sim_fault_rule rule;
        const char *name = sim_fault_name((enum sim_fault)i);
        assert_int_equal(sim_fault_parse(slice_str(name), &rule, NULL), ST_OK);
        assert_int_equal(rule.fault, i);
        assert_true(sim_fault_text((enum sim_fault)i)[0] != '\0');
    }
    assert_string_equal(sim_fault_name(SIM_NO_FAULT), "none");
}

static void rules_strike_in_order_and_in_proportion(void **state)
{
    (void)state;
    struct sim_fault_rules rules = {0};
    struct sim_fault_rule rule;
    struct random random;
    int counts[3] = {0};
    assert_int_equal(sim_fault_parse(SLICE_LIT("500:25"), &rule, NULL), ST_OK);
    sim_fault_add(&rules, &rule);
    assert_int_equal(sim_fault_parse(SLICE_LIT("missing:50"), &rule, NULL), ST_OK);
    sim_fault_add(&rules, &rule);
    random_seed(&random, 7);
    for (int i = 0; i < 10000; i++) {
        const struct sim_fault_rule *r = sim_fault_draw(&rules, SLICE_LIT("m"), &random);
        counts[r == NULL ? 2 : r->fault == SIM_500 ? 0 : 1]++;
    }
    assert_in_range(counts[0], 2300, 2700); /* 25 % */
    assert_in_range(counts[1], 3550, 3950); /* half of the rest */
    sim_fault_clear(&rules);
    assert_null(sim_fault_draw(&rules, SLICE_LIT("m"), &random));
}

static void a_rule_for_one_model_spares_the_others(void **state)
{
    (void)state;
    struct sim_fault_rules rules = {0};
    struct sim_fault_rule rule;
    struct random random;
    random_seed(&random, 7);
    assert_int_equal(sim_fault_parse(SLICE_LIT("429::past@qwen/qwen3:free"), &rule, NULL), ST_OK);
    assert_string_equal(rule.param, "past");
    assert_string_equal(rule.model, "qwen/qwen3:free");
    sim_fault_add(&rules, &rule);
    assert_null(sim_fault_draw(&rules, SLICE_LIT("qwen"), &random));
    assert_non_null(sim_fault_draw(&rules, SLICE_LIT("qwen/qwen3:free"), &random));
    sim_fault_clear(&rules);
}

static void marker_in_a_text_names_a_fault(void **state)
{
    (void)state;
    struct sim_fault_rule rule;
    assert_true(sim_fault_in_text(SLICE_LIT("see [[fault:reset]] there"), &rule));
    assert_int_equal(rule.fault, SIM_RESET);
    assert_true(sim_fault_in_text(SLICE_LIT("[[fault:429:past]]"), &rule));
    assert_int_equal(rule.fault, SIM_429);
    assert_string_equal(rule.param, "past");
    assert_false(sim_fault_in_text(SLICE_LIT("[[fault:nope]]"), &rule));
    assert_false(sim_fault_in_text(SLICE_LIT("[[fault:reset"), &rule));
    assert_false(sim_fault_in_text(SLICE_LIT("fault:reset"), &rule));
    assert_false(sim_fault_in_text(SLICE_LIT(""), &rule));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(spec_is_name_percentage_and_parameter),
        cmocka_unit_test(every_fault_has_a_name_of_its_own),
        cmocka_unit_test(rules_strike_in_order_and_in_proportion),
        cmocka_unit_test(a_rule_for_one_model_spares_the_others),
        cmocka_unit_test(marker_in_a_text_names_a_fault),
    };
    return cmocka_run_group_tests_name("fault", tests, NULL, NULL);
}
