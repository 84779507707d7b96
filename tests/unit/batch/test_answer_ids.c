/* Which ticket an item speaks for: foreign, repeated and conflicting ids. */
#include "batch/answer.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "support/answer_fixture.h"

static void foreign_and_repeated_items_are_counted_and_repeats_collapse(void **state)
{
    (void)state;
    static const struct {
        struct slice content;
        const char *states;
        size_t foreign, duplicates;
    } cases[] = {
        {SLICE_LIT("{\"results\":[" K "," K "," X "]}"), "VV-", 0, 1},
        {SLICE_LIT("{\"results\":[" K "," K "," K "]}"), "V--", 0, 2},
        {SLICE_LIT("{\"results\":[" K "," OTHER_K "," X "]}"), "CV-", 0, 1},
        {SLICE_LIT("{\"results\":[" K "," OTHER_K "," K "]}"), "C--", 0, 2},
        {SLICE_LIT("{\"results\":[" K "," ITEM("k7q", "billing", "0.94", "Charged twice.") "]}"),
         "C--", 0, 1},
        {SLICE_LIT("{\"results\":[" K "," ITEM("k7q", "billing", "93", "Charged twice.") "]}"),
         "C--", 0, 1}, /* the same number, but one as percent */
        {SLICE_LIT("{\"results\":[" K "," ITEM("k7q", "billing", "0.93", "Charged thrice.") "]}"),
         "C--", 0, 1},
        {SLICE_LIT("{\"results\":[" K "," ITEM("k7q", " BILLING", "93e-2", "Charged  twice.") "]}"),
         "V--", 0, 1},
        {SLICE_LIT("{\"results\":[" K "," ITEM("k7q", "nonsense", "1", "s") "]}"), "C--", 0, 1},
        {SLICE_LIT("{\"results\":[" ITEM("k7q", "nonsense", "1", "s") "," K "]}"), "C--", 0, 1},
        {SLICE_LIT("{\"results\":[" ITEM("k7q", "nonsense", "1", "s") "," ITEM("k7q", "billing",
                                                                               "-1", "s") "]}"),
         "!--", 0, 1},
        {SLICE_LIT("{\"results\":[" ITEM("zzz", "billing", "1", "s") "," X "]}"), "-V-", 1, 0},
        {SLICE_LIT("{\"results\":[" ITEM("K7Q", "billing", "1", "s") "," ITEM(
             "k7", "billing", "1", "s") "," ITEM(" k7q", "billing", "1", "s") "," X "]}"),
         "-V-", 3, 0},
        {SLICE_LIT("{\"results\":[{\"id\":7,\"category\":\"billing\"},{\"id\":null},{}," X "]}"),
         "-V-", 3, 0},
        {SLICE_LIT("{\"results\":[" ITEM("zzz", "billing", "1", "s") "]}"), "---", 1, 0},
        {SLICE_LIT("{\"results\":[{\"id\":\"k7q\",\"id\":\"x9f\",\"category\":\"billing\","
                   "\"confidence\":1,\"summary\":\"s\"}," M "]}"),
         "!-V", 0, 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct answer a = check(cases[i].content);
        char states[4];
        states_of(&a, states);
        if (strcmp(states, cases[i].states) != 0)
            fail_msg("case %zu: %s instead of %s", i, states, cases[i].states);
        if (a.foreign != cases[i].foreign || a.duplicates != cases[i].duplicates)
            fail_msg("case %zu: %zu foreign, %zu duplicates", i, a.foreign, a.duplicates);
    }
}

static void the_first_item_of_an_id_weighs_its_share(void **state)
{
    (void)state;
    struct answer a =
        check(SLICE_LIT("{\"results\":[" K "," OTHER_K "," ITEM("x9f", "?", "1", "s") "]}"));
    assert_true(slice_eq(a.slots[0].raw_item, SLICE_LIT(K)));
    assert_true(slice_eq(a.slots[1].raw_item, SLICE_LIT(ITEM("x9f", "?", "1", "s"))));
    assert_int_equal(a.slots[2].raw_item.n, 0);
}

static void names_of_states_and_faults_differ(void **state)
{
    (void)state;
    assert_string_equal(slot_state_name(SLOT_MISSING), "missing");
    assert_string_equal(slot_state_name(SLOT_VALID), "valid");
    assert_string_equal(slot_state_name(SLOT_INVALID), "invalid");
    assert_string_equal(slot_state_name(SLOT_CONFLICT), "conflict");
    assert_string_equal(slot_state_name((enum slot_state)9), "unknown");
    assert_string_equal(item_fault_name(ITEM_FOREIGN_URL), "foreign_url");
    assert_string_equal(item_fault_name(ITEM_FAULT_COUNT), "unknown");
}

#define T(test) cmocka_unit_test_setup_teardown(test, make_arena, drop_arena)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(foreign_and_repeated_items_are_counted_and_repeats_collapse),
        T(the_first_item_of_an_id_weighs_its_share),
        T(names_of_states_and_faults_differ),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
