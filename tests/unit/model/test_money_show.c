/* Amounts for people: rounded, but never to nothing. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "model/money.h"
#include "model/money_show.h"

static void totals_have_two_places_and_never_hide_an_amount(void **state)
{
    static const struct {
        int64_t pusd;
        const char *text;
    } cases[] = {
        {0, "0.00"},
        {1, "<0.01"},
        {PUSD_PER_USD / 100 - 1, "<0.01"},
        {PUSD_PER_USD / 100, "0.01"},
        {PUSD_PER_USD * 5 / 1000 * 3, "0.02"},
        {PUSD_PER_USD * 5, "5.00"},
        {PUSD_PER_USD - 1, "1.00"},
        {PUSD_PER_USD * 1234567 + PUSD_PER_USD / 2, "1,234,567.50"},
        {INT64_MAX, "9,223,372.04"},
        {PUSD_UNPRICED, "unpriced"},
    };
    char text[MONEY_SHOW_SIZE];
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        money_show(cases[i].pusd, text);
        assert_string_equal(text, cases[i].text);
    }
}

static void three_digits_that_mean_something(void **state)
{
    static const struct {
        int64_t pusd;
        const char *text;
    } cases[] = {
        {0, "0"},
        {1, "0.000000000001"},
        {26490000, "0.0000265"},
        {99950, "0.000000100"}, /* rounds up into one more digit */
        {PUSD_PER_USD / 10, "0.100"},
        {PUSD_PER_USD, "1.00"},
        {PUSD_PER_USD * 123 / 10, "12.3"},
        {PUSD_PER_USD * 9996 / 100, "100"},
        {PUSD_PER_USD * 12345 + PUSD_PER_USD / 2, "12,346"},
        {INT64_MAX, "9,223,372"},
        {PUSD_UNPRICED, "unpriced"},
    };
    char text[MONEY_SHOW_SIZE];
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        money_show_digits(cases[i].pusd, text);
        assert_string_equal(text, cases[i].text);
    }
}

static void cost_per_ticket_is_per_thousand(void **state)
{
    static const struct {
        int64_t pusd, count;
        const char *text;
    } cases[] = {
        {26490000, 1, "0.0265"},
        {INT64_C(5294556300000), 199870, "0.0265"},
        {1, 1000000, "0.00000000000000100"},
        {INT64_MAX, 1, "9,223,372,037"},
        {1, INT64_MAX, "<0.000000000000000001"},
        {0, 5, "0"},
        {5, 0, "-"},
        {PUSD_UNPRICED, 5, "unpriced"},
    };
    char text[MONEY_SHOW_SIZE];
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        money_show_per_1000(cases[i].pusd, cases[i].count, text);
        assert_string_equal(text, cases[i].text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(totals_have_two_places_and_never_hide_an_amount),
        cmocka_unit_test(three_digits_that_mean_something),
        cmocka_unit_test(cost_per_ticket_is_per_thousand),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
