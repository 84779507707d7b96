/* A small event loop for tests of the edges: struct reactor on epoll, one thread. */
#ifndef TICKETMILL_TESTS_SUPPORT_TEST_REACTOR_H
#define TICKETMILL_TESTS_SUPPORT_TEST_REACTOR_H

#include <stdbool.h>
#include <stdint.h>

#include "base/reactor.h"

struct test_reactor;

struct test_reactor *test_reactor_new(void);
void test_reactor_free(struct test_reactor *t); /* watches, timers, wakeups must be gone */
const struct reactor *test_reactor_port(struct test_reactor *t);

/* Turns the loop until *done is true or timeout_ms have passed; false = time is up. */
bool test_reactor_run(struct test_reactor *t, const bool *done, int timeout_ms);

#endif
