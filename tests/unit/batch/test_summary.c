/* URLs in summaries: which are seen, and when a ticket's text holds them. */
#include "batch/summary.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void a_url_must_stand_in_the_ticket(void **state)
{
    (void)state;
    static const struct {
        const char *summary, *text;
        bool foreign;
    } cases[] = {
        {"www.a.example", "www.a.example", false},
        {"https://a.example/x\x7f", "https://a.example/x", false},
        {"https://good.com", "bare https://good.com.", false},
        {"no link here", "", false},
        {"", "", false},
        {"see https://evil.example/x", "nothing", true},
        {"see https://evil.example/x", "", true},
        {"see https://shop.example/x.", "My link: https://shop.example/x, broken", false},
        {"see HTTPS://Shop.Example/x", "https://shop.example/x", false},
        {"(https://shop.example/x)", "https://shop.example/x", false},
        {"ftp://f.example", "", true},
        {"www.evil.example", "", true},
        {"www.shop.example!", "on www.shop.example", false},
        {"xwww.evil.example", "", false}, /* not the start of a word */
        {"awww. cute", "", false},
        {"www. alone and :// alone and https:// alone", "", false},
        {"://x", "", false}, /* no scheme in front */
        {"C++://x", "", true},
        {"ratio 3://4", "", true}, /* odd enough to ask again */
        {"two: https://a.example https://b.example", "https://a.example", true},
        {"two: https://a.example https://b.example", "https://b.example https://a.example", false},
        {"https://good.co", "https://good.com", true}, /* another host */
        {"https://good.com", "https://good.com.evil.example", true},
        {"https://good.com", "https://good.com-evil.example", true},
        {"https://good.com", "I went to https://good.com.", false},
        {"https://good.com", "https://good.com/path", false},
        {"https://good.com", "https://good.company https://good.com", false},
        {"\xe8\xaf\xb7\xe8\xae\xbf\xe9\x97\xaehttps://a.example/x\xe6\x9f\xa5\xe7\x9c\x8b",
         "https://a.example/x\xe3\x80\x82", false},
        {"https://a.example/x\xe3\x80\x82", "https://b.example", true},
        {"[x](https://evil.example)", "", true},
        {"<https://evil.example>", "", true},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        if (summary_foreign_url(slice_str(cases[i].summary), slice_str(cases[i].text)) !=
            cases[i].foreign)
            fail_msg("%s | %s", cases[i].summary, cases[i].text);
}

static void a_cut_counts_code_points_and_leaves_no_space_at_the_end(void **state)
{
    (void)state;
    struct slice s = SLICE_LIT("\xe9\x80\x80 \xe6\xac\xbe x");
    assert_false(summary_cut(&s, 5));
    assert_int_equal(s.n, 9);
    assert_true(summary_cut(&s, 4));
    assert_int_equal(s.n, 7);
    assert_true(summary_cut(&s, 2));
    assert_int_equal(s.n, 3);
    assert_false(summary_cut(&s, 1));
    assert_true(summary_cut(&s, 0));
    assert_int_equal(s.n, 0);
}

static void folding_keeps_joiners_but_calls_them_blank_alone(void **state)
{
    (void)state;
    struct arena a;
    arena_init(&a);
    struct slice family = SLICE_LIT("\xf0\x9f\x91\xa9\xe2\x80\x8d\xf0\x9f\x91\xa7");
    assert_true(slice_eq(summary_fold(&a, family), family));
    static const char *const blank[] = {"",
                                        "  ",
                                        "\xe2\x80\x8b",
                                        "\xef\xbb\xbf \xc2\xad",
                                        "\xe2\x80\xae\xe2\x81\xa0",
                                        "\xe1\x9a\x80\xe2\x80\xaf"};
    for (size_t i = 0; i < sizeof blank / sizeof *blank; i++)
        assert_int_equal(summary_fold(&a, slice_str(blank[i])).n, 0);
    arena_deinit(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_url_must_stand_in_the_ticket),
        cmocka_unit_test(a_cut_counts_code_points_and_leaves_no_space_at_the_end),
        cmocka_unit_test(folding_keeps_joiners_but_calls_them_blank_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
