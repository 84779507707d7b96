/* The heap: order by key, ties by arrival, removal from anywhere. */
#include "base/heap.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/list.h"
#include "base/random.h"

enum { NODES = 300 };

static struct heap_node *pop(struct heap *h)
{
    struct heap_node *node = heap_min(h);
    heap_remove(h, node);
    return node;
}

static void equal_keys_leave_in_the_order_they_came(void **state)
{
    (void)state;
    struct heap h;
    heap_init(&h);
    assert_null(heap_min(&h));
    struct heap_node nodes[50];
    for (int i = 0; i < 50; i++) {
        nodes[i].at = HEAP_OUT;
        heap_add(&h, &nodes[i], i % 5);
    }
    for (int key = 0; key < 5; key++)
        for (int i = key; i < 50; i += 5)
            assert_ptr_equal(pop(&h), &nodes[i]);
    assert_null(heap_min(&h));
    heap_deinit(&h);
}

static void the_smallest_is_on_top_through_random_adds_and_removals(void **state)
{
    (void)state;
    static struct heap_node nodes[NODES];
    struct random r;
    struct heap h;
    random_seed(&r, 7);
    heap_init(&h);
    for (int i = 0; i < NODES; i++)
        nodes[i].at = HEAP_OUT;

    for (int round = 0; round < 20000; round++) {
        struct heap_node *node = &nodes[random_below(&r, NODES)];
        if (node->at == HEAP_OUT)
            heap_add(&h, node, (int64_t)random_below(&r, 100) - 50);
        else
            heap_remove(&h, node);

        const struct heap_node *least = NULL;
        for (int i = 0; i < NODES; i++) {
            const struct heap_node *n = &nodes[i];
            bool less =
                !least || n->key < least->key || (n->key == least->key && n->order < least->order);
            if (n->at != HEAP_OUT && less)
                least = n;
        }
        assert_ptr_equal(heap_min(&h), least);
    }
    heap_deinit(&h);
}

static void a_node_in_no_heap_can_be_removed_and_one_removed_be_added_again(void **state)
{
    (void)state;
    struct heap h;
    heap_init(&h);
    struct heap_node a = {.at = HEAP_OUT}, b = {.at = HEAP_OUT};
    heap_remove(&h, &a);
    heap_add(&h, &a, INT64_MAX);
    heap_add(&h, &b, INT64_MIN);
    assert_ptr_equal(heap_min(&h), &b);
    heap_remove(&h, &b);
    heap_remove(&h, &b);
    heap_add(&h, &b, INT64_MAX);
    assert_ptr_equal(heap_min(&h), &a);
    heap_deinit(&h);
    assert_true(a.at == HEAP_OUT && b.at == HEAP_OUT);
}

struct item {
    int id;
    struct list node;
};

static int first_id(struct list *head)
{
    return LIST_ENTRY(head->next, struct item, node)->id;
}

static void lists_keep_order_and_hand_everything_over(void **state)
{
    (void)state;
    struct list a, b;
    list_init(&a);
    list_init(&b);
    struct item items[4];
    for (int i = 0; i < 4; i++) {
        items[i].id = i;
        list_push(i < 2 ? &a : &b, &items[i].node);
    }
    list_append(&a, &b);
    assert_true(list_empty(&b));
    list_append(&a, &b);
    list_remove(&items[0].node);
    list_remove(&items[0].node);
    assert_int_equal(first_id(&a), 1);
    int sum = 0;
    LIST_EACH(it, &a)
    sum = sum * 10 + LIST_ENTRY(it, struct item, node)->id;
    assert_int_equal(sum, 123);
    LIST_EACH_SAFE(it, &a)
    if (LIST_ENTRY(it, struct item, node)->id == 2)
        list_remove(it);
    assert_ptr_equal(list_pop(&a), &items[1].node);
    assert_ptr_equal(list_pop(&a), &items[3].node);
    assert_null(list_pop(&a));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(equal_keys_leave_in_the_order_they_came),
        cmocka_unit_test(the_smallest_is_on_top_through_random_adds_and_removals),
        cmocka_unit_test(a_node_in_no_heap_can_be_removed_and_one_removed_be_added_again),
        cmocka_unit_test(lists_keep_order_and_hand_everything_over),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
