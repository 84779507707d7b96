/* Every result code of the linked library has a meaning of its own. */
#include "ledger/errmap.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <sqlite3.h>

static void every_code_the_library_names_is_mapped(void **state)
{
    (void)state;
    const char *unknown = sqlite3_errstr(99);

    for (int rc = 0; rc <= 127; rc++)
        if (sqlite3_errstr(rc) != unknown && !sqlite_known(rc))
            fail_msg("%d (%s) is not mapped", rc, sqlite3_errstr(rc));
    assert_false(sqlite_known(99));
    assert_int_equal(sqlite_status(99), ST_INTERNAL);
    assert_true(sqlite_ends_group(99));
}

static void codes_become_what_the_run_does_about_them(void **state)
{
    static const struct {
        int rc;
        enum status status;
        bool ends_group;
    } cases[] = {
        {SQLITE_OK, ST_OK, false},
        {SQLITE_FULL, ST_LEDGER_IO, true},
        {SQLITE_IOERR_FSYNC, ST_LEDGER_IO, true},
        {SQLITE_READONLY_DBMOVED, ST_LEDGER_IO, true},
        {SQLITE_CANTOPEN_ISDIR, ST_LEDGER_IO, true},
        {SQLITE_BUSY_SNAPSHOT, ST_LOCKED, true},
        {SQLITE_CORRUPT_INDEX, ST_LEDGER_STATE, true},
        {SQLITE_NOTADB, ST_LEDGER_STATE, true},
        {SQLITE_NOMEM, ST_NO_MEMORY, true},
        {SQLITE_CONSTRAINT_PRIMARYKEY, ST_INTERNAL, false},
        {SQLITE_TOOBIG, ST_LIMIT, false},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        assert_int_equal(sqlite_status(cases[i].rc), cases[i].status);
        assert_int_equal(sqlite_ends_group(cases[i].rc), cases[i].ends_group);
    }
    assert_true(sqlite_is_full(SQLITE_FULL));
    assert_false(sqlite_is_full(SQLITE_IOERR_WRITE));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_code_the_library_names_is_mapped),
        cmocka_unit_test(codes_become_what_the_run_does_about_them),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
