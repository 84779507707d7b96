/* What goes together, what goes alone, and when. */
#include "batch/pack.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/random.h"

enum { ROUTE = 0, OTHER_ROUTE = 1, ROUTES = 3 };

static const struct pack_limits limits = {.max_tickets = 4,
                                          .max_tokens = 100,
                                          .max_bytes = 1000,
                                          .linger_us = 200,
                                          .solo_above_tokens = 50};

static struct pack_item item(int64_t tokens, size_t bytes)
{
    return (struct pack_item){.est_tokens = tokens, .bytes = bytes, .language = LANG_EN};
}

static void an_empty_packer_has_nothing_and_no_deadline(void **state)
{
    (void)state;
    struct packer *p = packer_new(&limits);
    struct pack_item *out[4];
    assert_int_equal(packer_next(p, ROUTE, 0, true, out), 0);
    assert_int_equal(packer_deadline(p, ROUTE), INT64_MAX);
    assert_int_equal(packer_count(p), 0);
    packer_free(p);
    packer_free(NULL);
}

static void a_full_pack_goes_at_once_in_order_of_arrival(void **state)
{
    (void)state;
    struct packer *p = packer_new(&limits);
    struct pack_item items[5], *out[4];
    for (int i = 0; i < 5; i++) {
        items[i] = item(10, 10);
        if (i == 4)
            assert_int_equal(packer_deadline(p, ROUTE), 1000);
        packer_add(p, &items[i], 1000 + i);
        assert_int_equal(packer_count(p), i + 1);
    }
    assert_int_equal(packer_next(p, ROUTE, 1004, false, out), 4);
    for (int i = 0; i < 4; i++)
        assert_ptr_equal(out[i], &items[i]);
    assert_int_equal(packer_next(p, ROUTE, 1004, false, out), 0);
    assert_int_equal(packer_deadline(p, ROUTE), 1004 + 200);
    assert_int_equal(packer_next(p, ROUTE, 1203, false, out), 0);
    assert_int_equal(packer_next(p, ROUTE, 1204, false, out), 1);
    assert_ptr_equal(out[0], &items[4]);
    packer_free(p);
}

static void flush_makes_everything_ready(void **state)
{
    (void)state;
    struct packer *p = packer_new(&limits);
    struct pack_item a = item(1, 1), b = item(1, 1), *out[4];
    b.attempt_class = 1;
    packer_add(p, &a, 10);
    packer_add(p, &b, 20);
    assert_int_equal(packer_next(p, ROUTE, 20, false, out), 0);
    assert_int_equal(packer_next(p, ROUTE, 20, true, out), 1);
    assert_ptr_equal(out[0], &a); /* the older one first */
    assert_int_equal(packer_next(p, ROUTE, 20, true, out), 1);
    assert_ptr_equal(out[0], &b);
    assert_int_equal(packer_next(p, ROUTE, 20, true, out), 0);
    packer_free(p);
}

static void tickets_of_different_kinds_are_never_mixed(void **state)
{
    (void)state;
    struct packer *p = packer_new(&limits);
    struct pack_item items[3], *out[4];
    for (int i = 0; i < 3; i++)
        items[i] = item(1, 1);
    items[1].language = LANG_DE;
    items[2].attempt_class = 1;
    for (int i = 0; i < 3; i++)
        packer_add(p, &items[i], i);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(packer_next(p, ROUTE, 300, false, out), 1);
        assert_ptr_equal(out[0], &items[i]);
    }
    packer_free(p);
}

static void every_route_has_packs_of_its_own(void **state)
{
    (void)state;
    struct packer *p = packer_new(&limits);
    struct pack_item a = item(1, 1), b = item(1, 1), alone = item(1, 1), *out[4];
    b.route = alone.route = OTHER_ROUTE;
    alone.solo = true;
    packer_add(p, &a, 10);
    packer_add(p, &b, 20);
    packer_add(p, &alone, 30);
    assert_int_equal(packer_deadline(p, ROUTE), 210);
    assert_int_equal(packer_deadline(p, OTHER_ROUTE), 30);
    assert_int_equal(packer_next(p, ROUTE, 30, false, out), 0);
    assert_int_equal(packer_next(p, OTHER_ROUTE, 30, false, out), 1);
    assert_ptr_equal(out[0], &alone);
    assert_int_equal(packer_next(p, OTHER_ROUTE, 30, true, out), 1);
    assert_ptr_equal(out[0], &b);
    assert_int_equal(packer_next(p, ROUTE, 30, true, out), 1);
    assert_ptr_equal(out[0], &a);
    packer_free(p);
}

static void tokens_and_bytes_bound_a_pack(void **state)
{
    (void)state;
    static const struct {
        int64_t tokens;
        size_t bytes, expected;
    } cases[] = {{50, 1, 2},  {40, 1, 2}, {33, 1, 3},   {1, 500, 2},
                 {1, 400, 2}, {1, 1, 4},  {50, 1000, 1}};
    for (size_t c = 0; c < sizeof cases / sizeof *cases; c++) {
        struct packer *p = packer_new(&limits);
        struct pack_item items[4], *out[4];
        for (int i = 0; i < 4; i++) {
            items[i] = item(cases[c].tokens, cases[c].bytes);
            packer_add(p, &items[i], 0);
        }
        assert_int_equal(packer_next(p, ROUTE, 0, false, out), cases[c].expected);
        packer_free(p);
    }
}

static void large_or_suspicious_tickets_go_alone_and_first(void **state)
{
    (void)state;
    struct packer *p = packer_new(&limits);
    struct pack_item small = item(1, 1), solo = item(1, 1), large = item(51, 1),
                     heavy = item(1, 1001);
    struct pack_item *out[4];
    solo.solo = true;
    packer_add(p, &small, 0);
    packer_add(p, &solo, 1);
    packer_add(p, &large, 2);
    packer_add(p, &heavy, 3);
    assert_int_equal(packer_deadline(p, ROUTE), 1);
    struct pack_item *expected[] = {&solo, &large, &heavy};
    for (int i = 0; i < 3; i++) {
        assert_int_equal(packer_next(p, ROUTE, 3, false, out), 1);
        assert_ptr_equal(out[0], expected[i]);
    }
    assert_int_equal(packer_next(p, ROUTE, 3, false, out), 0);
    assert_int_equal(packer_count(p), 1);
    packer_free(p);
}

static void packs_of_one_never_wait(void **state)
{
    (void)state;
    struct pack_limits one = limits;
    one.max_tickets = 1;
    struct packer *p = packer_new(&one);
    struct pack_item a = item(1, 1), *out[1];
    packer_add(p, &a, 5);
    assert_int_equal(packer_next(p, ROUTE, 5, false, out), 1);
    packer_free(p);
}

static void a_ticket_can_be_taken_back(void **state)
{
    (void)state;
    struct packer *p = packer_new(&limits);
    struct pack_item a = item(30, 1), b = item(30, 1), solo = item(60, 1), *out[4];
    packer_add(p, &a, 0);
    packer_add(p, &b, 1);
    packer_add(p, &solo, 2);
    packer_remove(p, &a);
    packer_remove(p, &solo);
    assert_int_equal(packer_count(p), 1);
    assert_int_equal(packer_deadline(p, ROUTE), 201);
    assert_int_equal(packer_next(p, ROUTE, 201, false, out), 1);
    assert_ptr_equal(out[0], &b);
    packer_free(p);
}

/* Random traffic: nothing is lost or doubled, packs keep every bound, deadlines tell the truth. */

#define TICKETS 2000

struct traffic {
    struct packer *p;
    struct random r;
    struct pack_item items[TICKETS];
    bool inside[TICKETS];
    size_t added, given;
    int64_t now;
};

static void check_pack(struct traffic *t, struct pack_item **out, size_t n)
{
    int64_t tokens = 0, bytes = 0;
    for (size_t i = 0; i < n; i++) {
        size_t index = (size_t)(out[i] - t->items);
        assert_true(t->inside[index]);
        t->inside[index] = false;
        tokens += out[i]->est_tokens;
        bytes += (int64_t)out[i]->bytes;
        assert_int_equal(out[i]->route, out[0]->route);
        assert_int_equal(out[i]->language, out[0]->language);
        assert_int_equal(out[i]->attempt_class, out[0]->attempt_class);
        assert_true(i == 0 || (out[i] > out[i - 1] && !out[i]->solo && out[i]->est_tokens <= 50));
    }
    assert_true(n == 1 || (n <= 4 && tokens <= 100 && bytes <= 1000 && !out[0]->solo));
    t->given += n;
}

static void take_route(struct traffic *t, int route, bool flush)
{
    struct pack_item *out[4];
    size_t n;
    int64_t deadline = packer_deadline(t->p, route);
    if (!flush && deadline > t->now)
        assert_int_equal(packer_next(t->p, route, t->now, false, out), 0);
    while ((flush || packer_deadline(t->p, route) <= t->now) &&
           (n = packer_next(t->p, route, t->now, flush, out)) > 0) {
        assert_int_equal(out[0]->route, route);
        check_pack(t, out, n);
    }
    assert_true(packer_deadline(t->p, route) > t->now);
}

static void take_what_is_ready(struct traffic *t, bool flush)
{
    for (int route = 0; route < ROUTES; route++)
        take_route(t, route, flush);
}

static void random_traffic_keeps_every_bound(void **state)
{
    (void)state;
    static struct traffic t;
    for (uint64_t seed = 1; seed <= 30; seed++) {
        t = (struct traffic){.p = packer_new(&limits)};
        random_seed(&t.r, seed);
        while (t.added < TICKETS) {
            struct pack_item *i = &t.items[t.added];
            *i = item((int64_t)random_below(&t.r, 60), (size_t)random_below(&t.r, 500));
            i->route = (int)random_below(&t.r, ROUTES);
            i->language = (enum language)random_below(&t.r, 4);
            i->attempt_class = (int)random_below(&t.r, 2);
            i->solo = random_below(&t.r, 20) == 0;
            t.inside[t.added++] = true;
            packer_add(t.p, i, t.now);
            t.now += (int64_t)random_below(&t.r, 40);
            if (random_below(&t.r, 3) == 0)
                take_what_is_ready(&t, false);
            assert_int_equal(packer_count(t.p), t.added - t.given);
        }
        take_what_is_ready(&t, true);
        assert_int_equal(t.given, TICKETS);
        assert_int_equal(packer_count(t.p), 0);
        packer_free(t.p);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_empty_packer_has_nothing_and_no_deadline),
        cmocka_unit_test(a_full_pack_goes_at_once_in_order_of_arrival),
        cmocka_unit_test(flush_makes_everything_ready),
        cmocka_unit_test(tickets_of_different_kinds_are_never_mixed),
        cmocka_unit_test(every_route_has_packs_of_its_own),
        cmocka_unit_test(tokens_and_bytes_bound_a_pack),
        cmocka_unit_test(large_or_suspicious_tickets_go_alone_and_first),
        cmocka_unit_test(packs_of_one_never_wait),
        cmocka_unit_test(a_ticket_can_be_taken_back),
        cmocka_unit_test(random_traffic_keeps_every_bound),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
