/* What is taken for code and, above all, what is not. */
#include "ticket/code.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

static const char *const code[] = {
    "Please look:\n```\nprint(1)\n```",
    "~~~\nfoo\n~~~",
    "It says\nTraceback (most recent call last)\nand ends",
    "Error:\n  File \"/app/x.py\", line 3, in main",
    "java.lang.NullPointerException\n\tat com.example.Main.run(Main.java:17)",
    "#!/bin/sh",
    "#include <stdio.h>",
    "diff --git a/x b/x",
    "Our job:\nint main(void)\n{\n    return 0;\n}",
    "def f(x):\n    y = x + 1\n    return (y)",
    "SELECT * FROM t;\nUPDATE t SET a = 1;\nfoo();",
    "$ npm install\n$ npm run build\nsudo systemctl restart app",
    "<div>\n<p>\n</div>",
    "const a = 1;\nlet b = 2;\nvar c = 3;",
    "a == b\nc == d\ne == f",
    "x := 1\ny += 2\nz => 3\na->b",
};

static const char *const prose[] = {
    "",
    "\n\n \n",
    "I was charged twice (see attachment).\nPlease refund.\nThank you!",
    "Hello;\nI have a question",
    "import duties were charged.\nfrom Germany to France.\nclass action next?",
    "The total = 5 EUR\nthat is wrong",
    "at noon\nat (\nat :)",
    "File \"a\"\nFile \"b\", line\nx",
    "<>\n<>\n<>",
    "<b\n<c\n<d",
    "# Order 123\nplease cancel",
    "return my money\nfor what it is worth\nwhile you are at it",
    "at the shop (yesterday) I was told no",
    "File a complaint, line 3 of the contract",
    "\xe6\x88\x91\xe8\xa6\x81\xe9\x80\x80\xe6\xac\xbe",
    "\xff\xfe\xfd\n\xff\n\xff",
};

static void code_traces_and_shell_sessions_are_seen(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof code / sizeof *code; i++)
        if (!text_has_code(slice_str(code[i])))
            fail_msg("missed: %s", code[i]);
}

static void prose_is_left_alone(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof prose / sizeof *prose; i++)
        if (text_has_code(slice_str(prose[i])))
            fail_msg("taken for code: %s", prose[i]);
}

/* Weak signs count together when they are near each other, and not from one end to the other. */
static void signs_far_apart_do_not_add_up(void **state)
{
    (void)state;
    static const char sign[] = "a == b\n"; /* worth half of what it takes */
    for (int between = 0; between < 40; between++) {
        char text[400];
        size_t n = 0;
        n += (size_t)snprintf(text + n, sizeof text - n, "%s", sign);
        for (int i = 0; i < between; i++)
            n += (size_t)snprintf(text + n, sizeof text - n, "%s", i % 2 ? "\nprose\n" : "more\n");
        snprintf(text + n, sizeof text - n, "%s", sign);
        assert_int_equal(text_has_code(slice_str(text)), between < 15);
    }
}

static void quoted_mail_may_quote_code(void **state)
{
    (void)state;
    assert_true(text_has_code(SLICE_LIT("> > Traceback (most recent call last):\n> > ...")));
    assert_false(text_has_code(SLICE_LIT("> \n> thanks;\n> Anna (support)\n>")));
}

static void any_bytes_may_come(void **state)
{
    (void)state;
    for (int c = 0; c < 256; c++) {
        char text[8];
        memset(text, c, sizeof text);
        text_has_code(slice_of(text, sizeof text));
        assert_false(text_has_code(slice_of(text, 1)));
    }
    assert_false(text_has_code(SLICE_LIT("a\0b = 1\nint \0\n")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(code_traces_and_shell_sessions_are_seen),
        cmocka_unit_test(prose_is_left_alone),
        cmocka_unit_test(signs_far_apart_do_not_add_up),
        cmocka_unit_test(quoted_mail_may_quote_code),
        cmocka_unit_test(any_bytes_may_come),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
