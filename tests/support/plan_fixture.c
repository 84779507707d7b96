/* Loads the file by way of the configuration's fixture and makes the plan; what came of it is the
 * test's to judge.
 */
#include "support/plan_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "support/config_fixture.h"

#define OFFERS                                                                                     \
    "kafka: {brokers: \"127.0.0.1:9092\"}\n"                                                       \
    "providers:\n"                                                                                 \
    "  p: {endpoints: [{url: \"https://p.example/v1\"}]}\n"                                        \
    "  q: {endpoints: [{url: \"https://q.example/v1\"}]}\n"                                        \
    "models:\n"                                                                                    \
    "  a: {provider: p, price: {input: 1, output: 1}}\n"                                           \
    "  b: {provider: p, price: {input: 1, output: 1}}\n"                                           \
    "  v: {provider: p, price: {input: 1, output: 1}, vision: true}\n"                             \
    "  u: {provider: p}\n"                                                                         \
    "  x: {provider: q, price: {input: 1, output: 1}}\n"                                           \
    "  w: {provider: q, price: {input: 1, output: 1}, vision: true}\n"

void plan_of(struct plan_made *m, const char *rest, int only, bool capped)
{
    char text[4000];
    snprintf(text, sizeof text, "%s%s", OFFERS, rest);
    m->config = config_of_text(text, CONFIG_FOR_RUN);
    m->plan = NULL;
    buf_init(&m->notes, 10000);
    m->st = plan_make(m->config, only, capped, &m->plan, &m->notes, &m->fail);
}

void plan_of_good(struct plan_made *m, const char *rest, int only, bool capped)
{
    plan_of(m, rest, only, capped);
    if (m->st != ST_OK)
        fail_msg("%s", m->fail.text);
}

void plan_end(struct plan_made *m)
{
    plan_free(m->plan);
    config_free(m->config);
    buf_deinit(&m->notes);
}

void assert_why(const struct plan_made *m, struct plan_choice c, const struct facts *facts,
                const char *expected)
{
    struct buf out;
    buf_init(&out, 1000);
    plan_why(m->plan, &c, facts, &out);
    assert_string_equal(out.p, expected);
    buf_deinit(&out);
}
