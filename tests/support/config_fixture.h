/* Configuration files for tests, in a folder of their own. */
#ifndef TESTS_SUPPORT_CONFIG_FIXTURE_H
#define TESTS_SUPPORT_CONFIG_FIXTURE_H

#include "config/config.h"

#define FULL    "tests/data/config/full.yaml" /* every key set, most to something of its own */
#define SHIPPED "config/ticketmill.yaml"

/* Everything a run needs and nothing else. */
#define SMALLEST                                                                                   \
    "kafka: {brokers: \"127.0.0.1:9092\"}\n"                                                       \
    "providers: {p: {endpoints: [{url: \"https://h.example/v1/\"}]}}\n"                            \
    "models: {m: {provider: p}}\n"                                                                 \
    "tiers: {t: [m]}\n"                                                                            \
    "routes: [{tier: t}]\n"

extern char config_folder[]; /* absolute; of the files below */

int config_folder_make(void **state);   /* group set-up */
int config_folder_remove(void **state); /* group tear-down: c.yaml and p.md go with it */

void config_file(const char *name, const void *bytes, size_t n);

/* These fail the test when the file has a mistake. */
struct config *config_of_file(const char *path, enum config_need need);
struct config *config_of_text(const char *text, enum config_need need); /* by way of c.yaml */

char *config_printed(const struct config *c); /* mem_free */
char *config_missing(const struct config *c); /* config_unbuilt; "" = nothing; mem_free */

#endif
