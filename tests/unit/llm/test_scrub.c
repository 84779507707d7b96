/* Error messages lose keys and ticket text. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "llm/scrub.h"

static const char request[] =
    "{\"model\":\"deepseek-v4-flash\",\"messages\":[{\"role\":\"system\",\"content\":\"Answer as "
    "the billing department\"},{\"role\":\"user\",\"content\":\"my secret diary entry of May "
    "\\\"quoted at the end\\\"\"}],"
    "\"response_format\":{\"type\":\"json_object\"}}";

static void check(const char *message, const char *key, const char *want)
{
    char text[256];
    snprintf(text, sizeof text, "%s", message);
    scrub_message(text, key, slice_str(request));
    assert_string_equal(text, want);
}

static void key_is_blotted_out_wherever_it_stands(void **state)
{
    (void)state;
    check("Incorrect key sk-12345, sk-12345 is wrong", "sk-12345",
          "Incorrect key ********, ******** is wrong");
    check("Bearer sk-12345", "sk-12345", "Bearer ********");
    check("nothing to hide", NULL, "nothing to hide");
    check("a and b", "a", "a and b"); /* too short to be a key */
}

static void text_of_the_user_message_is_blotted_out(void **state)
{
    (void)state;
    check("input was: my secret diary entry of May", NULL,
          "input was: ****************************");
    check("it ends quoted at the end", NULL, "it ends *****************");
}

static void what_is_not_from_the_ticket_stays(void **state)
{
    (void)state;
    check("The model deepseek-v4-flash does not exist", NULL,
          "The model deepseek-v4-flash does not exist");
    check("Answer as the billing department", NULL, "Answer as the billing department");
    check("Unsupported parameter: 'response_format' of type json_object", NULL,
          "Unsupported parameter: 'response_format' of type json_object");
    char text[] = "no request at hand";
    scrub_message(text, NULL, SLICE_LIT(""));
    assert_string_equal(text, "no request at hand");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(key_is_blotted_out_wherever_it_stands),
        cmocka_unit_test(text_of_the_user_message_is_blotted_out),
        cmocka_unit_test(what_is_not_from_the_ticket_stays),
    };
    return cmocka_run_group_tests_name("scrub", tests, NULL, NULL);
}
