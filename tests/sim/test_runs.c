/* Whole runs from a seed: the real state machine, ledger and publishing against a fake Kafka and a
 * fake provider, in virtual time, killed at random events and started again until all is done.
 *
 * SIM_SEEDS (default 150) seeds from SIM_FIRST (default 1); a failure names its seed.
 */
#include "support/sim_world.h"

#include <sqlite3.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/json.h"
#include "base/log.h"
#include "support/config_fixture.h"

/* --- judging ---------------------------------------------------------------------------------- */

static int64_t ask_ledger(struct sim_world *w, const char *sql)
{
    sqlite3 *db;
    sqlite3_stmt *st;
    MUST(w, sqlite3_open_v2(w->ledger_path, &db, SQLITE_OPEN_READONLY, NULL) == SQLITE_OK);
    MUST(w, sqlite3_prepare_v2(db, sql, -1, &st, NULL) == SQLITE_OK);
    MUST(w, sqlite3_step(st) == SQLITE_ROW);
    int64_t value = sqlite3_column_int64(st, 0);
    sqlite3_finalize(st);
    sqlite3_close(db);
    return value;
}

static void judge_record(struct sim_world *w, const struct fake_record *r)
{
    char want[32];
    json *value;
    if (!r->value) {
        MUST(w, r->published == 0 && r->dead == 0);
        return;
    }
    MUST(w, r->published + r->dead == 1);
    if (r->dead)
        return;
    MUST(w, json_parse(slice_str(r->value), 16, &value) == ST_OK);
    fake_summary(json_str(json_get(value, "body")), want);
    /* A text that was cut for an oversize answer is answered as it was sent. */
    bool cut = strstr(r->result, "text_cut") != NULL;
    MUST(w, strstr(r->result, want) != NULL || cut);
    /* Somebody answered it in a way that may be taken. */
    MUST(w, map_get(w->provider.good, json_str(json_get(value, "body"))) != NULL || cut);
    json_free(value);
}

static void judge_bill(struct sim_world *w)
{
    int64_t bill =
        w->provider.billed_input * SIM_INPUT_PUSD + w->provider.billed_output * SIM_OUTPUT_PUSD;
    int64_t settled = ask_ledger(w, "SELECT coalesce(sum(cost_pusd), 0) FROM call WHERE state = 1"
                                    " AND flags & 4 = 0");
    int64_t reserved = ask_ledger(w, "SELECT coalesce(sum(cost_pusd), 0) FROM call"
                                     " WHERE state = 3");
    int64_t estimated = ask_ledger(w, "SELECT count(*) FROM call WHERE flags & 4");
    if (estimated == 0) {
        MUST(w, bill >= settled);
        MUST(w, bill <= settled + reserved);
    }
    MUST(w, ask_ledger(w, "SELECT count(*) FROM call WHERE state = 0") == 0);
    MUST(w, ask_ledger(w, "SELECT count(*) FROM (SELECT c.cost_pusd AS a, sum(s.cost_pusd) AS b"
                          " FROM call c JOIN share s USING (call) GROUP BY call)"
                          " WHERE a <> b") == 0);
}

/* No text was answered well twice, unless a call with it ended unknown. */
struct paid_twice {
    struct sim_world *w;
    int64_t texts;
};

static void count_twice(void *self, struct slice text, void *times)
{
    struct paid_twice *p = self;
    (void)text;
    p->texts += (uintptr_t)times > 1;
}

static void judge(struct sim_world *w)
{
    struct paid_twice twice = {w, 0};
    MUST(w, w->kafka.order_broken == 0);
    for (int p = 0; p < SIM_PARTITIONS; p++) {
        const struct fake_partition *part = &w->kafka.partitions[p];
        MUST(w, part->committed == part->count);
        for (int64_t i = 0; i < part->count; i++)
            judge_record(w, &part->v[i]);
    }
    judge_bill(w);
    MUST(w, ask_ledger(w, "SELECT count(*) FROM ticket WHERE attempts > 4") == 0);
    map_each(w->provider.good, count_twice, &twice);
    int64_t unknown = ask_ledger(w, "SELECT count(DISTINCT partition * 1000000 + offset)"
                                    " FROM share WHERE outcome = 5");
    MUST(w, twice.texts <= unknown);
}

/* --- seeds ------------------------------------------------------------------------------------ */

static void tell_to_stop(void *arg)
{
    struct sim_world *w = arg;
    mill_signal(w->mill);
}

/* A run that is killed, told to stop, or loses its disk. True: it did its work before that. */
static bool live_a_while(struct sim_world *w)
{
    int64_t events = (int64_t)random_below(&w->random, 400);
    switch (random_below(&w->random, 4)) {
    case 0:
        virtual_after(&w->time, (int64_t)random_below(&w->random, 20000000), tell_to_stop, w);
        sim_live(w, -1);
        MUST(w, w->exit_code == 0 || w->exit_code == 5);
        return w->exit_code == 0;
    case 1:
        w->groups_left = (int64_t)random_below(&w->random, 60);
        sim_live(w, -1);
        w->groups_left = -1;
        if (w->exit_code != 0 && w->exit_code != 73)
            fail_msg("seed %llu: exit %d with a broken ledger", (unsigned long long)w->seed,
                     w->exit_code);
        return w->exit_code == 0;
    default:
        return sim_live(w, events) && w->exit_code == 0;
    }
}

static void run_seed(uint64_t seed)
{
    struct sim_world w;
    bool over = false;
    sim_world_init(&w, seed);
    sim_put_tickets(&w);
    sim_draw_faults(&w);
    int kills = (int)random_below(&w.random, 6);
    for (int i = 0; i < kills && !over; i++)
        over = live_a_while(&w);
    if (!over && random_below(&w.random, 2) == 0)
        sim_heal(&w);
    sim_live(&w, -1);
    MUST(&w, w.exit_code == 0);
    judge(&w);
    sim_world_deinit(&w);
}

static void every_seed_keeps_every_promise(void **state)
{
    (void)state;
    sim_seeds("SIM", 150, run_seed);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(every_seed_keeps_every_promise)};
    log_init(STDERR_FILENO, true, LOG_ERROR + 1);
    return cmocka_run_group_tests(tests, config_folder_make, config_folder_remove);
}
