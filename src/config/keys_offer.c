/* The key table, second part: providers, models with their prices, tiers and routes.
 *
 * Entries of these are objects of their own, so their rows count from the start of an entry.
 */
#include "config/keys.h"

#include "config/check.h"
#include "config/text.h"

/* ---- providers --------------------------------------------------------------------------- */

static const struct key endpoint[] = {
    K("name", KEY_TEXT, config_endpoint, name, .fallback = "main", .rule = &rule_name,
      .note = "Its name in logs and reports; unique at its provider"),
    K("url", KEY_TEXT, config_endpoint, url, .flags = KEY_REQUIRED, .rule = &rule_base_url,
      .note = "Base URL; `/chat/completions` is added. `https://`, or `http://` on loopback"),
    K("order", KEY_COUNT, config_endpoint, order, .fallback = "1", .min = 1, .max = 100,
      .note = "Lower ones are used first"),
    K("weight", KEY_COUNT, config_endpoint, weight, .fallback = "1", .min = 1, .max = 1000,
      .note = "Share among endpoints of the same order"),
};
static const struct section endpoint_section = {KEYS(endpoint),
                                                .size = sizeof(struct config_endpoint),
                                                .about = "Where the provider is reached."};

static const struct key breaker[] = {
    K("window", KEY_DURATION, config_provider, breaker.window_us, .fallback = "60s", .min = SECOND,
      .max = HOUR, .note = "Calls are counted over this time"),
    K("min_calls", KEY_COUNT, config_provider, breaker.min_calls, .fallback = "5", .min = 1,
      .max = 10000, .note = "Below this many calls nothing is concluded"),
    K("failed_percent", KEY_COUNT, config_provider, breaker.failed_percent, .fallback = "50",
      .min = 1, .max = 100, .note = "Failures at which an endpoint is left alone"),
    K("open", KEY_DURATION, config_provider, breaker.open_us, .fallback = "30s", .min = SECOND / 10,
      .max = HOUR, .note = "For how long, the first time"),
    K("open_max", KEY_DURATION, config_provider, breaker.open_max_us, .fallback = "5m",
      .min = SECOND / 10, .max = DAY, .note = "For how long at most"),
};
static const struct section breaker_section = {KEYS(breaker), .check = check_breaker};

static const struct key target[] = {
    K("availability", KEY_PERCENT, config_provider, target.availability_ppm, .fallback = "99.9",
      .min = 0, .max = MILLION, .note = "Percent, for the report"),
    K("p99", KEY_DURATION, config_provider, target.p99_us, .fallback = "2s", .min = 1000,
      .max = HOUR, .note = "99th percentile of latency, for the report"),
};
static const struct section target_section = {KEYS(target)};

static const struct key provider[] = {
    K("endpoints", KEY_LIST, config_provider, endpoints, COUNTED(config_provider, endpoint_count),
      .flags = KEY_REQUIRED, .min = 1, .max = 64, .inner = &endpoint_section),
    K("key_env", KEY_TEXT, config_provider, key_env, .fallback = "null", .flags = KEY_NULLABLE,
      .rule = &rule_environment, .note = "Environment variable that holds the key"),
    K("key_file", KEY_PATH, config_provider, key_file, .fallback = "null", .flags = KEY_NULLABLE,
      .rule = &rule_path,
      .note = "File that holds the key, not readable by others. Neither = no key is sent"),
    K("key_header", KEY_TEXT, config_provider, key_header, .fallback = "Authorization",
      .rule = &rule_header,
      .note = "`Authorization` sends `Bearer KEY`, any other header the bare key"),
    K("headers", KEY_PAIRS, config_provider, headers, COUNTED(config_provider, header_count),
      .fallback = "{}", .flags = KEY_HEADERS, .rule = &rule_header,
      .value_rule = &rule_header_value, .max = 50, .note = "More headers for every call"),
    K("plain_http", KEY_BOOL, config_provider, plain_http, .fallback = "false",
      .note = "Allows `http://` off loopback: key and texts travel in the clear"),
    K("ca_file", KEY_PATH, config_provider, ca_file, .fallback = "null", .flags = KEY_NULLABLE,
      .rule = &rule_path, .note = "Certificates to trust instead of the system's"),
    K("proxy", KEY_TEXT, config_provider, proxy, .fallback = "null", .flags = KEY_NULLABLE,
      .rule = &rule_proxy, .note = "Proxy; those of the environment are not used"),
    K("connect_timeout", KEY_DURATION, config_provider, connect_timeout_us, .fallback = "5s",
      .min = SECOND / 100, .max = 5 * MINUTE, .note = "For name, connection and TLS"),
    K("timeout", KEY_DURATION, config_provider, timeout_us, .fallback = "60s", .min = SECOND / 100,
      .max = HOUR, .note = "For the whole call"),
    K("max_response", KEY_SIZE, config_provider, max_response_bytes, .fallback = "8MiB", .min = KIB,
      .max = GIB, .note = "A larger answer is given up"),
    K("max_in_flight", KEY_COUNT, config_provider, max_in_flight, .fallback = "64", .min = 1,
      .max = 10000, .note = "Calls at once"),
    K("requests_per_minute", KEY_COUNT, config_provider, requests_per_minute, .fallback = "0",
      .min = 0, .max = 1000 * MILLION, .note = "0 = no limit"),
    K("tokens_per_minute", KEY_COUNT, config_provider, tokens_per_minute, .fallback = "0", .min = 0,
      .max = INT64_C(1000000) * MILLION, .note = "0 = no limit"),
    K("tries", KEY_COUNT, config_provider, tries, .fallback = "3", .min = 1, .max = 10,
      .note = "Attempts of one call at an endpoint that fails"),
    K("breaker", KEY_SECTION, config_provider, breaker, .inner = &breaker_section),
    K("target", KEY_SECTION, config_provider, target, .inner = &target_section),
    K("redaction", KEY_BOOL, config_provider, redaction, .fallback = "true",
      .note = "Takes personal data and secrets out of texts before they are sent"),
};
const struct section key_provider = {
    KEYS(provider), .size = sizeof(struct config_provider), .check = check_provider,
    .about = "Who answers: one entry for each account at an OpenAI-compatible provider."};

/* ---- models ------------------------------------------------------------------------------ */

#define RATE(object, name_, member, ...)                                                           \
    K(name_, KEY_PRICE, object, member, .min = 0, .max = INT64_MAX, __VA_ARGS__)

static const char *const weekdays[] = {"mon", "tue", "wed", "thu", "fri", "sat", "sun", NULL};
static const struct key price_window[] = {
    K("from", KEY_MINUTE, config_price_window, from_minute, .flags = KEY_REQUIRED,
      .note = "Start, UTC"),
    K("to", KEY_MINUTE, config_price_window, to_minute, .flags = KEY_REQUIRED,
      .note = "End, UTC; before the start = the next day"),
    K("weekdays", KEY_SET, config_price_window, weekdays, .names = weekdays,
      .fallback = "[mon, tue, wed, thu, fri, sat, sun]", .note = "Days on which it starts"),
    RATE(config_price_window, "input", input, .flags = KEY_REQUIRED, .note = "Input"),
    RATE(config_price_window, "cached_input", cached_input, .fallback_note = "`input`",
         .note = "Input read from the provider's cache"),
    RATE(config_price_window, "cache_write", cache_write, .fallback_note = "`input`",
         .note = "Input written to it"),
    RATE(config_price_window, "output", output, .flags = KEY_REQUIRED, .note = "Output"),
};
static const struct section price_window_section = {
    KEYS(price_window), .size = sizeof(struct config_price_window), .check = check_price_window};

static const struct key price[] = {
    K("from", KEY_DATE, config_price, from_unix_us, .fallback_note = "ever since",
      .note = "In force from then on, UTC"),
    RATE(config_price, "input", input, .flags = KEY_REQUIRED, .note = "Input"),
    RATE(config_price, "cached_input", cached_input, .fallback_note = "`input`",
         .note = "Input read from the provider's cache"),
    RATE(config_price, "cache_write", cache_write, .fallback_note = "`input`",
         .note = "Input written to it"),
    RATE(config_price, "output", output, .flags = KEY_REQUIRED, .note = "Output"),
    K("flex", KEY_RATIO, config_price, flex_ppm, .fallback = "1", .min = 0, .max = MILLION,
      .note = "Factor on all rates with `service_tier: flex`, rounded up to whole picodollars"),
    K("windows", KEY_LIST, config_price, windows, COUNTED(config_price, window_count), .min = 0,
      .max = 50, .inner = &price_window_section,
      .note = "UTC hours with other rates; the first one that fits counts"),
};
static const struct section price_section = {
    KEYS(price), .size = sizeof(struct config_price), .check = check_price,
    .about = "USD per million tokens, at most six decimals; one mapping, or a list in order of "
             "`from`. Left out = unpriced."};

static const struct key model[] = {
    K("provider", KEY_REF, config_model, provider, .target = REF_PROVIDER, .flags = KEY_REQUIRED,
      .note = "Entry of `providers`"),
    K("served_name", KEY_TEXT, config_model, served_name, .fallback_note = "the entry's name",
      .rule = &rule_any, .max = 200, .note = "`model` of the call"),
    K("price", KEY_LIST, config_model, prices, COUNTED(config_model, price_count), .min = 1,
      .max = 100, .flags = KEY_ONE_OR_MANY, .inner = &price_section),
    K("service_tier", KEY_TEXT, config_model, service_tier, .fallback = "null",
      .flags = KEY_NULLABLE, .rule = &rule_identifier, .max = 64,
      .note = "`service_tier` of the call; null = not sent"),
    K("context_tokens", KEY_COUNT, config_model, context_tokens, .fallback = "128_000", .min = 1000,
      .max = 1000 * MILLION, .note = "Size of its context"),
    K("max_output_tokens", KEY_COUNT, config_model, max_output_tokens, .fallback = "4096",
      .min = 128, .max = 1000 * MILLION, .note = "Largest token cap it takes"),
    K("overhead_tokens", KEY_COUNT, config_model, overhead_tokens, .fallback = "64", .min = 0,
      .max = 10 * MILLION, .note = "Template and hidden input tokens, for the upper bound"),
    K("reasoning_tokens", KEY_COUNT, config_model, reasoning_tokens, .fallback = "0", .min = 0,
      .max = 10 * MILLION, .note = "Reasoning beyond the token cap, for the upper bound"),
    K("vision", KEY_BOOL, config_model, vision, .fallback = "false", .note = "Takes images"),
    K("json", KEY_ENUM, config_model, json, .fallback = "json_object",
      .names = (const char *const[]){"json_schema", "json_object", "none", NULL},
      .note = "`response_format` of the call"),
    K("temperature", KEY_RATIO, config_model, temperature_ppm, .fallback = "0.2",
      .flags = KEY_NULLABLE, .min = 0, .max = 2 * MILLION, .note = "null = not sent"),
    K("token_param", KEY_TEXT, config_model, token_param, .fallback = "max_tokens",
      .rule = &rule_identifier, .max = 64, .note = "Name of the token cap in the call"),
    K("extra_body", KEY_JSON, config_model, extra_body, .fallback = "{}", .max = 16 * 1024,
      .note = "Merged into the call"),
};
const struct section key_model = {
    KEYS(model), .size = sizeof(struct config_model), .check = check_model,
    .about = "Offers: what a provider serves, and at what price. The same served model at two "
             "providers is two entries."};

/* ---- tiers and routes -------------------------------------------------------------------- */

static const struct key tier[] = {
    K("", KEY_REFS, config_tier, models, COUNTED(config_tier, model_count), .target = REF_MODEL,
      .min = 1, .max = 16,
      .note =
          "Models in order of preference: the next one is asked when the one before it cannot be"),
};
const struct section key_tier = {KEYS(tier), .size = sizeof(struct config_tier)};

static const struct key when[] = {
    K("language", KEY_VALUES, when_draft, language, COUNTED(when_draft, language_count),
      .flags = KEY_ONE_OR_MANY, .rule = &rule_language, .min = 1, .max = 100,
      .note = "Language, or a list of them"),
    K("code", KEY_BOOL, when_draft, code, .note = "The text contains program code"),
    K("image", KEY_BOOL, when_draft, image, .note = "An image is attached"),
    K("bytes", KEY_SIZE, when_draft, bytes, .min = 0, .max = 64 * MIB,
      .note = "The text is larger than this"),
    K("field", KEY_TEXT, when_draft, field, .rule = &rule_pointer,
      .note = "A field of the ticket, with one of the next four"),
    K("equals", KEY_VALUES, when_draft, equals, COUNTED(when_draft, equals_count),
      .flags = KEY_ONE_OR_MANY | KEY_ANY_SCALAR, .rule = &rule_any, .min = 1, .max = 1,
      .note = "It is this value"),
    K("in", KEY_VALUES, when_draft, in, COUNTED(when_draft, in_count), .flags = KEY_ANY_SCALAR,
      .rule = &rule_any, .min = 1, .max = 1000, .note = "It is one of these"),
    K("regex", KEY_TEXT, when_draft, regex, .rule = &rule_regex, .max = 1000,
      .note = "It matches this regular expression somewhere"),
    K("greater", KEY_COUNT, when_draft, greater, .min = -INT64_MAX, .max = INT64_MAX,
      .note = "It is a number above this"),
};
const struct section key_when = {KEYS(when), .size = sizeof(struct when_draft),
                                 .about = "Exactly one of `language`, `code`, `image`, `bytes` and "
                                          "`field`."};

static const struct key route[] = {
    K("when", KEY_WHEN, config_route, kind, .inner = &key_when),
    K("tier", KEY_REF, config_route, tier, .target = REF_TIER, .flags = KEY_REQUIRED,
      .note = "Tier that answers"),
    K("otherwise", KEY_REF, config_route, otherwise, .target = REF_TIER, .fallback = "null",
      .flags = KEY_NULLABLE, .note = "Tier when that one has no model left"),
    K("escalate", KEY_REF, config_route, escalate, .target = REF_TIER, .fallback = "null",
      .flags = KEY_NULLABLE, .note = "Tier that is asked again below `escalate_below`"),
};
const struct section key_route = {
    KEYS(route), .size = sizeof(struct config_route), .check = check_route,
    .about = "The first one that fits wins; the last one has no `when`."};
