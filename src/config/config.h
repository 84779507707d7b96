/* The effective configuration: every key of the file with its default filled in.
 *
 * Built once by config_load, read-only afterwards, so any thread may read it. Owns all its
 * memory (one arena). Names are those of the file; units stand in the names. Indices refer to the
 * arrays of this struct. Validation is complete: whoever holds a struct config may rely on every
 * range and reference stated here. Long: because it lists every key of the file.
 */
#ifndef TICKETMILL_CONFIG_CONFIG_H
#define TICKETMILL_CONFIG_CONFIG_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/slice.h"

#define CONFIG_OFF INT64_C(-1) /* a `null` amount, share or threshold */

struct config_pair {
    const char *name, *value;
};

struct config_kafka {
    const char *brokers, *input_topic, *results_topic, *dead_letter_topic, *replay_topic;
    const char *runs_topic; /* NULL = off */
    const char *group;
    bool transactional; /* publish: transactional | idempotent */
    struct config_pair *properties;
    int property_count;
};

struct config_ticket {
    const char *id, *subject, *body, *language; /* JSON pointers */
    const char *customer;                       /* likewise; NULL = none */
    int64_t max_bytes, max_text_bytes;
};

struct config_category {
    const char *name, *definition;
};

/* The prompt is a template, filled by the batch room. {{categories}}, which must be there, becomes
 * a line "- name: definition" for each category; {{summary}} becomes what to put under "summary",
 * by summary_chars; {{example}} a request with two tickets and its answer, made from the
 * configured categories. Any other {{…}} is refused. The rest is sent as it stands: a template
 * holds no comments. */
struct config_classification {
    const char *prompt_path; /* NULL = the built-in prompt */
    const char *prompt_text; /* the template; placeholders as below still in it */
    int64_t summary_chars;   /* 0 = none asked for */
    struct config_category *categories;
    int category_count; /* 1 … 100; names differ even without regard to case */
    int32_t review_below_ppm;
    int64_t escalate_below_ppm; /* CONFIG_OFF = off */
    int64_t reuse_us;           /* 0 = off */
};

struct config_endpoint {
    const char *name, *url; /* url without a trailing '/' */
    int64_t order, weight;
};

struct config_provider {
    const char *name;
    struct config_endpoint *endpoints;
    int endpoint_count;
    const char *key_env, *key_file; /* at most one; both NULL = no key is sent */
    const char *key_header;         /* "Authorization" sends "Bearer KEY", any other the bare key */
    struct config_pair *headers;
    int header_count;
    bool plain_http;
    const char *ca_file, *proxy; /* NULL = none */
    int64_t connect_timeout_us, timeout_us;
    int64_t max_response_bytes, max_in_flight, requests_per_minute, tokens_per_minute, tries;
    struct {
        int64_t window_us, min_calls, failed_percent, open_us, open_max_us;
    } breaker;
    struct {
        int64_t availability_ppm; /* 99.9 % = 999000 */
        int64_t p99_us;
    } target;
    bool redaction;
};

enum json_mode { JSON_MODE_SCHEMA, JSON_MODE_OBJECT, JSON_MODE_NONE };

struct config_price {     /* picodollars a token */
    int64_t from_unix_us; /* in force from here on; INT64_MIN for the plain form */
    int64_t input, cached_input, cache_write, output;
    int64_t flex_ppm; /* factor with service_tier flex; CONFIDENCE-style millionths */
    struct config_price_window *windows; /* UTC hours with other rates */
    int window_count;
};

struct config_price_window {
    int from_minute, to_minute; /* of the UTC day; to < from wraps midnight */
    uint8_t weekdays;           /* bit 0 = Monday */
    int64_t input, cached_input, cache_write, output;
};

struct config_model {
    const char *name, *served_name;
    int provider;                /* index */
    struct config_price *prices; /* ascending by from_unix_us; none = unpriced */
    int price_count;
    const char *service_tier; /* NULL = not sent */
    int64_t context_tokens, max_output_tokens, overhead_tokens, reasoning_tokens;
    bool vision;
    enum json_mode json;
    int64_t temperature_ppm; /* millionths; CONFIG_OFF = not sent */
    const char *token_param;
    const char *extra_body; /* JSON object text, "{}" when empty */
};

struct config_tier {
    const char *name;
    int *models; /* indices, in order of preference */
    int model_count;
    int64_t budget_pusd; /* budget.tiers; CONFIG_OFF */
};

enum when_kind { WHEN_ALWAYS, WHEN_LANGUAGE, WHEN_CODE, WHEN_IMAGE, WHEN_BYTES, WHEN_FIELD };
enum when_op { OP_EQUALS, OP_IN, OP_REGEX, OP_GREATER };

struct config_route {
    enum when_kind kind;
    const char *field; /* WHEN_FIELD: JSON pointer */
    enum when_op op;
    const char **values; /* of equals/in/regex/language, as text */
    int value_count;
    int64_t greater_than;          /* OP_GREATER and WHEN_BYTES */
    bool truth;                    /* WHEN_CODE, WHEN_IMAGE: required value */
    int tier, otherwise, escalate; /* tier indices; otherwise/escalate -1 = none */
};

struct config {
    const char *path;      /* of the file, as given */
    const char *time_zone; /* IANA name, exists in the zone database */
    int only_provider;     /* index, -1 = off */
    struct config_kafka kafka;
    struct config_ticket ticket;
    struct {
        const char *path; /* {shard} and {campaign} not yet replaced; relative ones resolved */
        int64_t keep_raw_answers_us, keep_outbox_us, keep_rows_us;
    } ledger;
    struct config_classification classification;
    struct {
        int64_t max_tickets, max_tokens, max_bytes, linger_us, solo_above_tokens;
    } packing;
    struct {
        int64_t stall_after_us, shutdown_grace_us;
        int finish_by_minute; /* of the day in time_zone; -1 = off */
        int64_t max_dead_percent;
        int64_t window_tickets, window_bytes;
    } run;
    int64_t shard_fraction_ppm;
    struct {
        int64_t percent, floor, window_us;
    } retry_budget;
    struct config_provider *providers;
    int provider_count;
    struct {
        uint32_t kinds; /* bits in the order email phone card iban ip national_id key */
        struct config_pair *patterns;
        int pattern_count;
    } redaction;
    struct config_model *models;
    int model_count;
    struct config_tier *tiers;
    int tier_count;
    struct config_route *routes; /* the last one is WHEN_ALWAYS */
    int route_count;
    struct {
        int64_t run_pusd, day_pusd, month_pusd, shadow_pusd; /* CONFIG_OFF = no cap */
    } budget;
    struct {
        int from, to; /* tier indices; from -1 = off */
        int64_t percent;
        bool replace;
    } shadow;
    struct {
        int64_t percent, warn_below;
    } guard;
    struct {
        const char *listen, *push_url, *text_file;
    } admin;
    struct {
        const char *webhook, *secret_env;
        int64_t timeout_us, tries;
    } notify;
    struct config_impl *impl; /* memory and what `check --print` needs */
};

/* One mistake of a file. */
struct config_error {
    int line, column; /* from 1; 0 = whole file */
    char text[400];   /* found, expected, nearest known key; never a free string of the file */
};

struct config_errors {
    struct config_error *v; /* in order of position; freed by config_errors_deinit */
    int count;
};
void config_errors_deinit(struct config_errors *e);

/* What a command needs of the file: keys that are required only then. */
enum config_need {
    CONFIG_FOR_RUN,   /* brokers, a provider, a model, a tier, a route */
    CONFIG_FOR_FILE,  /* the same without brokers: tickets come from a file */
    CONFIG_FOR_LEDGER /* report, show, ledger …: nothing is required */
};

/* Reads, interpolates, decodes and validates. ST_CONFIG with *errors filled (all mistakes of the
 * file, ST_CONFIG too when it cannot be read: one error); on ST_OK *out is complete. */
MUST_CHECK enum status config_load(const char *path, enum config_need need, struct config **out,
                                   struct config_errors *errors);
/* The shipped configuration (config/ticketmill.yaml) for a run on a file that has none. */
MUST_CHECK enum status config_built_in(struct config **out, struct config_errors *errors);
void config_free(struct config *c); /* takes NULL */

/* Effective configuration as YAML, every key with its value, secrets masked (`check --print`).
 * It loads again as an equal configuration, save for masked values. */
void config_print(const struct config *c, struct buf *out);

/* Features that this build does not have yet but the file switches on, one line each with the
 * key; empty when there are none. `run` refuses with 78 then. */
void config_unbuilt(const struct config *c, struct buf *out);

/* Markdown reference of all keys from the key table (docs/configuration.md). */
void config_reference(struct buf *out);

/* Ledger path with {shard} → "0" and {campaign} → name ("" when NULL). A campaign's name stands
 * before the extension when the path has no place for it: "a.db" → "a-spring.db". mem_free. */
char *config_campaign_path(const char *ledger_path, const char *campaign); /* that last part */
char *config_ledger_path(const struct config *c, int shard, const char *campaign);

/* Reads the provider's key from its environment variable or file (trailing white space off).
 * ST_CONFIG when it is set but missing, empty, not printable ASCII, or the file is readable by
 * others; *out NULL when no key is configured. *out: mem_free after explicit_bzero. */
MUST_CHECK enum status config_key(const struct config_provider *p, char **out, struct fail *fail);
/* The same, for whoever only wants to know whether the key can be had. */
MUST_CHECK enum status config_key_check(const struct config_provider *p, struct fail *fail);

#endif
