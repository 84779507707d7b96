/* What holds for every text: nothing found survives, the result is valid UTF-8 and of bounded
 * length, redacting it again changes nothing, and no text takes longer than in proportion to its
 * length.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <time.h>

#include <cmocka.h>

#include "base/random.h"
#include "base/utf8.h"
#include "redact_fixture.h"

static const char *const values[] = {"ann@example.com",
                                     "4111 1111 1111 1111",
                                     "DE89370400440532013000",
                                     "+49 171 1234567",
                                     "81.2.3.4",
                                     "2001:db8::8a2e:370:7334",
                                     "11010519491231002X",
                                     "sk-abcdefghijkl1234",
                                     "ghp_abcdefghijklmnopqrst12",
                                     "111.444.777-35",
                                     "RSSMRA80A01H501U",
                                     "４111111111111111"};

static const char *const fillers[] = {
    "hello ",     "\n",    " (", ") ", "[EMAIL_1]",    "[KEY_3] ", "1", "2024-01-15 ", "é",  "中",
    "password: ", "tel. ", "@",  "::", "\xe2\x80\x8b", "😀",        ",", " - ",         "。", "a"};

static void add_random(struct random *random, struct buf *text, const char **planted)
{
    size_t count = 1 + random_below(random, 12), at = random_below(random, count);
    *planted = values[random_below(random, sizeof values / sizeof *values)];
    for (size_t i = 0; i < count; i++) {
        buf_str(text, fillers[random_below(random, sizeof fillers / sizeof *fillers)]);
        if (i == at) { /* by itself: glued to letters it would be another word */
            buf_str(text, " ; ");
            buf_str(text, *planted);
            buf_str(text, " ; ");
        } else if (random_below(random, 3) == 0) {
            buf_str(text, " ");
            buf_str(text, values[random_below(random, sizeof values / sizeof *values)]);
            buf_str(text, "\n");
        }
    }
}

static void a_random_text_keeps_all_promises(void **state)
{
    (void)state;
    struct redaction r, again;
    struct random random;
    random_seed(&random, 7);
    assert_true(redaction_init(&r, ALL_KINDS, NULL, 0));
    assert_true(redaction_init(&again, ALL_KINDS, NULL, 0));
    for (int i = 0; i < 5000; i++) {
        struct buf text;
        const char *planted;
        buf_init(&text, SIZE_MAX);
        add_random(&random, &text, &planted);
        struct slice out = redaction_of(&r, buf_view(&text), SLICE_NONE);
        struct slice twice = redaction_of(&again, out, SLICE_NONE);
        if (slice_find(out, slice_str(planted)) >= 0)
            fail_msg("%s survives: " SLICE_FMT, planted, SLICE_ARG(out));
        if (!slice_eq(twice, out))
            fail_msg(SLICE_FMT "\n  again " SLICE_FMT, SLICE_ARG(out), SLICE_ARG(twice));
        assert_true(utf8_valid(out));
        assert_true(out.n <= REDACT_GROWTH * text.n + REDACT_EXTRA);
        buf_deinit(&text);
    }
    redaction_deinit(&r);
    redaction_deinit(&again);
}

static double seconds_of(struct redaction *r, const char *unit, size_t bytes)
{
    struct buf text;
    buf_init(&text, SIZE_MAX);
    while (text.n < bytes)
        buf_str(&text, unit);
    clock_t start = clock();
    (void)redaction_of(r, buf_view(&text), SLICE_NONE);
    double took = (double)(clock() - start) / CLOCKS_PER_SEC;
    buf_deinit(&text);
    return took;
}

/* Eight times the text may take 20 times as long; were it quadratic, it would be 64. */
static void hostile_texts_take_time_in_proportion_to_their_length(void **state)
{
    (void)state;
    static const char *const units[] = {"1 ",
                                        "1.1.1.1.",
                                        "a:",
                                        "(a",
                                        "sk-",
                                        "eyJ-",
                                        "bearer ",
                                        "@a.",
                                        "a@b.co ",
                                        "[EMAIL_1]",
                                        "password: a1b2c3 ",
                                        "-----BEGIN PRIVATE KEY-----",
                                        "-----END PRIVATE KEY-----",
                                        "DE12 ",
                                        "4111 1111 1111 1111 ",
                                        "１",
                                        "中1",
                                        "a(at)b.c",
                                        "a%40b.",
                                        "\"a",
                                        "a\n",
                                        "1\n",
                                        "DE12\n",
                                        "://a:",
                                        "[EMAIL_899999] [EMAIL_1000000] a@b.co ",
                                        "a[dot]b@"};
    struct redaction r;
    assert_true(redaction_init(&r, ALL_KINDS, NULL, 0));
    for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
        double small = seconds_of(&r, units[i], 1 << 15), large = seconds_of(&r, units[i], 1 << 18);
        if (large > 0.05 + 20 * small)
            fail_msg("%s: %.3f s for 32 KiB, %.3f s for 256 KiB", units[i], small, large);
    }
    redaction_deinit(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_random_text_keeps_all_promises),
        cmocka_unit_test(hostile_texts_take_time_in_proportion_to_their_length),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
