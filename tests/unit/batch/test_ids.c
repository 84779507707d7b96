/* Ids are of the alphabet, apart from each other and absent from every text. */
#include "batch/ids.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/mem.h"

#define ALPHABET "0123456789abcdefghjkmnpqrstvwxyz"

static int distance(const char *a, const char *b)
{
    return (a[0] != b[0]) + (a[1] != b[1]) + (a[2] != b[2]);
}

static bool stands_in(struct slice text, const char *id)
{
    for (size_t i = 0; i + 3 <= text.n; i++)
        if (slice_eq_nocase(slice_of(text.p + i, 3), slice_str(id)))
            return true;
    return false;
}

static void assert_sound(const struct slice *texts, size_t n, char ids[][SHORT_ID_SIZE])
{
    for (size_t i = 0; i < n; i++) {
        assert_int_equal(strlen(ids[i]), 3);
        assert_true(ids[i][0] >= 'a' && ids[i][0] <= 'z');
        assert_int_equal(strspn(ids[i], ALPHABET), 3);
        for (size_t j = 0; j < n; j++) {
            assert_false(stands_in(texts[j], ids[i]));
            assert_true(i == j || distance(ids[i], ids[j]) >= 2);
        }
    }
}

static void ids_are_sound_for_packs_of_any_size(void **state)
{
    (void)state;
    static const struct slice sample[] = {
        SLICE_LIT("I was charged twice for order A7K2Q9, please refund."),
        SLICE_LIT(""),
        SLICE_LIT("k7q K7Q k7Q abcdefghjkmnpqrstvwxyz0123456789"),
        SLICE_LIT("\xff\0\xe4\xb8\xad"),
    };
    static const size_t sizes[] = {1, 2, 3, 10, 16, 64, PACK_TICKETS_LIMIT};
    struct random r;
    random_seed(&r, 7);
    for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++) {
        struct slice texts[PACK_TICKETS_LIMIT];
        char ids[PACK_TICKETS_LIMIT][SHORT_ID_SIZE];
        for (size_t i = 0; i < sizes[s]; i++)
            texts[i] = sample[i % 4];
        for (int round = 0; round < 8; round++) {
            assert_true(ids_draw(&r, texts, sizes[s], ids));
            assert_sound(texts, sizes[s], ids);
        }
    }
}

static void ids_avoid_texts_full_of_triples(void **state)
{
    (void)state;
    struct random r;
    random_seed(&r, 11);
    static char noise[60000];
    for (size_t i = 0; i < sizeof noise; i++)
        noise[i] = ALPHABET[random_below(&r, 32)];
    for (size_t i = 0; i < sizeof noise; i += 3)
        if (noise[i] >= 'a')
            noise[i] = (char)(noise[i] - 'a' + 'A');
    struct slice texts[8];
    char ids[8][SHORT_ID_SIZE];
    for (size_t i = 0; i < 8; i++)
        texts[i] = slice_of(noise + i * 7500, 7500);
    for (int round = 0; round < 8; round++) {
        assert_true(ids_draw(&r, texts, 8, ids));
        assert_sound(texts, 8, ids);
    }
}

/* All 32,768 triples in a row. */
static char *every_triple(size_t *n)
{
    char *text = mem_alloc(32768 * 4);
    size_t at = 0;
    for (int id = 0; id < 32768; id++) {
        text[at++] = ALPHABET[id / 1024];
        text[at++] = ALPHABET[id / 32 % 32];
        text[at++] = ALPHABET[id % 32];
        text[at++] = ' ';
    }
    *n = at;
    return text;
}

static void a_pack_that_names_every_triple_gets_none_but_one_ticket_does(void **state)
{
    (void)state;
    struct random r;
    random_seed(&r, 13);
    size_t n;
    char *text = every_triple(&n);
    char ids[2][SHORT_ID_SIZE] = {"", ""};
    struct slice texts[2] = {slice_of(text, n), SLICE_LIT("innocent")};
    assert_false(ids_draw(&r, texts, 2, ids));
    assert_true(ids_draw(&r, texts, 1, ids));
    assert_int_equal(strlen(ids[0]), 3);
    mem_free(text);
}

static void the_last_free_ids_are_found(void **state)
{
    (void)state;
    struct random r;
    random_seed(&r, 17);
    size_t n;
    char *text = every_triple(&n);
    /* free again: "k7q", "z00" and their like with one changed character */
    for (size_t i = 0; i < n; i += 4)
        if (memcmp(text + i, "k7q", 3) == 0 || memcmp(text + i, "z00", 3) == 0 ||
            memcmp(text + i, "k7r", 3) == 0)
            text[i] = '-';
    char ids[3][SHORT_ID_SIZE];
    struct slice texts[3] = {slice_of(text, n), SLICE_LIT(""), SLICE_LIT("")};
    for (int round = 0; round < 10; round++) {
        assert_true(ids_draw(&r, texts, 2, ids));
        assert_sound(texts, 2, ids);
        assert_false(ids_draw(&r, texts, 3, ids)); /* k7q and k7r are too alike */
    }
    mem_free(text);
}

static void the_same_seed_draws_the_same_ids_and_the_next_call_others(void **state)
{
    (void)state;
    struct slice texts[2] = {SLICE_LIT("a"), SLICE_LIT("b")};
    char first[2][SHORT_ID_SIZE], again[2][SHORT_ID_SIZE], next[2][SHORT_ID_SIZE];
    struct random r, s;
    random_seed(&r, 19);
    random_seed(&s, 19);
    assert_true(ids_draw(&r, texts, 2, first));
    assert_true(ids_draw(&s, texts, 2, again));
    assert_true(ids_draw(&r, texts, 2, next));
    assert_memory_equal(first, again, sizeof first);
    assert_memory_not_equal(first, next, sizeof first);
}

static void every_letter_and_digit_is_drawn(void **state)
{
    (void)state;
    struct random r;
    random_seed(&r, 23);
    bool first[256] = {false}, second[256] = {false};
    struct slice text = SLICE_LIT("");
    for (int i = 0; i < 3000; i++) {
        char id[1][SHORT_ID_SIZE];
        assert_true(ids_draw(&r, &text, 1, id));
        first[(unsigned char)id[0][0]] = true;
        second[(unsigned char)id[0][1]] = true;
    }
    for (const char *c = ALPHABET; *c; c++) {
        assert_int_equal(first[(unsigned char)*c], *c >= 'a');
        assert_true(second[(unsigned char)*c]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ids_are_sound_for_packs_of_any_size),
        cmocka_unit_test(ids_avoid_texts_full_of_triples),
        cmocka_unit_test(a_pack_that_names_every_triple_gets_none_but_one_ticket_does),
        cmocka_unit_test(the_last_free_ids_are_found),
        cmocka_unit_test(the_same_seed_draws_the_same_ids_and_the_next_call_others),
        cmocka_unit_test(every_letter_and_digit_is_drawn),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
