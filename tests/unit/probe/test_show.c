/* The probe's tables and JSON. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/json.h"
#include "probe/show.h"
#include "support/probe_fixture.h"

static struct probe_options options = {
    .duration_us = 60000000, .tokens = 1000, .max_pusd = INT64_C(50000000000), .max_calls = -1};

static void show(void (*fault)(struct probe_seen *), int width, bool colour, bool as_json,
                 struct buf *out)
{
    struct probe_seen s = seen_good();
    struct findings f;
    if (fault != NULL)
        fault(&s);
    judge(&s, &f);
    struct probe_outcome o = {.options = &options,
                              .seen = &s,
                              .findings = &f,
                              .count = 1,
                              .verdict = judge_all(&s, &f, 1)};
    buf_init(out, SIZE_MAX);
    if (as_json)
        show_json(&o, out);
    else
        show_text(&o, width, colour, out);
}

static void no_line_is_wider_than_the_terminal(void **state)
{
    (void)state;
    for (size_t i = 0; i < (size_t)seen_fault_count; i++) {
        for (int width = 60; width <= 120; width += 20) {
            struct buf out;
            show(seen_faults[i], width, false, false, &out);
            size_t longest = 0, n = 0;
            for (const char *p = out.p; *p != '\0'; p++, n++) {
                assert_true(*p == '\n' || (unsigned char)*p >= ' ');
                if (*p != '\n')
                    continue;
                longest = n > longest ? n : longest;
                n = (size_t)-1;
            }
            if (longest > (size_t)width && width >= 80)
                fail_msg("case %zu: %zu columns instead of %d:\n%s", i, longest, width, out.p);
            buf_deinit(&out);
        }
    }
}

static void colour_only_when_asked_for(void **state)
{
    (void)state;
    struct buf out;
    show(seen_slow, 80, false, false, &out);
    assert_null(strchr(out.p, '\x1b'));
    buf_deinit(&out);
    show(seen_slow, 80, true, false, &out);
    assert_non_null(strstr(out.p, "\x1b[1;31mfail"));
    buf_deinit(&out);
}

static void checks_left_out_for_one_reason_are_one_line(void **state)
{
    (void)state;
    struct buf out;
    show(seen_no_connection, 80, false, false, &out);
    assert_non_null(strstr(out.p, "15 others      skipped  not tried"));
    assert_non_null(strstr(out.p, "No endpoint can be used from here."));
    buf_deinit(&out);
}

static void the_json_holds_verdict_and_every_check(void **state)
{
    (void)state;
    struct buf out;
    json *doc;
    int64_t v;
    show(seen_slow, 80, false, true, &out);
    assert_int_equal(json_parse(buf_view(&out), JSON_MAX_DEPTH, &doc), ST_OK);
    assert_true(slice_eq(json_str(json_get(doc, "schema")), SLICE_LIT("ticketmill.probe/1")));
    assert_true(slice_eq(json_str(json_get(doc, "verdict")), SLICE_LIT("failed")));
    assert_int_equal(json_i64(json_get(doc, "exit_status"), &v), ST_OK);
    assert_int_equal(v, 3);
    assert_int_equal(json_size(json_pointer(doc, "/endpoints/0/checks")), CHECK_COUNT);
    assert_int_equal(json_i64(json_pointer(doc, "/endpoints/0/load/latency_us/p99"), &v), ST_OK);
    assert_int_equal(v, 2000001);
    json_free(doc);
    buf_deinit(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_line_is_wider_than_the_terminal),
        cmocka_unit_test(colour_only_when_asked_for),
        cmocka_unit_test(checks_left_out_for_one_reason_are_one_line),
        cmocka_unit_test(the_json_holds_verdict_and_every_check),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
