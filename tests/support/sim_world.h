/* A simulated world for whole runs from a seed: a fake Kafka with its input, a fake provider with
 * its faults, a real ledger on disk, virtual time. It outlives every run in it; a run is killed by
 * leaving off after some events. Every helper fails the running test, naming the seed.
 */
#ifndef TESTS_SUPPORT_SIM_WORLD_H
#define TESTS_SUPPORT_SIM_WORLD_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
/* cmocka needs the above */
#include <cmocka.h>

#include "base/sha256.h"
#include "pipeline/mill.h"
#include "support/fake_kafka.h"
#include "support/fake_provider.h"
#include "support/virtual_time.h"

enum { SIM_PARTITIONS = 3 };
#define SIM_INPUT_PUSD  180000 /* per token, as in the world's price list */
#define SIM_OUTPUT_PUSD 250000

/* What outlives a run. */
struct sim_world {
    uint64_t seed;
    struct random random;
    struct virtual_time time;
    struct fake_kafka kafka;
    struct fake_provider provider;
    struct fake_shop shop; /* the provider's when there are several */
    struct config *config;
    struct buf system;
    char version[SHA256_HEX_SIZE];
    char folder[64], ledger_path[96];
    int lives;
    int64_t limit;            /* of the next runs; -1 = none */
    int64_t groups_left;      /* until the ledger cannot be written any more; -1 = it always can */
    enum status ledger_error; /* … and how it fails then */
    struct mill *mill;        /* of the run at hand */
    int exit_code;            /* of the last run that came to its end … */
    struct mill_stats end;    /* … and its figures */
};

#define MUST(w, condition)                                                                         \
    do {                                                                                           \
        if (!(condition))                                                                          \
            fail_msg("seed %llu, life %d: %s", (unsigned long long)(w)->seed, (w)->lives,          \
                     #condition);                                                                  \
    } while (0)

void sim_world_init(struct sim_world *w, uint64_t seed); /* no tickets, no faults */
/* … with that configuration, and what befalls its several providers drawn later. */
void sim_world_init_shop(struct sim_world *w, uint64_t seed, const char *config);
void sim_world_deinit(struct sim_world *w);
void sim_put_tickets(struct sim_world *w);
void sim_draw_faults(struct sim_world *w);
void sim_heal(struct sim_world *w); /* everything works from now on */

struct ledger;
struct mill_model *sim_models(struct sim_world *w, struct ledger *ledger); /* for sim_life.c */

/* Runs seeds one after the other: <prefix>_SEEDS of them (default `count`) from <prefix>_FIRST (1)
 * on, and prints which. */
void sim_seeds(const char *prefix, uint64_t count, void (*run)(uint64_t seed));

/* One run: until its end, or killed after that many events; < 0 = it has to come to its end. True =
 * it did, with a straight audit; exit_code and end say how. */
bool sim_live(struct sim_world *w, int64_t events);

#endif
