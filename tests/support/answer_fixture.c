/* The pack and the checks behind answer_fixture.h. */
#include "support/answer_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static const struct config_category categories[] = {
    {"billing", "Charges"}, {"refund", "Money back"}, {"other", "Anything else"}};
const struct answer_rules rules = {categories, 3, 40};

static const char ids[3][SHORT_ID_SIZE] = {"k7q", "x9f", "m2d"};
static const struct slice texts[3] = {SLICE_LIT("charged twice"), SLICE_LIT("money back"),
                                      SLICE_LIT("hello")};
const struct answer_sent sent = {ids, texts, 3};

struct arena arena;

int make_arena(void **state)
{
    (void)state;
    arena_init(&arena);
    return 0;
}

int drop_arena(void **state)
{
    (void)state;
    arena_deinit(&arena);
    return 0;
}

struct answer check(struct slice content)
{
    struct answer a;
    answer_check(&rules, &sent, content, &arena, &a);
    assert_int_equal(a.n, 3);
    return a;
}

/* One letter a slot: V valid, - missing, ! invalid, C conflict. */
void states_of(const struct answer *a, char out[4])
{
    for (size_t i = 0; i < 3; i++)
        out[i] = "-V!C"[a->slots[i].state];
    out[3] = '\0';
}
