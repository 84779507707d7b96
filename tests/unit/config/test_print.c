/* The effective configuration as text: it loads again as the same, and holds no secret. */
#include "support/config_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/mem.h"

static void assert_round_trip(const char *path)
{
    struct config *c = config_of_file(path, CONFIG_FOR_RUN);
    char *first = config_printed(c);
    struct config *again = config_of_text(first, CONFIG_FOR_RUN);
    char *second = config_printed(again);

    assert_string_equal(first, second);
    mem_free(first);
    mem_free(second);
    config_free(c);
    config_free(again);
}

static void what_is_printed_loads_again_as_the_same(void **state)
{
    (void)state;
    assert_round_trip(FULL);
    assert_round_trip(SHIPPED);
}

static void numbers_survive_the_round_trip_as_they_are_stored(void **state)
{
    struct config *c = config_of_file(FULL, CONFIG_FOR_RUN);
    char *text = config_printed(c);
    struct config *again = config_of_text(text, CONFIG_FOR_RUN);

    (void)state;
    assert_int_equal(again->budget.day_pusd, c->budget.day_pusd);
    assert_int_equal(again->tiers[1].budget_pusd, c->tiers[1].budget_pusd);
    assert_int_equal(again->models[0].price_count, 3);
    assert_memory_equal(&again->models[0].prices[2], &c->models[0].prices[2],
                        offsetof(struct config_price, windows));
    assert_int_equal(again->routes[9].greater_than, c->routes[9].greater_than);
    assert_string_equal(again->routes[8].values[0], c->routes[8].values[0]);
    assert_int_equal(again->redaction.kinds, c->redaction.kinds);
    assert_int_equal(again->shadow.percent, c->shadow.percent);
    mem_free(text);
    config_free(c);
    config_free(again);
}

static void dollar_braces_out_of_the_environment_survive_the_round_trip(void **state)
{
    setenv("CONFIG_TEST_BRACES", "a${b}$${c}$$$", 1);
    struct config *c =
        config_of_text("kafka: {properties: {a: \"${CONFIG_TEST_BRACES}\"}}\n", CONFIG_FOR_LEDGER);
    char *text = config_printed(c);
    struct config *again = config_of_text(text, CONFIG_FOR_LEDGER);

    (void)state;
    assert_string_equal(c->kafka.properties[0].value, "a${b}$${c}$$$");
    assert_string_equal(again->kafka.properties[0].value, "a${b}$${c}$$$");
    mem_free(text);
    config_free(c);
    config_free(again);
}

static void secrets_are_never_printed(void **state)
{
    struct config *c = config_of_file(FULL, CONFIG_FOR_RUN);
    char *text = config_printed(c);

    (void)state;
    assert_null(strstr(text, "hunter2"));
    assert_null(strstr(text, "user:"));
    assert_non_null(strstr(text, "sasl.password: \"***\""));
    assert_non_null(strstr(text, "ssl.key.password: \"***\""));
    assert_non_null(strstr(text, "X-B: \"***\""));
    assert_non_null(strstr(text, "socks5h://***@proxy.example:1080"));
    assert_non_null(strstr(text, "http://***@far.example/v1"));
    assert_non_null(strstr(text, "\"api_key\":\"***\""));
    assert_non_null(strstr(text, "webhook: \"https://masked.invalid/***\""));
    mem_free(text);
    config_free(c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_printed_loads_again_as_the_same),
        cmocka_unit_test(numbers_survive_the_round_trip_as_they_are_stored),
        cmocka_unit_test(dollar_braces_out_of_the_environment_survive_the_round_trip),
        cmocka_unit_test(secrets_are_never_printed),
    };

    return cmocka_run_group_tests(tests, config_folder_make, config_folder_remove);
}
