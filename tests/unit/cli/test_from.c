/* Where a run begins: every form of --from, in the time zone where it matters, and what is none. */
#include "cli/from.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
/* cmocka needs the above */
#include <cmocka.h>

#include "base/zone.h"

static void every_form_is_read(void **state)
{
    static const struct {
        const char *text, *zone;
        int64_t unix_ms, offset;
    } cases[] = {
        {"earliest", "UTC", -1, -1},
        {"0", "UTC", -1, 0},
        {"1207", "UTC", -1, 1207},
        {"2026-11-24", "UTC", 1795478400000, -1},
        {"2026-11-24", "Europe/Berlin", 1795474800000, -1},
        {"2026-07-01", "Europe/Berlin", 1782856800000, -1},
        {"2026-11-24", "Pacific/Kiritimati", 1795428000000, -1},
        {"2026-11-24T01:02:03Z", "Europe/Berlin", 1795482123000, -1},
        {"2026-11-24T01:02:03+01:00", "UTC", 1795478523000, -1},
        {"2026-11-24T01:02:03-05:30", "UTC", 1795501923000, -1},
        {"2028-02-29", "UTC", 1835395200000, -1},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct from f = {FROM_DEFAULT, 0};
        zone_use(cases[i].zone);
        assert_true(from_parse(cases[i].text, &f));
        assert_int_equal(from_unix_ms(&f), cases[i].unix_ms);
        assert_int_equal(from_offset(&f), cases[i].offset);
    }
}

static void what_is_none_is_refused(void **state)
{
    static const char *const cases[] = {"",
                                        "-1",
                                        "latest",
                                        "2026-11",
                                        "2026-11-24x",
                                        "2026-1-2",
                                        "2026-02-29",
                                        "2026-13-01",
                                        "2026-00-10",
                                        "1969-12-31",
                                        "2026-11-24T01:02",
                                        "2026-11-24T01:02:03",
                                        "2026-11-24T24:00:00Z",
                                        "2026-11-24T01:60:00Z",
                                        "2026-11-24T01:02:03z",
                                        "2026-11-24T01:02:03+1:00",
                                        "2026-11-24T01:02:03+15:00",
                                        "2026-11-24T01:02:03.5Z",
                                        "2026-11-24T01:02:03Z "};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct from f;
        if (from_parse(cases[i], &f))
            fail_msg("\"%s\" was taken", cases[i]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_form_is_read),
        cmocka_unit_test(what_is_none_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
