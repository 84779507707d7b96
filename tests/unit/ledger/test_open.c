/* Opening: what is accepted, what is refused and why, and that nothing is silently made anew. */
#include "ledger/ledger.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>
#include <sqlite3.h>

#include "ledger/place.h"
#include "support/ledger_fixture.h"

static void sql(struct ledger_fixture *f, const char *text)
{
    sqlite3 *db = NULL;

    assert_int_equal(sqlite3_open(f->path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, text, NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(db);
}

static void expect_refused(struct ledger_fixture *f, enum status want, const char *part)
{
    struct fail fail;
    enum status st = ledger_fixture_try_open(f, &fail);

    if (st == ST_OK || st != want || !strstr(fail.text, part))
        fail_msg("got %s (%s), wanted %s with \"%s\"", status_name(st), st ? fail.text : "",
                 status_name(want), part);
}

static void what_was_written_is_there_again_under_the_same_id(void **state)
{
    struct ledger_fixture *f = *state;
    struct ledger_info before, after;
    struct fail fail;

    ledger_fill(f, 3);
    assert_int_equal(ledger_info(f->ledger, &before, &fail), ST_OK);
    ledger_fixture_reopen(f);
    assert_int_equal(ledger_info(f->ledger, &after, &fail), ST_OK);
    assert_string_equal(before.ledger_id, after.ledger_id);
    assert_int_equal(after.last_seq, 3);
    assert_false(after.empty);
    assert_int_equal(audit_of(f).results, 3);
}

static void a_second_opening_is_told_who_holds_the_lock(void **state)
{
    struct ledger_fixture *f = *state;
    struct ledger_fixture other = *f;
    char holder[64], link_path[120];

    snprintf(holder, sizeof(holder), "process %ld", (long)getpid());
    expect_refused(&other, ST_LOCKED, holder);
    snprintf(link_path, sizeof(link_path), "%s/other-name.db", f->dir);
    assert_int_equal(symlink(f->path, link_path), 0);
    snprintf(other.path, sizeof(other.path), "%.90s", link_path);
    expect_refused(&other, ST_LOCKED, ".lock");
}

static void a_missing_file_is_made_only_when_asked_for(void **state)
{
    struct ledger_fixture *f = *state;
    struct ledger_options o = {.create = false, .clock = &f->clock};
    struct ledger *l = NULL;
    struct fail fail;
    char path[120];

    snprintf(path, sizeof(path), "%s/none.db", f->dir);
    assert_int_equal(ledger_open(path, &o, &l, &fail), ST_LEDGER_STATE);
    assert_int_equal(access(path, F_OK), -1);
    snprintf(path, sizeof(path), "%s/no/dir.db", f->dir);
    assert_int_equal(ledger_open(path, &o, &l, &fail), ST_LEDGER_IO);
}

static void files_of_others_are_refused(void **state)
{
    struct ledger_fixture *f = *state;

    ledger_fixture_close(f);
    sql(f, "PRAGMA application_id = 77");
    expect_refused(f, ST_LEDGER_STATE, "is not a ledger");
}

static void a_newer_schema_is_refused(void **state)
{
    struct ledger_fixture *f = *state;

    ledger_fixture_close(f);
    sql(f, "PRAGMA user_version = 9999");
    expect_refused(f, ST_LEDGER_STATE, "newer");
}

static void a_ledger_that_others_can_read_is_refused(void **state)
{
    static const struct {
        mode_t mode;
        enum status status;
    } cases[] = {{0604, ST_LEDGER_STATE},
                 {0644, ST_LEDGER_STATE},
                 {0602, ST_LEDGER_STATE},
                 {0660, ST_OK},
                 {0600, ST_OK}};
    struct ledger_fixture *f = *state;

    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        struct fail fail;
        ledger_fixture_close(f);
        assert_int_equal(chmod(f->path, cases[i].mode), 0);
        assert_int_equal(ledger_fixture_try_open(f, &fail), cases[i].status);
    }
}

static void a_new_ledger_is_for_its_owner_only(void **state)
{
    struct ledger_fixture *f = *state;
    struct stat s;

    assert_int_equal(stat(f->path, &s), 0);
    assert_int_equal(s.st_mode & 0777, 0600);
}

static void a_file_with_two_names_is_refused(void **state)
{
    struct ledger_fixture *f = *state;
    char other[120];

    ledger_fixture_close(f);
    snprintf(other, sizeof(other), "%s/second.db", f->dir);
    assert_int_equal(link(f->path, other), 0);
    expect_refused(f, ST_LEDGER_STATE, "hard links");
}

/* Either refused, or every row still adds up; never a crash, never an empty ledger. */
/* The file is put back by an older one while the newer one's log still lies beside it. */
static void a_ledger_is_bound_to_one_cluster_group_and_shard(void **state)
{
    static const struct {
        const char *cluster, *group;
        int shard, shards;
        bool may_reshard;
        enum status status;
    } cases[] = {
        {"", "g", 0, 2, false, ST_OK},
        {"c1", "g", 0, 2, false, ST_OK},
        {"", "g", 0, 2, false, ST_OK}, /* embedded broker: not compared */
        {"c2", "g", 0, 2, false, ST_LEDGER_STATE},
        {"c1", "h", 0, 2, false, ST_LEDGER_STATE},
        {"c1", "g", 1, 2, false, ST_LEDGER_STATE},
        {"c1", "g", 0, 4, false, ST_LEDGER_STATE},
        {"c1", "g", 0, 4, true, ST_OK},
        {"c1", "g", 0, 2, false, ST_LEDGER_STATE},
    };
    struct ledger_fixture *f = *state;

    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        const struct ledger_binding to = {cases[i].cluster, cases[i].group, cases[i].shard,
                                          cases[i].shards};
        struct fail fail;
        assert_int_equal(ledger_bind(f->ledger, &to, cases[i].may_reshard, &fail), cases[i].status);
        ledger_fixture_reopen(f);
    }
}

static void sources_and_prices_keep_their_numbers(void **state)
{
    struct ledger_fixture *f = *state;
    struct price p = {.priced = true, .input = 180000, .cached = 180000, .output = 250000};
    struct price dearer = p, unpriced = {.version = 7};
    int32_t first = 0, again = 0, other = 0;
    struct fail fail;

    dearer.output++;
    assert_int_equal(ledger_source(f->ledger, "replay", &first, &fail), ST_OK);
    assert_int_equal(ledger_price(f->ledger, "m", 5, &p, &fail), ST_OK);
    assert_int_equal(ledger_price(f->ledger, "m", 5, &dearer, &fail), ST_OK);
    assert_int_equal(ledger_price(f->ledger, "m", 5, &unpriced, &fail), ST_OK);
    assert_int_equal(unpriced.version, 0);
    assert_true(p.version > 0 && dearer.version > 0 && p.version != dearer.version);
    int32_t version = p.version;
    ledger_fixture_reopen(f);
    assert_int_equal(ledger_source(f->ledger, "replay", &again, &fail), ST_OK);
    assert_int_equal(ledger_source(f->ledger, "more", &other, &fail), ST_OK);
    assert_int_equal(ledger_price(f->ledger, "m", 5, &p, &fail), ST_OK);
    assert_int_equal(first, again);
    assert_int_not_equal(first, other);
    assert_int_equal(p.version, version);
}

static void network_file_systems_are_known_by_their_type(void **state)
{
    static const struct {
        int64_t type;
        bool network;
    } cases[] = {{0x6969, true},      {0x65735546, true},  {0xff534d42, true},
                 {0xfe534d42, true},  {-0xacb2be, true},   {0xef53, false},
                 {0x58465342, false}, {0x9123683e, false}, {0x01021994, false}};

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
        assert_int_equal(place_is_network(cases[i].type), cases[i].network);
}

#define T(name) cmocka_unit_test_setup_teardown(name, ledger_setup, ledger_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(what_was_written_is_there_again_under_the_same_id),
        T(a_second_opening_is_told_who_holds_the_lock),
        T(a_missing_file_is_made_only_when_asked_for),
        T(files_of_others_are_refused),
        T(a_newer_schema_is_refused),
        T(a_ledger_that_others_can_read_is_refused),
        T(a_new_ledger_is_for_its_owner_only),
        T(a_file_with_two_names_is_refused),
        T(a_ledger_is_bound_to_one_cluster_group_and_shard),
        T(sources_and_prices_keep_their_numbers),
        cmocka_unit_test(network_file_systems_are_known_by_their_type),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
