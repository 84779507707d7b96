/* Random numbers: the published sequence, even spread, and the layout of ids. */
#include "base/random.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

static void the_generator_gives_the_published_sequence(void **state)
{
    (void)state;
    struct random r = {{1, 2, 3, 4}}; /* the reference seed of the rand_xoshiro test vectors */
    static const uint64_t expected[] = {
        UINT64_C(11520),
        UINT64_C(0),
        UINT64_C(1509978240),
        UINT64_C(1215971899390074240),
        UINT64_C(1216172134540287360),
        UINT64_C(607988272756665600),
        UINT64_C(16172922978634559625),
        UINT64_C(8476171486693032832),
        UINT64_C(10595114339597558777),
        UINT64_C(2904607092377533576),
    };
    for (size_t i = 0; i < sizeof expected / sizeof expected[0]; i++)
        assert_true(random_u64(&r) == expected[i]);

    random_seed(&r, 1234567); /* splitmix64's published first outputs for this seed */
    assert_true(r.s[0] == UINT64_C(6457827717110365317));
    assert_true(r.s[1] == UINT64_C(3203168211198807973));
    assert_true(r.s[2] == UINT64_C(9817491932198370423));
    assert_true(r.s[3] == UINT64_C(4593380528125082431));
}

static void the_same_seed_gives_the_same_numbers_another_seed_others(void **state)
{
    (void)state;
    struct random a, b, c;
    random_seed(&a, 5);
    random_seed(&b, 5);
    random_seed(&c, 6);
    int same = 0;
    for (int i = 0; i < 100; i++) {
        uint64_t v = random_u64(&a);
        assert_true(v == random_u64(&b));
        same += v == random_u64(&c);
    }
    assert_int_equal(same, 0);
    random_seed_system(&a);
    random_seed_system(&b);
    assert_true(random_u64(&a) != random_u64(&b));
}

static void bounded_numbers_cover_their_range_evenly(void **state)
{
    (void)state;
    struct random r;
    random_seed(&r, 1);
    int count[7] = {0};
    for (int i = 0; i < 70000; i++)
        count[random_below(&r, 7)]++;
    for (int i = 0; i < 7; i++)
        assert_in_range(count[i], 9600, 10400); /* 4 standard deviations */
    assert_int_equal(random_below(&r, 1), 0);
    /* Two thirds of 2^64: a plain remainder would make the lower half twice as frequent. */
    uint64_t bound = UINT64_MAX / 3 * 2;
    int low = 0;
    for (int i = 0; i < 10000; i++)
        low += random_below(&r, bound) < bound / 2;
    assert_in_range(low, 4800, 5200);
}

static void unit_numbers_stay_below_one(void **state)
{
    (void)state;
    struct random r;
    random_seed(&r, 3);
    double sum = 0;
    for (int i = 0; i < 10000; i++) {
        double u = random_unit(&r);
        assert_true(u >= 0 && u < 1);
        sum += u;
    }
    assert_true(sum > 4800 && sum < 5200);
}

static void ids_hold_their_time_and_sort_by_it(void **state)
{
    (void)state;
    struct random r;
    random_seed(&r, 9);
    char id[ID_SIZE], later[ID_SIZE];
    random_id(&r, INT64_C(1469918176385) * 1000 + 999, id);
    assert_memory_equal(id, "01ARYZ6S41", 10); /* the example of the ULID text */
    assert_int_equal(strlen(id), 26);
    assert_int_equal(strspn(id, "0123456789ABCDEFGHJKMNPQRSTVWXYZ"), 26);
    random_id(&r, INT64_C(1469918176386) * 1000, later);
    assert_true(strcmp(id, later) < 0);
    random_id(&r, -1, id);
    assert_memory_equal(id, "0000000000", 10);
    random_id(&r, -1, later);
    assert_string_not_equal(id, later);
}

static void kernel_bytes_differ(void **state)
{
    (void)state;
    unsigned char a[300] = {0}, b[300] = {0};
    random_bytes(a, sizeof a);
    random_bytes(b, sizeof b);
    assert_memory_not_equal(a, b, sizeof a);
    random_bytes(a, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_generator_gives_the_published_sequence),
        cmocka_unit_test(the_same_seed_gives_the_same_numbers_another_seed_others),
        cmocka_unit_test(bounded_numbers_cover_their_range_evenly),
        cmocka_unit_test(unit_numbers_stay_below_one),
        cmocka_unit_test(ids_hold_their_time_and_sort_by_it),
        cmocka_unit_test(kernel_bytes_differ),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
