/* Tickets by plan, and a configuration by a seed: which endpoints, limits, tiers, routes, budgets
 * and second opinions.
 */
#include "support/shop_config.h"

#include <stdio.h>

static bool one_in(struct random *r, uint64_t n)
{
    return random_below(r, n) == 0;
}

static void draw_providers(struct random *r, struct buf *b)
{
    buf_str(b, "providers:\n");
    for (int p = 0; p < 3; p++) {
        int endpoints = 1 + (int)random_below(r, 3);
        buf_fmt(b, "  p%d:\n    endpoints:\n", p);
        for (int e = 0; e < endpoints; e++)
            buf_fmt(b,
                    "      - {name: e%d, url: \"http://127.0.0.1:%d/v1\", order: %d, weight: %d}\n",
                    e, 1 + p * 4 + e, 1 + (int)random_below(r, 2), 1 + (int)random_below(r, 3));
        buf_fmt(b, "    max_in_flight: %d\n    timeout: 5s\n", 1 + (int)random_below(r, 6));
        buf_str(b, "    breaker: {window: 20s, min_calls: 4, failed_percent: 50, open: 5s, "
                   "open_max: 20s}\n");
        if (one_in(r, 4))
            buf_fmt(b, "    requests_per_minute: %d\n", 30 + (int)random_below(r, 100));
        if (one_in(r, 4))
            buf_fmt(b, "    tokens_per_minute: %d\n", 20000 + (int)random_below(r, 100000));
    }
    buf_str(b, "models:\n"
               "  a: {provider: p0, price: {input: 0.18, output: 0.25}}\n"
               "  b: {provider: p1, price: {input: 0.2, output: 0.4}}\n"
               "  c: {provider: p2, price: {input: 0.3, output: 0.6}}\n"
               "  v: {provider: p1, vision: true, price: {input: 0.4, output: 0.8}}\n"
               "  x: {provider: p0}\n");
}

static void draw_routes(struct random *r, struct buf *b)
{
    static const char *const cheap[] = {"[a, b]", "[a]", "[b, a, c]"};
    static const char *const dear[] = {"[c]", "[c, b]", "[b]"};
    static const char *const eyes[] = {"[v]", "[a, v]", "[v, c]"};
    buf_fmt(b, "tiers: {cheap: %s, dear: %s, eyes: %s, code: [x]}\n", cheap[random_below(r, 3)],
            dear[random_below(r, 3)], eyes[random_below(r, 3)]);
    buf_str(b, "routes:\n  - {when: {image: true}, tier: eyes}\n");
    buf_fmt(b, "  - {when: {field: /plan, equals: paid}, tier: dear%s}\n",
            one_in(r, 2) ? ", otherwise: cheap" : "");
    buf_str(b, "  - {when: {code: true}, tier: code, otherwise: cheap}\n");
    buf_fmt(b, "  - {when: {language: zh}, tier: cheap%s}\n",
            one_in(r, 2) ? ", otherwise: dear" : "");
    buf_fmt(b, "  - {tier: cheap%s}\n", one_in(r, 2) ? ", escalate: dear" : "");
}

static void draw_amount(struct random *r, struct buf *b, const char *name, const char **comma)
{
    if (!one_in(r, 5))
        return;
    buf_fmt(b, "%s%s: 0.%03d", *comma, name, 6 + (int)random_below(r, 20));
    *comma = ", ";
}

static void draw_money(struct random *r, struct buf *b)
{
    const char *comma = "";
    buf_str(b, "budget: {");
    draw_amount(r, b, "run", &comma);
    draw_amount(r, b, "day", &comma);
    draw_amount(r, b, "shadow", &comma);
    if (one_in(r, 6)) {
        buf_fmt(b, "%stiers: {cheap: 0.%03d}", comma, 6 + (int)random_below(r, 10));
        comma = ", ";
    }
    buf_str(b, "}\n");
    if (one_in(r, 2))
        buf_fmt(b, "shadow: {from: cheap, to: dear, percent: %d, mode: %s}\n",
                10 + (int)random_below(r, 90), one_in(r, 3) ? "replace" : "mirror");
    buf_fmt(b, "guard: {percent: %d}\n", one_in(r, 2) ? 0 : 10 + (int)random_below(r, 60));
}

void shop_config_draw(struct random *r, struct buf *b)
{
    buf_str(b, "kafka: {brokers: \"127.0.0.1:9092\"}\n");
    buf_fmt(b, "classification: {categories: {billing: money, other: the rest}%s}\n",
            one_in(r, 2) ? ", escalate_below: 0.5" : "");
    buf_fmt(b, "run: {window: {tickets: %d, bytes: 1MiB}, max_dead_percent: 100%s}\n",
            20 + (int)random_below(r, 40), one_in(r, 6) ? ", finish_by: \"00:01\"" : "");
    buf_str(b, "retry_budget: {percent: 50, floor: 50}\npacking: {max_tickets: 4}\n");
    draw_providers(r, b);
    draw_routes(r, b);
    draw_money(r, b);
}

void shop_put_plans(struct sim_world *w, int count)
{
    static const char *const plans[] = {"paid", "gold", "none"};
    for (int i = 0; i < count; i++) {
        char key[32], value[200];
        snprintf(key, sizeof key, "T-%d", i);
        snprintf(value, sizeof value,
                 "{\"ticket_id\":\"T-%d\",\"body\":\"ticket %d\",\"plan\":\"%s\"}", i, i,
                 plans[i % 3]);
        fake_kafka_put(&w->kafka, i % SIM_PARTITIONS, key, value);
    }
}
