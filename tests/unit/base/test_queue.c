/* The queue between threads: order, blocking, waking and closing. Threads meet at the queue only,
 * nothing sleeps. */
#include "base/queue.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <pthread.h>

#include "base/clock.h"
#include "base/mem.h"

enum { PUSHERS = 4, PER_PUSHER = 20000 };

struct message {
    struct queue_node node;
    int pusher, number;
};

struct pusher {
    pthread_t thread;
    struct queue *q;
    struct message *messages;
};

static void *push_all(void *arg)
{
    struct pusher *p = arg;
    for (int i = 0; i < PER_PUSHER; i++)
        queue_push(p->q, &p->messages[i].node);
    return NULL;
}

static void every_message_arrives_once_in_its_senders_order(void **state)
{
    (void)state;
    struct queue *q = queue_new(NULL, NULL);
    struct pusher pushers[PUSHERS];
    for (int p = 0; p < PUSHERS; p++) {
        pushers[p].q = q;
        pushers[p].messages = mem_array(PER_PUSHER, sizeof(struct message));
        for (int i = 0; i < PER_PUSHER; i++) {
            pushers[p].messages[i].pusher = p;
            pushers[p].messages[i].number = i;
        }
        assert_int_equal(pthread_create(&pushers[p].thread, NULL, push_all, &pushers[p]), 0);
    }

    int next[PUSHERS] = {0};
    for (int total = 0; total < PUSHERS * PER_PUSHER;) {
        struct queue_node *chain = queue_wait(q, -1);
        assert_non_null(chain);
        for (; chain; chain = chain->next, total++) {
            const struct message *m = (const struct message *)(void *)chain;
            assert_int_equal(m->number, next[m->pusher]++);
        }
    }
    assert_null(queue_take(q));
    for (int p = 0; p < PUSHERS; p++) {
        pthread_join(pushers[p].thread, NULL);
        mem_free(pushers[p].messages);
    }
    queue_free(q);
}

static void count_wake(void *self)
{
    (*(int *)self)++;
}

static void the_consumer_is_woken_only_when_the_queue_was_empty(void **state)
{
    (void)state;
    int wakes = 0;
    struct queue *q = queue_new(count_wake, &wakes);
    struct queue_node nodes[3];
    queue_push(q, &nodes[0]);
    queue_push(q, &nodes[1]);
    assert_int_equal(wakes, 1);
    struct queue_node *chain = queue_take(q);
    assert_ptr_equal(chain, &nodes[0]);
    assert_ptr_equal(chain->next, &nodes[1]);
    assert_null(chain->next->next);
    queue_push(q, &nodes[2]);
    assert_int_equal(wakes, 2);
    assert_ptr_equal(queue_take(q), &nodes[2]);
    queue_free(q);
}

static void waiting_ends_at_its_timeout(void **state)
{
    (void)state;
    struct queue *q = queue_new(NULL, NULL);
    int64_t start_mono_us = clock_mono_us(&clock_system);
    assert_null(queue_wait(q, 0));
    assert_null(queue_wait(q, 5));
    assert_true(clock_mono_us(&clock_system) - start_mono_us >= 5000);
    queue_free(q);
}

static void *wait_for_end(void *arg)
{
    return queue_wait(arg, -1);
}

static void closing_wakes_a_waiter_and_still_takes_what_is_pushed(void **state)
{
    (void)state;
    struct queue *q = queue_new(NULL, NULL);
    pthread_t waiter;
    void *got = q;
    assert_int_equal(pthread_create(&waiter, NULL, wait_for_end, q), 0);
    assert_false(queue_closed(q));
    queue_close(q);
    pthread_join(waiter, &got);
    assert_null(got);
    assert_true(queue_closed(q));
    struct queue_node late;
    queue_push(q, &late);
    assert_ptr_equal(queue_wait(q, -1), &late);
    assert_null(queue_wait(q, -1));
    queue_free(q);
    queue_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_message_arrives_once_in_its_senders_order),
        cmocka_unit_test(the_consumer_is_woken_only_when_the_queue_was_empty),
        cmocka_unit_test(waiting_ends_at_its_timeout),
        cmocka_unit_test(closing_wakes_a_waiter_and_still_takes_what_is_pushed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
