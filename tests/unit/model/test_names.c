/* Names and numbers that are stored or published: changing one breaks ledgers and readers, so they
 * are written down here a second time.
 */
#include "model/call.h"
#include "model/reason.h"
#include "model/verdict.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "base/buf.h"

static void purposes_keep_their_numbers_and_names(void **state)
{
    static const char *const names[] = {"first", "reask", "solo", "escalate", "shadow", "guard"};

    (void)state;
    for (int i = 0; i < 6; i++) {
        assert_string_equal(purpose_name((enum call_purpose)i), names[i]);
        assert_int_equal(purpose_is_primary((enum call_purpose)i), i < 4);
    }
    assert_string_equal(purpose_name((enum call_purpose)6), "unknown");
    assert_string_equal(purpose_name((enum call_purpose) - 1), "unknown");
}

static void call_states_keep_their_numbers_and_names(void **state)
{
    static const char *const names[] = {"sent", "answered", "failed", "unknown"};

    (void)state;
    for (int i = 0; i < 4; i++)
        assert_string_equal(call_state_name((enum call_state)i), names[i]);
    assert_string_equal(call_state_name((enum call_state)4), "unknown");
}

static void failures_are_booked_as_the_contract_says(void **state)
{
    static const struct {
        enum failure failure;
        const char *name;
        enum failure_billing billing;
    } cases[] = {
        {FAIL_NONE, "ok", BILLED_USAGE},
        {FAIL_NOT_SENT, "not_sent", BILLED_NOTHING},
        {FAIL_TIMEOUT, "timeout", BILLED_UNKNOWN},
        {FAIL_RESET, "reset", BILLED_UNKNOWN},
        {FAIL_THROTTLED, "throttled", BILLED_NOTHING},
        {FAIL_SERVER, "server", BILLED_NOTHING},
        {FAIL_GATEWAY, "gateway", BILLED_UNKNOWN},
        {FAIL_KEY, "key", BILLED_NOTHING},
        {FAIL_REGION, "region", BILLED_NOTHING},
        {FAIL_MONEY, "money", BILLED_NOTHING},
        {FAIL_CONFIG, "configuration", BILLED_NOTHING},
        {FAIL_OVERSIZE, "oversize", BILLED_NOTHING},
        {FAIL_POLICY, "policy", BILLED_NOTHING},
        {FAIL_REJECTED, "rejected", BILLED_NOTHING},
        {FAIL_BAD_ANSWER, "bad_answer", BILLED_USAGE},
        {FAIL_REFUSED, "refused", BILLED_USAGE},
        {FAIL_FILTERED, "filtered", BILLED_USAGE},
        {FAIL_TRUNCATED, "truncated", BILLED_USAGE},
        {FAIL_TOO_LARGE, "too_large", BILLED_UNKNOWN},
        {FAIL_CANCELLED, "cancelled", BILLED_UNKNOWN},
        {FAIL_CRASH, "crash", BILLED_UNKNOWN},
    };

    (void)state;
    assert_int_equal(sizeof(cases) / sizeof(*cases), FAIL_COUNT);
    for (size_t i = 0; i < FAIL_COUNT; i++) {
        assert_string_equal(failure_name(cases[i].failure), cases[i].name);
        assert_int_equal(failure_billing(cases[i].failure), cases[i].billing);
    }
    assert_string_equal(failure_name(FAIL_COUNT), "unknown");
    assert_int_equal(failure_billing(FAIL_COUNT), BILLED_UNKNOWN);
}

static void reasons_keep_their_numbers_and_names(void **state)
{
    static const char *const names[] = {"",
                                        "invalid_json",
                                        "invalid_utf8",
                                        "empty",
                                        "too_long",
                                        "unsupported_format",
                                        "refused",
                                        "policy",
                                        "no_valid_answer",
                                        "attempts_exhausted",
                                        "crash_suspect"};

    (void)state;
    for (int i = 0; i <= 10; i++) {
        enum reason r = (enum reason)99;
        assert_string_equal(reason_name((enum reason)i), names[i]);
        assert_int_equal(reason_parse(slice_str(names[i]), &r), i != 0);
        assert_int_equal(r, i ? i : 99);
    }
    assert_string_equal(reason_name((enum reason)11), "unknown");
}

static void unknown_reasons_are_none(void **state)
{
    static const char *const names[] = {"", "Policy", "policy ", "polic", "policyy", "unknown"};
    enum reason r = REASON_EMPTY;

    (void)state;
    for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
        assert_false(reason_parse(slice_str(names[i]), &r));
    assert_false(reason_parse(SLICE_NONE, &r));
    assert_int_equal(r, REASON_EMPTY);
}

static void confidence_is_the_shortest_decimal(void **state)
{
    static const struct {
        int32_t ppm;
        const char *text;
    } cases[] = {
        {0, "0"},         {1, "0.000001"},  {10, "0.00001"},      {50000, "0.05"},
        {100000, "0.1"},  {930000, "0.93"}, {123456, "0.123456"}, {999999, "0.999999"},
        {1000000, "1"},   {-5, "0"},        {1000001, "1"},       {INT32_MAX, "1"},
        {INT32_MIN, "0"},
    };
    char out[CONFIDENCE_TEXT_SIZE];

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        confidence_text(cases[i].ppm, out);
        assert_string_equal(out, cases[i].text);
    }
}

static void every_confidence_fits_and_reads_back(void **state)
{
    char out[CONFIDENCE_TEXT_SIZE];

    (void)state;
    for (int32_t ppm = 0; ppm <= CONFIDENCE_ONE; ppm += ppm < 2000 ? 1 : 37) {
        double back;
        confidence_text(ppm, out);
        assert_true(strlen(out) < sizeof(out));
        assert_int_equal(sscanf(out, "%lf", &back), 1);
        assert_int_equal((int32_t)(back * CONFIDENCE_ONE + 0.5), ppm);
    }
}

static void note_flag(void *self, const char *name)
{
    buf_fmt(self, "%s,", name);
}

static void flags_keep_their_bits_and_names(void **state)
{
    static const struct {
        uint32_t flags;
        const char *names;
    } cases[] = {
        {0, ""},
        {1 << 0, "confidence_percent,"},
        {1 << 1, "summary_cut,"},
        {1 << 2, "usage_estimated,"},
        {1 << 3, "text_cut,"},
        {1 << 4, "unpriced,"},
        {1 << 5, "salvaged,"},
        {1 << 6, "usage_clamped,"},
        {1 << 7, "above_reservation,"},
        {FLAG_SALVAGED | FLAG_SUMMARY_CUT, "summary_cut,salvaged,"},
        {UINT32_MAX, "confidence_percent,summary_cut,usage_estimated,text_cut,unpriced,salvaged,"
                     "usage_clamped,above_reservation,"},
        {1u << 31, ""},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        struct buf b;
        buf_init(&b, 1000);
        flags_each(cases[i].flags, note_flag, &b);
        assert_true(slice_eq(buf_view(&b), slice_str(cases[i].names)));
        buf_deinit(&b);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(purposes_keep_their_numbers_and_names),
        cmocka_unit_test(call_states_keep_their_numbers_and_names),
        cmocka_unit_test(failures_are_booked_as_the_contract_says),
        cmocka_unit_test(reasons_keep_their_numbers_and_names),
        cmocka_unit_test(unknown_reasons_are_none),
        cmocka_unit_test(confidence_is_the_shortest_decimal),
        cmocka_unit_test(every_confidence_fits_and_reads_back),
        cmocka_unit_test(flags_keep_their_bits_and_names),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
