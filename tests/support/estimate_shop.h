/* A small configuration with its sample and estimate, for tests of `estimate`. */
#ifndef TESTS_SUPPORT_ESTIMATE_SHOP_H
#define TESTS_SUPPORT_ESTIMATE_SHOP_H

#include "cli/estimate.h"
#include "support/config_fixture.h"

#define SECOND INT64_C(1000000)
#define NOW    (INT64_C(1795564800) * SECOND) /* 2026-11-25 00:00 UTC */

#define SHOP                                                                                       \
    "providers:\n"                                                                                 \
    "  p: {endpoints: [{url: \"https://h.example/v1\"}], max_in_flight: 4}\n"                      \
    "  q: {endpoints: [{url: \"https://i.example/v1\"}], max_in_flight: 10}\n"                     \
    "models:\n"                                                                                    \
    "  cheap: {provider: p, price: {input: 0.2, cached_input: 0.05, output: 0.6}}\n"               \
    "  dear: {provider: q, price: {input: 2, output: 8}, vision: true}\n"                          \
    "  free: {provider: p}\n"                                                                      \
    "  small: {provider: p, context_tokens: 1500, max_output_tokens: 500}\n"                       \
    "tiers: {budget: [cheap], premium: [dear], none: [free], all: [small, cheap, dear]}\n"
#define ONE_ROUTE "routes: [{tier: budget}]\n"

struct shop {
    struct config *config;
    struct plan *plan;
    struct buf system;
    struct sample sample;
    struct observed observed;
    struct estimate estimate;
    int64_t offset;
};

/* more: what the file needs besides SHOP, a route at least. Needs config_folder_make. */
void open_shop(struct shop *s, const char *more);
void close_shop(struct shop *s);
void take(struct shop *s, const char *value); /* one record of the topic "test" */
/* Tickets with texts of their own; members: `,"language":"en"` or the like. */
void take_many(struct shop *s, int count, const char *members);
void make(struct shop *s); /* the estimate for a start at NOW */
const struct estimate_line *line(const struct shop *s, const char *tier, enum call_purpose purpose);

#endif
