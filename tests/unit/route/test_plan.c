/* Where each ticket goes and what is said about it. The configuration of every case is a file, read
 * as a run reads it. */
#include "route/plan.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "base/mem.h"
#include "support/config_fixture.h"
#include "support/plan_fixture.h"

/* ---- where a ticket goes ------------------------------------------------------------------ */

static const char six_routes[] =
    "tiers: {one: [a], two: [b], three: [v], four: [x]}\n"
    "routes:\n"
    "  - {when: {field: /customer/plan, equals: paid}, tier: two, otherwise: one, escalate: "
    "three}\n"
    "  - {when: {field: /amount, greater: 100}, tier: three}\n"
    "  - {when: {field: /customer/plan, regex: ^gold}, tier: four}\n"
    "  - {when: {language: [zh, ja]}, tier: three}\n"
    "  - {when: {bytes: 1KiB}, tier: two}\n"
    "  - {tier: one}\n";

static const struct {
    struct fact plan, amount;
    enum language language;
    int64_t bytes;
    int route, tier, otherwise, escalate;
    const char *why;
} first_cases[] = {
    {{FACT_TEXT, SLICE_LIT("paid")},
     {FACT_NUMBER, SLICE_LIT("500")},
     LANG_ZH,
     9999,
     0,
     1,
     0,
     2,
     "rule 1: /customer/plan is paid"},
    {{FACT_TEXT, SLICE_LIT("gold")},
     {FACT_NUMBER, SLICE_LIT("500")},
     LANG_ZH,
     9999,
     1,
     2,
     -1,
     -1,
     "rule 2: /amount is above 100"},
    {{FACT_TEXT, SLICE_LIT("gold")},
     {FACT_NUMBER, SLICE_LIT("50")},
     LANG_ZH,
     9999,
     2,
     3,
     -1,
     -1,
     "rule 3: /customer/plan matches ^gold"},
    {{FACT_ABSENT, {NULL, 0}},
     {FACT_ABSENT, {NULL, 0}},
     LANG_JA,
     9999,
     3,
     2,
     -1,
     -1,
     "rule 4: language is ja (by its script)"},
    {{FACT_ABSENT, {NULL, 0}},
     {FACT_ABSENT, {NULL, 0}},
     LANG_UND,
     1025,
     4,
     1,
     -1,
     -1,
     "rule 5: the text has more than 1024 bytes"},
    {{FACT_ABSENT, {NULL, 0}},
     {FACT_ABSENT, {NULL, 0}},
     LANG_UND,
     1024,
     5,
     0,
     -1,
     -1,
     "rule 6: takes what is left"},
};

static void the_first_rule_that_fits_wins(void **state)
{
    (void)state;
    struct plan_made m;
    plan_of_good(&m, six_routes, PLAN_ANY, false);
    int count;
    const char *const *fields = plan_fields(m.plan, &count);
    assert_int_equal(count, 2); /* each pointer once */
    assert_string_equal(fields[0], "/customer/plan");
    assert_string_equal(fields[1], "/amount");
    for (size_t i = 0; i < sizeof first_cases / sizeof *first_cases; i++) {
        struct fact values[] = {first_cases[i].plan, first_cases[i].amount};
        struct facts facts = {.language = first_cases[i].language,
                              .text_bytes = first_cases[i].bytes,
                              .fields = values,
                              .field_count = 2};
        struct plan_choice c = plan_choose(m.plan, &facts, true);
        assert_int_equal(c.route, first_cases[i].route);
        assert_int_equal(c.tier, first_cases[i].tier);
        assert_int_equal(c.otherwise, first_cases[i].otherwise);
        assert_int_equal(c.escalate, first_cases[i].escalate);
        assert_false(c.needs_vision || c.replaced);
        assert_why(&m, c, &facts, first_cases[i].why);
    }
    assert_string_equal(plan_route_label(m.plan, 0), "/customer/plan=paid");
    assert_string_equal(plan_route_label(m.plan, 3), "language=zh,ja");
    assert_string_equal(plan_route_label(m.plan, 5), "default");
    plan_end(&m);
}

static void an_image_goes_where_it_can_be_seen(void **state)
{
    (void)state;
    static const struct {
        const char *tiers, *route;
        int only, tier, otherwise, escalate;
        bool needs_vision;
        const char *why;
    } cases[] = {
        /* its own tier */
        {"{t: [a, v], o: [w], z: [v]}", "{tier: t, otherwise: o, escalate: z}", PLAN_ANY, 0, 1, 2,
         true, "rule 1: takes what is left"},
        {"{t: [v, a], o: [w], z: [v]}", "{tier: t, otherwise: o, escalate: z}", PLAN_ANY, 0, 1, 2,
         true, "rule 1: takes what is left"},
        /* and then only where it can be seen as well */
        {"{t: [v], o: [a], z: [b]}", "{tier: t, otherwise: o, escalate: z}", PLAN_ANY, 0, -1, -1,
         true, "rule 1: takes what is left"},
        /* the way out of its tier */
        {"{z: [v], t: [a], o: [v]}", "{tier: t, otherwise: o, escalate: z}", PLAN_ANY, 2, -1, 0,
         true, "rule 1: takes what is left; an image, and t has no model with vision, so o"},
        {"{t: [a], o: [v]}", "{tier: t, otherwise: o, escalate: o}", PLAN_ANY, 1, -1, -1, true,
         "rule 1: takes what is left; an image, and t has no model with vision, so o"},
        /* the first tier that can */
        {"{t: [a], o: [b], y: [u], z: [v], w: [w]}", "{tier: t, otherwise: o, escalate: z}",
         PLAN_ANY, 3, -1, -1, true,
         "rule 1: takes what is left; an image, and t has no model with vision, so z"},
        /* a model passed over sees nothing */
        {"{t: [a], o: [w], z: [v]}", "{tier: t, otherwise: o}", PLAN_P, 2, -1, -1, true,
         "rule 1: takes what is left; an image, and t has no model with vision, so z"},
        /* nobody can */
        {"{t: [a], o: [b], z: [w]}", "{tier: t, otherwise: o, escalate: o}", PLAN_P, 0, 1, 1, false,
         "rule 1: takes what is left; no model with vision is left, so its text alone"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char rest[500];
        struct plan_made m;
        struct facts facts = {.has_image = true};
        snprintf(rest, sizeof rest, "tiers: %s\nroutes: [%s]\n", cases[i].tiers, cases[i].route);
        plan_of_good(&m, rest, cases[i].only, false);
        struct plan_choice c = plan_choose(m.plan, &facts, false);
        if (c.tier != cases[i].tier || c.otherwise != cases[i].otherwise ||
            c.escalate != cases[i].escalate || c.needs_vision != cases[i].needs_vision)
            fail_msg("case %zu: %d %d %d %d", i, c.tier, c.otherwise, c.escalate, c.needs_vision);
        assert_why(&m, c, &facts, cases[i].why);
        facts.has_image = false;
        c = plan_choose(m.plan, &facts, false);
        assert_false(c.needs_vision);
        assert_why(&m, c, &facts, "rule 1: takes what is left");
        plan_end(&m);
    }
}

static void replace_moves_the_chosen_tickets_of_its_tier(void **state)
{
    (void)state;
    static const struct {
        const char *tiers, *mode;
        bool image, shadowed;
        int tier, otherwise, escalate;
        bool replaced;
    } cases[] = {
        {"{from: [v], to: [a], other: [b]}", "replace", false, true, 1, 0, 2, true},
        {"{from: [v], to: [a], other: [b]}", "replace", false, false, 0, 2, 2, false},
        {"{from: [v], to: [a], other: [b]}", "mirror", false, true, 0, 2, 2, false},
        {"{from: [v], to: [a], other: [b]}", "replace", true, true, 0, -1, -1, false},
        {"{from: [v], to: [w], other: [v]}", "replace", true, true, 1, 0, 2, true},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char rest[500];
        struct plan_made m;
        struct facts facts = {.has_image = cases[i].image};
        snprintf(rest, sizeof rest,
                 "tiers: %s\nshadow: {from: from, to: to, percent: 10, mode: %s}\n"
                 "routes: [{when: {code: true}, tier: other}, {tier: from, otherwise: other, "
                 "escalate: other}]\n",
                 cases[i].tiers, cases[i].mode);
        plan_of_good(&m, rest, PLAN_ANY, false);
        struct plan_choice c = plan_choose(m.plan, &facts, cases[i].shadowed);
        if (c.tier != cases[i].tier || c.otherwise != cases[i].otherwise ||
            c.escalate != cases[i].escalate || c.replaced != cases[i].replaced)
            fail_msg("case %zu: %d %d %d %d", i, c.tier, c.otherwise, c.escalate, c.replaced);
        if (c.replaced)
            assert_why(&m, c, &facts, "rule 2: takes what is left; chosen for comparison, so to");
        facts.has_code = true;
        facts.has_image = false;
        assert_false(plan_choose(m.plan, &facts, true).replaced); /* of another tier */
        plan_end(&m);
    }
}

static void mirror_adds_a_tier_and_moves_nothing(void **state)
{
    (void)state;
    static const struct {
        const char *tiers, *mode;
        int only;
        bool image, code, shadowed;
        int mirror;
    } cases[] = {
        {"{from: [v], to: [a], other: [b]}", "mirror", PLAN_ANY, false, false, true, 1},
        {"{from: [v], to: [a], other: [b]}", "mirror", PLAN_ANY, false, false, false, -1},
        {"{from: [v], to: [a], other: [b]}", "mirror", PLAN_ANY, false, true, true, -1},
        {"{from: [v], to: [a], other: [b]}", "mirror", PLAN_ANY, true, false, true, -1},
        {"{from: [v], to: [w], other: [b]}", "mirror", PLAN_ANY, true, false, true, 1},
        {"{from: [v], to: [w], other: [b]}", "mirror", PLAN_P, false, false, true, -1},
        {"{from: [w], to: [a], other: [b]}", "mirror", PLAN_P, false, false, true, -1},
        {"{from: [v], to: [a], other: [b]}", "replace", PLAN_ANY, false, false, true, -1},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char rest[500];
        struct plan_made m;
        struct facts facts = {.has_image = cases[i].image, .has_code = cases[i].code};
        snprintf(rest, sizeof rest,
                 "tiers: %s\nshadow: {from: from, to: to, percent: 10, mode: %s}\n"
                 "routes: [{when: {code: true}, tier: other}, {tier: from, otherwise: other}]\n",
                 cases[i].tiers, cases[i].mode);
        plan_of_good(&m, rest, cases[i].only, false);
        struct plan_choice c = plan_choose(m.plan, &facts, cases[i].shadowed);
        if (plan_mirror(m.plan, &c, cases[i].shadowed) != cases[i].mirror)
            fail_msg("case %zu", i);
        plan_end(&m);
    }
}

static void only_models_that_can_see_are_asked_about_images(void **state)
{
    (void)state;
    struct plan_made m;
    struct facts facts = {.has_image = true};
    plan_of_good(&m, "tiers: {t: [a, v]}\nroutes: [{tier: t}]\n", PLAN_ANY, false);
    for (int image = 0; image < 2; image++) {
        facts.has_image = image;
        struct plan_choice c = plan_choose(m.plan, &facts, false);
        const struct plan_tier *t = plan_tier(m.plan, c.tier);
        assert_int_equal(plan_may_ask(m.plan, &c, t->models[0]), !image);
        assert_true(plan_may_ask(m.plan, &c, t->models[1]));
    }
    plan_end(&m);
}

static void an_image_can_move_into_the_tier_that_is_replaced(void **state)
{
    (void)state;
    struct plan_made m;
    struct facts facts = {.has_image = true};
    plan_of_good(&m,
                 "tiers: {t: [a], from: [v], to: [w]}\n"
                 "shadow: {from: from, to: to, percent: 10, mode: replace}\nroutes: [{tier: t}]\n",
                 PLAN_ANY, false);
    struct plan_choice c = plan_choose(m.plan, &facts, true);
    assert_int_equal(c.tier, 2);
    assert_int_equal(c.otherwise, 1);
    assert_true(c.replaced && c.needs_vision);
    assert_why(&m, c, &facts,
               "rule 1: takes what is left; an image, and t has no model with vision, so from; "
               "chosen for comparison, so to");
    plan_end(&m);
}

static void a_replacement_is_not_asked_twice(void **state)
{
    (void)state;
    struct plan_made m;
    struct facts facts = {0};
    plan_of_good(&m,
                 "tiers: {from: [v], to: [a]}\n"
                 "shadow: {from: from, to: to, percent: 10, mode: replace}\n"
                 "routes: [{tier: from, otherwise: to, escalate: to}]\n",
                 PLAN_ANY, false);
    struct plan_choice c = plan_choose(m.plan, &facts, true);
    assert_int_equal(c.tier, 1);
    assert_int_equal(c.otherwise, 0);
    assert_int_equal(c.escalate, -1);
    plan_end(&m);
}

/* ---- what a run needs to know besides ------------------------------------------------------- */

static void only_a_cap_on_the_tickets_own_calls_counts(void **state)
{
    static const struct {
        const char *budget;
        bool capped;
    } cases[] = {{"{run: null}", false}, {"{shadow: 1}", false}, {"{run: 1}", true},
                 {"{day: 1}", true},     {"{month: 1}", true},   {"{tiers: {one: 1}}", true}};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char rest[200];
        struct plan_made m;
        snprintf(rest, sizeof rest, "tiers: {one: [a]}\nroutes: [{tier: one}]\nbudget: %s\n",
                 cases[i].budget);
        plan_of_good(&m, rest, PLAN_ANY, false);
        assert_int_equal(plan_is_capped(m.config, CONFIG_OFF), cases[i].capped);
        assert_true(plan_is_capped(m.config, 1));
        plan_end(&m);
    }
}

static void providers_are_those_of_models_in_use(void **state)
{
    struct plan_made m;
    (void)state;
    plan_of_good(&m, "tiers: {one: [a, x]}\nroutes: [{tier: one}]\n", PLAN_ANY, false);
    bool *used = plan_providers(m.plan);
    assert_true(used[PLAN_P] && used[PLAN_Q]);
    mem_free(used);
    plan_end(&m);
    plan_of_good(&m, "tiers: {one: [a, x]}\nroutes: [{tier: one}]\n", PLAN_Q, false);
    used = plan_providers(m.plan);
    assert_true(!used[PLAN_P] && used[PLAN_Q]);
    mem_free(used);
    plan_end(&m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_a_cap_on_the_tickets_own_calls_counts),
        cmocka_unit_test(providers_are_those_of_models_in_use),
        cmocka_unit_test(the_first_rule_that_fits_wins),
        cmocka_unit_test(an_image_goes_where_it_can_be_seen),
        cmocka_unit_test(replace_moves_the_chosen_tickets_of_its_tier),
        cmocka_unit_test(mirror_adds_a_tier_and_moves_nothing),
        cmocka_unit_test(only_models_that_can_see_are_asked_about_images),
        cmocka_unit_test(an_image_can_move_into_the_tier_that_is_replaced),
        cmocka_unit_test(a_replacement_is_not_asked_twice),
    };
    return cmocka_run_group_tests(tests, config_folder_make, config_folder_remove);
}
