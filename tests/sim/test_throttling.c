/* Gate and pace against small models of rate limiters, in virtual time: how much of what a
 * provider allows is used, and how many calls it has to refuse for it. Every scenario prints what
 * it measured.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
/* cmocka needs the above */
#include <cmocka.h>

#include "support/throttle_world.h"

static double percent(double part, double whole)
{
    return whole > 0 ? 100 * part / whole : 0;
}

static struct throttle_world world;

#define RATE  960  /* a minute: half of what 64 in flight at 2 s ask for */
#define SIZE  2320 /* mean tokens of a call */
#define TPM   INT64_C(2000000)
#define SEEDS 3

static void an_announced_cap_is_used_and_hardly_ever_exceeded(void **state)
{
    static const struct {
        const char *name;
        struct throttle_provider p;
        int64_t tokens_per_minute, requests_per_minute;
    } cases[] = {
        {"told: tokens, bucket", {.counts = BUCKET, TPM, .tokens = true, .tells = true}, 0, 0},
        {"told: tokens, minute",
         {.counts = FIXED, TPM, .tokens = true, .tells = true, .begun = 23 * SECOND},
         0,
         0},
        {"told: tokens, sliding", {.counts = SLIDING, TPM, .tokens = true, .tells = true}, 0, 0},
        {"told: requests, bucket", {.counts = BUCKET, RATE, .tells = true}, 0, 0},
        {"told: requests, minute",
         {.counts = FIXED, RATE, .tells = true, .begun = 41 * SECOND},
         0,
         0},
        {"told: requests, sliding", {.counts = SLIDING, RATE, .tells = true}, 0, 0},
        {"told: tokens reserved, refused calls count",
         {.counts = BUCKET, TPM, .tokens = true, .tells = true, .counts_refused = true},
         0,
         0},
        {"told: the same, a quarter of it",
         {.counts = BUCKET, TPM / 4, .tokens = true, .tells = true, .counts_refused = true},
         0,
         0},
        {"configured: tokens, bucket", {.counts = BUCKET, TPM, .tokens = true}, TPM, 0},
        {"configured: tokens, minute",
         {.counts = FIXED, TPM, .tokens = true, .begun = 23 * SECOND},
         TPM,
         0},
        {"configured: tokens, sliding", {.counts = SLIDING, TPM, .tokens = true}, TPM, 0},
        {"configured: requests, bucket of 3 s",
         {.counts = BUCKET, RATE, .bucket_ms = 3000},
         0,
         RATE},
        {"configured: requests, minute", {.counts = FIXED, RATE, .begun = 59 * SECOND}, 0, RATE},
        {"configured: requests, sliding", {.counts = SLIDING, RATE}, 0, RATE},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases * SEEDS; i++) {
        size_t k = i / SEEDS;
        struct throttle_client c = {.in_flight = 64,
                                    .seed = i % SEEDS,
                                    .cap_tokens = 800,
                                    .until = 10 * MINUTE,
                                    .tokens_per_minute = cases[k].tokens_per_minute,
                                    .requests_per_minute = cases[k].requests_per_minute};
        throttle_run(&world, cases[k].p, c);
        double used = percent((double)world.passed_amount, (double)cases[k].p.cap * 10);
        double wasted = percent((double)world.refused, (double)world.sent);
        print_message("# %-43s used %5.1f %%, refused %4.2f %% of %d calls\n", cases[k].name, used,
                      wasted, (int)world.sent);
        assert_true(used >= 97);
        assert_true(wasted <= 1);
    }
}

static void a_cap_nobody_announced_costs_few_calls_and_little_time(void **state)
{
    static const struct {
        const char *name;
        struct throttle_provider p;
        double size;
    } cases[] = {
        {"requests, bucket of 1 s", {.counts = BUCKET, RATE, .bucket_ms = 1000}, 1},
        {"requests, bucket of 10 s", {.counts = BUCKET, RATE, .bucket_ms = 10000}, 1},
        {"requests, bucket of a minute", {.counts = BUCKET, RATE}, 1},
        {"requests, minute", {.counts = FIXED, RATE, .begun = 40 * SECOND}, 1},
        {"requests, minute, Retry-After",
         {.counts = FIXED, RATE, .begun = 40 * SECOND, .retry_after = true},
         1},
        {"requests, sliding", {.counts = SLIDING, RATE}, 1},
        {"tokens, bucket of 1 s",
         {.counts = BUCKET, RATE * SIZE, .tokens = true, .bucket_ms = 1000},
         SIZE},
        {"tokens, bucket of a minute", {.counts = BUCKET, RATE * SIZE, .tokens = true}, SIZE},
        {"tokens, minute",
         {.counts = FIXED, RATE * SIZE, .tokens = true, .begun = 10 * SECOND},
         SIZE},
        {"tokens, minute, Retry-After",
         {.counts = FIXED, RATE * SIZE, .tokens = true, .begun = 10 * SECOND, .retry_after = true},
         SIZE},
        {"tokens, sliding", {.counts = SLIDING, RATE * SIZE, .tokens = true}, SIZE},
        {"in flight", {.counts = CONCURRENCY, 32}, 1},
    };
    static const int64_t works[] = {5000, 15000};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases * SEEDS * 2; i++) {
        size_t k = i / SEEDS / 2;
        int64_t work = works[i / SEEDS % 2];
        struct throttle_client c = {
            .in_flight = 64, .seed = i % SEEDS, .cap_tokens = 800, .work = work};
        throttle_run(&world, cases[k].p, c);
        double ideal =
            throttle_ideal(&cases[k].p, (double)work, cases[k].size, 2 * RATE) + 2.0 / 60;
        double wasted = percent((double)world.refused, (double)world.sent);
        double time = percent((double)world.now / (double)MINUTE, ideal);
        print_message("# %-30s %5d calls: refused %3.1f %%, %5.1f %% of the ideal time\n",
                      cases[k].name, (int)work, wasted, time);
        assert_true(wasted <= 5);
        assert_true(time <= 110);
    }
}

static void a_cap_that_is_lifted_is_forgotten_soon(void **state)
{
    static const struct {
        const char *name;
        struct throttle_provider p;
        int at_most_s;
    } cases[] = {
        {"half, bucket", {.counts = BUCKET, RATE, .bucket_ms = 1000}, 150},
        {"sixteenth, bucket", {.counts = BUCKET, RATE / 8, .bucket_ms = 1000}, 200},
        {"half, minute", {.counts = FIXED, RATE, .begun = 40 * SECOND}, 150},
        {"sixteenth, minute", {.counts = FIXED, RATE / 8, .begun = 40 * SECOND}, 200},
        {"half, in flight", {.counts = CONCURRENCY, 32}, 30},
        {"2 in flight", {.counts = CONCURRENCY, 2}, 90},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases * SEEDS; i++) {
        size_t k = i / SEEDS;
        struct throttle_provider p = cases[k].p;
        p.lifted_at = 5 * MINUTE;
        throttle_run(
            &world, p,
            (struct throttle_client){.in_flight = 64, .seed = i % SEEDS, .until = 12 * MINUTE});
        double after = (double)(world.full_at - p.lifted_at) / (double)SECOND;
        print_message("# %-20s full speed after %.1f s\n", cases[k].name, after);
        assert_true(world.full_at > 0);
        assert_true(after <= cases[k].at_most_s);
    }
}

static void a_slow_spell_is_survived(void **state)
{
    (void)state;
    for (uint64_t i = 0; i < SEEDS * 2; i++) {
        struct throttle_client c = {.in_flight = 64, .seed = i / 2, .until = 7 * MINUTE};
        c.timeout = i % 2 ? 15 * SECOND : 0;
        throttle_run(&world,
                     (struct throttle_provider){.slow_from = MINUTE, .slow_until = 5 * MINUTE}, c);
        print_message("# latency x 10 for 4 min, time-outs %d: limit down to %d, then %d\n",
                      (int)world.timeouts, (int)world.limit_least, (int)gate_limit(&world.gate));
        assert_true(world.limit_least >= 8);
        assert_int_equal(gate_limit(&world.gate), 64);
    }
}

static void random_refusals_do_not_hold_the_limit_down(void **state)
{
    (void)state;
    for (int64_t i = 0; i < 5 * SEEDS; i++) {
        int64_t permille = 10 + i / SEEDS * 10;
        struct throttle_client c = {
            .in_flight = 64, .seed = (uint64_t)(i % SEEDS), .until = 10 * MINUTE};
        throttle_run(&world, (struct throttle_provider){.random_permille = permille}, c);
        double mean = (double)world.limit_sum / (double)world.limit_samples;
        print_message("# %d %% refused at random: limit %.1f of 64 in the mean\n",
                      (int)permille / 10, mean);
        assert_true(mean >= 48);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_announced_cap_is_used_and_hardly_ever_exceeded),
        cmocka_unit_test(a_cap_nobody_announced_costs_few_calls_and_little_time),
        cmocka_unit_test(a_cap_that_is_lifted_is_forgotten_soon),
        cmocka_unit_test(a_slow_spell_is_survived),
        cmocka_unit_test(random_refusals_do_not_hold_the_limit_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
