/* A good answer cut at every byte, and changed at random: verdicts may get fewer, never wrong. */
#include "batch/answer.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/random.h"
#include "base/utf8.h"

static const struct config_category categories[] = {
    {"billing", "Charges"}, {"refund", "Money back"}, {"other", "Anything else"}};
static const struct answer_rules rules = {categories, 3, 40};

#define SLOTS 4
static const char ids[SLOTS][SHORT_ID_SIZE] = {"k7q", "x9f", "m2d", "c3p"};
static const struct slice texts[SLOTS] = {SLICE_LIT("a"), SLICE_LIT("https://a.example b"),
                                          SLICE_LIT("c"), SLICE_LIT("d")};
static const struct answer_sent sent = {ids, texts, SLOTS};

#define A                                                                                          \
    "{\"id\":\"k7q\",\"category\":\"billing\",\"confidence\":0.93,\"summary\":\"Says \\\"{}\\\" "  \
    "[x].\"}"
#define B                                                                                          \
    "{\"id\":\"x9f\",\"category\":\"refund\",\"confidence\":85,\"summary\":\"At "                  \
    "https://a.example "                                                                           \
    "\xe9\x80\x80\xe6\xac\xbe\"}"
#define C                                                                                          \
    "{\"id\":\"m2d\",\"category\":\"other\",\"confidence\":1,\"summary\":\"A summary that is "     \
    "much "                                                                                        \
    "longer than it may be\",\"x\":[{\"id\":\"k7q\",\"category\":\"other\"}]}"
#define D                                                                                          \
    "{ \"summary\" : \"\\u4e2d\\ud83d\\ude00\" , \"confidence\" : 1e-1 ,\n\"id\":\"c3p\" , "       \
    "\"category\" : \"Other\" }"

static const struct slice goods[] = {
    SLICE_LIT("{\"results\":[" A "," B "," C "," D "]}"),
    SLICE_LIT("{\n  \"results\": [\n    " D ",\n    " C ",\n    " B ",\n    " A "\n  ]\n}\n"),
    SLICE_LIT("```json\n{\"results\":[" A "," B "," C "," D "]}\n```"),
    SLICE_LIT("<think>{\"id\":\"k7q\"}</think>[" A "," B "," C "," D "]"),
    SLICE_LIT("{\"k7q\":" A ",\"x9f\":" B ",\"m2d\":" C ",\"c3p\":" D "}"),
    SLICE_LIT("1. " A "\n2. " B "\n3. " C "\n4. " D),
};
#define GOODS (sizeof goods / sizeof *goods)

static struct arena arena;

static struct answer check(struct slice content)
{
    struct answer a;
    answer_check(&rules, &sent, content, &arena, &a);
    return a;
}

static bool same(const struct verdict *a, const struct verdict *b)
{
    return a->category == b->category && a->confidence_ppm == b->confidence_ppm &&
           slice_eq(a->summary, b->summary) && a->flags == b->flags;
}

static void a_cut_at_any_byte_only_loses_verdicts(void **state)
{
    (void)state;
    for (size_t g = 0; g < GOODS; g++) {
        arena_init(&arena);
        struct answer whole = check(goods[g]);
        assert_int_equal(whole.valid, SLOTS);
        size_t before = 0;
        for (size_t n = 0; n <= goods[g].n; n++) {
            char *copy = arena_alloc(&arena, n); /* so that a sanitizer sees a read beyond it */
            memcpy(copy, goods[g].p, n);
            struct answer cut = check(slice_of(copy, n));
            assert_true(cut.valid >= before || g == 3); /* more text never loses one again … */
            before = cut.valid;
            for (size_t s = 0; s < SLOTS; s++) {
                if (cut.slots[s].state == SLOT_VALID)
                    assert_true(same(&cut.slots[s].verdict, &whole.slots[s].verdict));
                else /* … and nothing that was said right is ever called wrong */
                    assert_int_equal(cut.slots[s].state, SLOT_MISSING);
            }
        }
        arena_deinit(&arena);
    }
}

static void check_sound(const struct answer *a, struct slice content)
{
    size_t valid = 0;
    for (size_t s = 0; s < SLOTS; s++) {
        const struct answer_slot *slot = &a->slots[s];
        if (slot->raw_item.n > 0)
            assert_true(slot->raw_item.p >= content.p &&
                        slot->raw_item.p + slot->raw_item.n <= content.p + content.n);
        assert_int_equal(slot->state == SLOT_MISSING, slot->raw_item.n == 0);
        if (slot->state != SLOT_VALID)
            continue;
        valid++;
        assert_in_range(slot->verdict.category, 0, 2);
        assert_in_range(slot->verdict.confidence_ppm, 0, CONFIDENCE_ONE);
        assert_true(utf8_valid(slot->verdict.summary));
        assert_in_range(utf8_length(slot->verdict.summary), 1, 40);
        assert_null(memchr(slot->verdict.summary.p, '\n', slot->verdict.summary.n));
    }
    assert_int_equal(a->valid, valid);
    assert_true(a->parsed || valid == 0);
}

static void random_bytes_in_an_answer_never_break_the_check(void **state)
{
    (void)state;
    static const char pieces[] = "{}[]\",:\\\n0e-<>k7qx9f ";
    struct random r;
    random_seed(&r, 99);
    for (int round = 0; round < 10000; round++) {
        char content[1024];
        struct slice good = goods[random_below(&r, GOODS)];
        memcpy(content, good.p, good.n);
        for (uint64_t k = 1 + random_below(&r, 6); k > 0; k--) {
            char piece = random_below(&r, 4) == 0 ? (char)random_below(&r, 256)
                                                  : pieces[random_below(&r, sizeof pieces - 1)];
            content[random_below(&r, good.n)] = piece;
        }
        arena_init(&arena);
        struct slice changed = slice_of(content, good.n - (size_t)random_below(&r, good.n / 4));
        struct answer a = check(changed);
        check_sound(&a, changed);
        arena_deinit(&arena);
    }
}

/* Whatever one byte of one item is changed to: the other items keep their verdicts or lose them,
 * and in the form that was asked for most of them keep them. */
static void a_changed_byte_in_one_item_never_changes_a_neighbour(void **state)
{
    (void)state;
    static const struct slice item = SLICE_LIT(B);
    for (size_t g = 0; g < GOODS; g++) {
        size_t from = (size_t)slice_find(goods[g], item), kept = 0, lost = 0;
        arena_init(&arena);
        struct answer whole = check(goods[g]);
        for (size_t at = from; at < from + item.n; at++)
            for (int byte = 0; byte < 256; byte += byte < 48 ? 1 : 13) {
                char content[1024];
                struct arena scratch;
                struct answer a;
                arena_init(&scratch);
                memcpy(content, goods[g].p, goods[g].n);
                content[at] = (char)byte;
                answer_check(&rules, &sent, slice_of(content, goods[g].n), &scratch, &a);
                for (size_t s = 0; s < SLOTS; s++) {
                    if (s == 1)
                        continue;
                    bool valid = a.slots[s].state == SLOT_VALID;
                    assert_true(!valid || same(&a.slots[s].verdict, &whole.slots[s].verdict));
                    kept += valid;
                    lost += !valid;
                }
                arena_deinit(&scratch);
            }
        arena_deinit(&arena);
        if (kept < 20 * lost)
            fail_msg("form %zu: %zu kept, %zu lost", g, kept, lost);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_cut_at_any_byte_only_loses_verdicts),
        cmocka_unit_test(random_bytes_in_an_answer_never_break_the_check),
        cmocka_unit_test(a_changed_byte_in_one_item_never_changes_a_neighbour),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
