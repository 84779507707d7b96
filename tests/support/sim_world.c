/* The world around a simulated run: its input, its faults, its place on disk. The run itself is
 * sim_life.c. What a seed decides is drawn here, in a fixed order, so that a seed names one story.
 */
#include "support/sim_world.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "batch/prompt.h"
#include "support/config_fixture.h"

static const char config_text[] =
    "kafka: {brokers: \"127.0.0.1:9092\"}\n"
    "classification:\n"
    "  categories: {billing: money, other: the rest}\n"
    "run: {window: {tickets: 40, bytes: 1MiB}, max_dead_percent: 100}\n"
    "retry_budget: {percent: 50, floor: 50}\n"
    "packing: {max_tickets: 4}\n"
    "providers: {p: {endpoints: [{name: e, url: \"http://127.0.0.1:1/v1\"}], max_in_flight: 5}}\n"
    "models:\n"
    "  m: {provider: p, price: {input: 0.18, output: 0.25}}\n"
    "  n: {provider: p, price: {input: 0.18, output: 0.25}}\n"
    "tiers: {t: [m, n]}\n"
    "routes: [{tier: t}]\n"
    "guard: {percent: 0}\n";

void sim_put_tickets(struct sim_world *w)
{
    int count = 20 + (int)random_below(&w->random, 80);
    for (int i = 0; i < count; i++) {
        char key[32], value[200];
        int n = random_below(&w->random, 12) == 0 ? (int)random_below(&w->random, 20) : i + 100;
        int p = (int)random_below(&w->random, SIM_PARTITIONS);
        snprintf(key, sizeof key, "T-%d", n);
        snprintf(value, sizeof value,
                 "{\"ticket_id\":\"T-%d\",\"body\":\"ticket %d of seed %llu%s\"}", n, n,
                 (unsigned long long)w->seed, random_below(&w->random, 3) ? "" : ", changed");
        uint64_t kind = random_below(&w->random, 25);
        fake_kafka_put(&w->kafka, p, key, kind == 0 ? NULL : kind == 1 ? "{broken" : value);
    }
}

void sim_draw_faults(struct sim_world *w)
{
    for (int f = 1; f < FAKE_REJECTED; f++) {
        if (random_below(&w->random, 3) == 0)
            w->provider.percent[f] = (int)random_below(&w->random, 12);
    }
    /* Now and then a model that hardly ever serves, so that tickets use up their attempts. */
    if (random_below(&w->random, 6) == 0)
        w->provider.percent[FAKE_BLANK] = 40 + (int)random_below(&w->random, 40);
    if (random_below(&w->random, 2) == 0)
        w->kafka.fail_percent = (int)random_below(&w->random, 30);
    if (random_below(&w->random, 2) == 0)
        w->kafka.unsure_percent = (int)random_below(&w->random, 30);
    w->kafka.slow_percent = (int)random_below(&w->random, 20);
}

void sim_heal(struct sim_world *w)
{
    memset(w->provider.percent, 0, sizeof w->provider.percent);
    w->kafka.fail_percent = w->kafka.unsure_percent = 0;
    if (w->provider.shop)
        fake_shop_heal(w->provider.shop);
}

static void init(struct sim_world *w, uint64_t seed, const char *config)
{
    memset(w, 0, sizeof *w);
    w->seed = seed;
    w->limit = w->groups_left = -1;
    w->ledger_error = ST_LEDGER_IO;
    random_seed(&w->random, seed);
    virtual_time_init(&w->time);
    fake_kafka_init(&w->kafka, SIM_PARTITIONS, &w->time, &w->random);
    fake_provider_init(&w->provider, &w->time, &w->random);
    w->config = config_of_text(config, CONFIG_FOR_RUN);
    buf_init(&w->system, (size_t)1 << 20);
    prompt_system(&w->config->classification, &w->system);
    prompt_version(buf_view(&w->system), w->version);
    snprintf(w->folder, sizeof w->folder, "%s/ticketmill-sim-XXXXXX",
             access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
    assert_non_null(mkdtemp(w->folder));
    snprintf(w->ledger_path, sizeof w->ledger_path, "%s/l.db", w->folder);
}

void sim_world_init(struct sim_world *w, uint64_t seed)
{
    init(w, seed, config_text);
}

void sim_world_init_shop(struct sim_world *w, uint64_t seed, const char *config)
{
    init(w, seed, config);
    w->shop.config = w->config;
    w->provider.shop = &w->shop;
    fake_shop_heal(&w->shop);
}

void sim_world_deinit(struct sim_world *w)
{
    char command[128];
    snprintf(command, sizeof command, "rm -rf '%s'", w->folder);
    assert_int_equal(system(command), 0);
    buf_deinit(&w->system);
    config_free(w->config);
    fake_provider_deinit(&w->provider);
    fake_kafka_deinit(&w->kafka);
    virtual_time_deinit(&w->time);
}

static uint64_t setting(const char *prefix, const char *name, uint64_t fallback)
{
    char variable[64];
    snprintf(variable, sizeof variable, "%s_%s", prefix, name);
    const char *text = getenv(variable);
    return text ? strtoull(text, NULL, 10) : fallback;
}

void sim_seeds(const char *prefix, uint64_t count, void (*run)(uint64_t seed))
{
    uint64_t first = setting(prefix, "FIRST", 1);
    count = setting(prefix, "SEEDS", count);
    for (uint64_t seed = first; seed < first + count; seed++)
        run(seed);
    printf("# %llu seeds from %llu\n", (unsigned long long)count, (unsigned long long)first);
}
