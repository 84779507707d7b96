/* The HTTP client and a name server that is silent. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include <dlfcn.h>
#include <netdb.h>
#include <poll.h>
#include <stdatomic.h>
#include <string.h>

#include "base/mem.h"
#include "support/llm_fixture.h"

#define SILENT_HOST "silent.example"

static atomic_bool enough, answered;

/* Stands before libc's for everybody: the silent name gets its answer when the test has seen
 * enough, or after ten seconds. */
int getaddrinfo(const char *name, const char *service, const struct addrinfo *hints,
                struct addrinfo **out)
{
    int (*real)(const char *, const char *, const struct addrinfo *, struct addrinfo **);
    if (name && strcmp(name, SILENT_HOST) == 0) {
        for (int i = 0; i < 1000 && !enough; i++)
            poll(NULL, 0, 10);
        answered = true;
        return EAI_AGAIN;
    }
    *(void **)&real = dlsym(RTLD_NEXT, "getaddrinfo");
    return real(name, service, hints, out);
}

static void silent_name_server_holds_nobody_up(void **state)
{
    (void)state;
    struct llm_fixture f;
    struct llm_outcome o;
    llm_fixture_prepare(&f);
    f.provider.connect_timeout_us = 100000;
    llm_fixture_connect(&f, "https://" SILENT_HOST "/v1");
    char *body = llm_fixture_body("Where is my parcel?", "Who are you?");
    llm_fixture_ask(&f, body, &o);
    assert_int_equal(o.reply.failure, FAIL_NOT_SENT);
    assert_false(answered); /* the loop went on without it */
    enough = true;
    while (!answered)
        poll(NULL, 0, 1);
    llm_outcome_clear(&o);
    mem_free(body);
    llm_fixture_stop(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(silent_name_server_holds_nobody_up),
    };
    return cmocka_run_group_tests_name("llm names", tests, NULL, NULL);
}
