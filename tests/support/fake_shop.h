/* Several providers in the simulated world: what befalls their endpoints, accounts and models, what
 * each of them billed, and whether anybody was asked who had said that he must not be.
 */
#ifndef TESTS_SUPPORT_FAKE_SHOP_H
#define TESTS_SUPPORT_FAKE_SHOP_H

#include "base/random.h"
#include "config/config.h"
#include "llm/client.h"
#include "model/failure.h"

enum { SHOP_PROVIDERS = 4, SHOP_ENDPOINTS = 4, SHOP_MODELS = 8 };

enum fake_fate {
    FATE_WELL,
    FATE_DEAD,      /* no connection */
    FATE_SERVER,    /* 500 */
    FATE_LOSES,     /* every call times out, unbilled */
    FATE_FLAPS,     /* dead and well in turns of ten seconds */
    FATE_SLOW,      /* answers, in just under the time-out */
    FATE_THROTTLES, /* 429 with retry_after_us */
    FATE_REGION,    /* 403 */
    FATE_COUNT
};

struct fake_site {
    enum fake_fate fate;
    int64_t from_us, until_us; /* of virtual time */
    int64_t retry_after_us;    /* -1 = none is told */
    int64_t told_us;           /* when this run learnt that it is refused; INT64_MAX = not */
    int64_t parked_told_us, parked_until_us;
};

struct fake_account {
    int64_t money_until_us, key_until_us; /* 402, 401 from then on; INT64_MAX = never */
    bool key_rotates, key_new;            /* the file has another key; … it is in use */
    bool overcharges;                     /* bills 1.3 times, whatever the cap */
    int64_t told_us;
    int64_t billed_pusd;
};

struct fake_shop {
    const struct config *config;
    struct fake_site sites[SHOP_PROVIDERS][SHOP_ENDPOINTS];
    struct fake_account accounts[SHOP_PROVIDERS];
    bool gone[SHOP_MODELS]; /* 404 */
    int64_t gone_told_us[SHOP_MODELS];
    int low_percent;       /* of answers are of low confidence */
    bool told[FAIL_COUNT]; /* failures that were told to the run at hand */
    char wrong[200];       /* what should not have been asked; "" = nothing */
};

void fake_shop_draw(struct fake_shop *s, struct random *random);
void fake_shop_heal(struct fake_shop *s);
void fake_shop_begin(struct fake_shop *s); /* a run begins: it knows of nothing */

/* A call arrives: what becomes of it; FAIL_NONE = it is served. */
enum failure fake_shop_asked(struct fake_shop *s, const struct llm_call *call, int64_t now_us);
int64_t fake_shop_latency(const struct fake_shop *s, const struct llm_call *call, int64_t now_us);
void fake_shop_told(struct fake_shop *s, const struct llm_call *call, struct llm_reply *reply,
                    int64_t now_us);
void fake_shop_bill(struct fake_shop *s, const struct llm_call *call, int64_t input,
                    int64_t output);
bool fake_shop_low(const struct fake_shop *s, int model, uint8_t hash);
bool fake_shop_reload_key(struct fake_shop *s, int provider);

#endif
