/* The key table: everything but providers, models, tiers and routes.
 *
 * Rows stand in the order of the shipped file, of `check --print` and of the reference. Defaults
 * are YAML texts, decoded like those of a file. What a key means is for the rooms that use it.
 */
#include "config/keys.h"

#include "config/check.h"
#include "config/text.h"

#define BUILT_IN_CATEGORIES                                                                        \
    "{billing: \"Charges, invoices, payment methods, prices and plans\", "                         \
    "refund: \"Wants money back, or asks where a refund is\", "                                    \
    "delivery: \"Shipping, tracking, late, lost or damaged orders\", "                             \
    "technical: \"Errors, crashes, outages, something does not work\", "                           \
    "account: \"Login, password, profile, access and permissions\", "                              \
    "cancellation: \"Wants to cancel, end or downgrade a contract\", "                             \
    "feature_request: \"Asks for something the product does not do\", "                            \
    "complaint: \"Unhappy with service or people, asks for no one thing\", "                       \
    "other: \"Anything that fits no other category\"}"

static const struct key kafka[] = {
    K("brokers", KEY_TEXT, config, kafka.brokers, .flags = KEY_RUN_REQUIRED | KEY_NOT_FOR_FILE,
      .rule = &rule_brokers, .max = 4096,
      .note = "Brokers to start from. Not needed with `run --input`"),
    K("input_topic", KEY_TEXT, config, kafka.input_topic, .fallback = "tickets",
      .rule = &rule_topic, .note = "Topic the tickets are read from"),
    K("results_topic", KEY_TEXT, config, kafka.results_topic, .fallback = "ticket-results",
      .rule = &rule_topic, .note = "Topic of the results"),
    K("dead_letter_topic", KEY_TEXT, config, kafka.dead_letter_topic, .fallback = "tickets-dlq",
      .rule = &rule_topic, .note = "Topic of tickets that cannot be classified"),
    K("replay_topic", KEY_TEXT, config, kafka.replay_topic, .fallback = "tickets-replay",
      .rule = &rule_topic, .note = "Second input topic, for replayed dead letters; may be missing"),
    K("runs_topic", KEY_TEXT, config, kafka.runs_topic, .fallback = "null", .flags = KEY_NULLABLE,
      .rule = &rule_topic, .built = "null", .note = "Topic for one summary record per run"),
    K("group", KEY_TEXT, config, kafka.group, .fallback = "ticketmill", .rule = &rule_group,
      .note = "Consumer group that holds the offsets; first part of the transactional id"),
    K("publish", KEY_ENUM, config, kafka.transactional, .fallback = "transactional",
      .names = (const char *const[]){"idempotent", "transactional", NULL},
      .note = "`idempotent` is weaker: a crash may publish twice. The embedded broker needs it"),
    K("properties", KEY_PAIRS, config, kafka.properties, COUNTED(config, kafka.property_count),
      .rule = &rule_property, .fallback = "{}", .max = 200,
      .note = "Properties of librdkafka, for consumer and producer. Those that carry a promise are "
              "refused"),
};

static const struct key ticket[] = {
    K("id", KEY_TEXT, config, ticket.id, .fallback = "/ticket_id", .rule = &rule_pointer,
      .note = "The ticket's id; without it the record's key, then topic/partition/offset"),
    K("subject", KEY_TEXT, config, ticket.subject, .fallback = "/subject", .rule = &rule_pointer,
      .note = "Subject; subject or body must be there"),
    K("body", KEY_TEXT, config, ticket.body, .fallback = "/body", .rule = &rule_pointer,
      .note = "Body"),
    K("language", KEY_TEXT, config, ticket.language, .fallback = "/language", .rule = &rule_pointer,
      .note = "Language tag; guessed from the script when missing"),
    K("customer", KEY_TEXT, config, ticket.customer, .fallback = "null", .flags = KEY_NULLABLE,
      .rule = &rule_pointer,
      .note = "A field that costs are reported by, a plan or a customer's id"),
    K("max_bytes", KEY_SIZE, config, ticket.max_bytes, .fallback = "256KiB", .min = 256,
      .max = 64 * MIB, .note = "A larger record becomes a dead letter"),
    K("max_text", KEY_SIZE, config, ticket.max_text_bytes, .fallback = "32KiB", .min = 64,
      .max = 4 * MIB, .note = "Of a longer text head and tail are sent, and the result is flagged"),
};

static const struct key keep[] = {
    K("raw_answers", KEY_DURATION, config, ledger.keep_raw_answers_us, .fallback = "14d",
      .min = DAY, .max = YEARS_10, .note = "Answers as they came"),
    K("outbox", KEY_DURATION, config, ledger.keep_outbox_us, .fallback = "3d", .min = DAY,
      .max = YEARS_10, .note = "Published records, to publish them again"),
    K("rows", KEY_DURATION, config, ledger.keep_rows_us, .fallback = "400d", .min = DAY,
      .max = YEARS_10, .note = "Everything else; longer than the topics keep records"),
};
static const struct section keep_section = {
    KEYS(keep), .about = "How long the ledger keeps what; pruned at the end of each run."};

static const struct key ledger[] = {
    K("path", KEY_PATH, config, ledger.path, .fallback = "ticketmill.db", .rule = &rule_ledger_path,
      .note = "SQLite file on a local disk. `{shard}` and `{campaign}` are replaced"),
    K("keep", KEY_SECTION, config, ledger, .inner = &keep_section),
};

static const struct key classification[] = {
    K("prompt", KEY_PATH, config, classification.prompt_path, .fallback = "null",
      .fallback_note = "the built-in prompt", .flags = KEY_NULLABLE, .rule = &rule_path,
      .note = "Template of the system message, see [The prompt](#the-prompt)"),
    K("summary_chars", KEY_COUNT, config, classification.summary_chars, .fallback = "200", .min = 0,
      .max = 2000, .note = "Longest summary; 0 = none is asked for"),
    K("categories", KEY_PAIRS, config, classification.categories,
      COUNTED(config, classification.category_count), .fallback = BUILT_IN_CATEGORIES,
      .fallback_note = "nine built-in ones", .flags = KEY_LINES, .rule = &rule_category,
      .value_rule = &rule_any, .min = 1, .max = 100,
      .note = "Name and what belongs in it; the order is kept. Those of the shipped "
              "`ticketmill.yaml` are built in"),
    K("review_below", KEY_RATIO, config, classification.review_below_ppm, .fallback = "0.6",
      .min = 0, .max = MILLION, .note = "Results below this confidence get `needs_review`"),
    K("escalate_below", KEY_RATIO, config, classification.escalate_below_ppm, .fallback = "null",
      .flags = KEY_NULLABLE, .min = 0, .max = MILLION,
      .note = "Below this confidence a ticket is asked again at the route's `escalate` tier"),
    K("reuse", KEY_DURATION, config, classification.reuse_us, .fallback = "30d", .min = 0,
      .max = YEARS_10,
      .note = "For how long the answer to the same ticket is used again; 0s = never"),
};

static const struct key packing[] = {
    K("max_tickets", KEY_COUNT, config, packing.max_tickets, .fallback = "10", .min = 1, .max = 256,
      .note = "Tickets in one call"),
    K("max_tokens", KEY_COUNT, config, packing.max_tokens, .fallback = "6000", .min = 100,
      .max = 10 * MILLION, .note = "Estimated tokens of the tickets in one call"),
    K("max_bytes", KEY_SIZE, config, packing.max_bytes, .fallback = "256KiB", .min = KIB,
      .max = 64 * MIB, .note = "Bytes of the tickets in one call"),
    K("linger", KEY_DURATION, config, packing.linger_us, .fallback = "200ms", .min = 0,
      .max = 60 * SECOND, .note = "How long a pack waits to get full"),
    K("solo_above_tokens", KEY_COUNT, config, packing.solo_above_tokens, .fallback = "2000",
      .min = 1, .max = 10 * MILLION, .note = "A ticket estimated above this goes alone"),
};

static const struct key window[] = {
    K("tickets", KEY_COUNT, config, run.window_tickets, .fallback = "20_000", .min = 1,
      .max = 10 * MILLION, .note = "Tickets"),
    K("bytes", KEY_SIZE, config, run.window_bytes, .fallback = "64MiB", .min = KIB, .max = 64 * GIB,
      .note = "Bytes of records"),
};
static const struct section window_section = {
    KEYS(window), .about = "How much is in work at once; above it nothing more is read."};

static const struct key run[] = {
    K("stall_after", KEY_DURATION, config, run.stall_after_us, .fallback = "15m", .min = SECOND,
      .max = DAY, .note = "Without one useful answer or publish for this long: exit 69"),
    K("shutdown_grace", KEY_DURATION, config, run.shutdown_grace_us, .fallback = "60s", .min = 0,
      .max = HOUR, .note = "How long a stopping run waits for calls already paid for"),
    K("finish_by", KEY_MINUTE, config, run.finish_by_minute, .fallback = "null",
      .flags = KEY_NULLABLE,
      .note = "Hour at which to stop, in `time_zone`; passed if less than 12 h ago, else the next"),
    K("max_dead_percent", KEY_COUNT, config, run.max_dead_percent, .fallback = "10", .min = 0,
      .max = 100, .note = "Above this share of dead letters: exit 3"),
    K("window", KEY_SECTION, config, run, .inner = &window_section),
};

static const struct key shard[] = {
    K("fraction", KEY_RATIO, config, shard_fraction_ppm, .fallback = "1", .min = 1, .max = MILLION,
      .note = "Share of budgets and pace that one shard may use"),
};

static const struct key retry_budget[] = {
    K("percent", KEY_COUNT, config, retry_budget.percent, .fallback = "10", .min = 0, .max = 100,
      .note = "Retries allowed, in percent of calls"),
    K("floor", KEY_COUNT, config, retry_budget.floor, .fallback = "10", .min = 0, .max = MILLION,
      .note = "Retries that are always allowed"),
    K("window", KEY_DURATION, config, retry_budget.window_us, .fallback = "2m", .min = SECOND,
      .max = HOUR, .note = "Counted over this time"),
};

static const char *const kinds[] = {"email", "phone",       "card", "iban",
                                    "ip",    "national_id", "key",  NULL};
static const struct key redaction[] = {
    K("kinds", KEY_SET, config, redaction.kinds, .names = kinds,
      .fallback = "[email, phone, card, iban, ip, national_id, key]", .note = "What is taken out"),
    K("patterns", KEY_PAIRS, config, redaction.patterns, COUNTED(config, redaction.pattern_count),
      .value_rule = &rule_regex, .rule = &rule_name, .fallback = "{}", .max = 100,
      .note = "Name and regular expression (PCRE2) of more; becomes [NAME_1]"),
};

static const struct key budget[] = {
    K("run", KEY_MONEY, config, budget.run_pusd, .fallback = "null", .flags = KEY_NULLABLE,
      .min = 1, .max = INT64_MAX, .note = "Most that one run may cost"),
    K("day", KEY_MONEY, config, budget.day_pusd, .fallback = "null", .flags = KEY_NULLABLE,
      .min = 1, .max = INT64_MAX, .note = "Most for a day in `time_zone`"),
    K("month", KEY_MONEY, config, budget.month_pusd, .fallback = "null", .flags = KEY_NULLABLE,
      .min = 1, .max = INT64_MAX, .note = "Most for a month in `time_zone`"),
    K("shadow", KEY_MONEY, config, budget.shadow_pusd, .fallback = "null", .flags = KEY_NULLABLE,
      .min = 1, .max = INT64_MAX, .note = "Most for shadow and guard calls of a run"),
    K("tiers", KEY_TIER_BUDGETS, config, tiers, .fallback = "{}", .min = 1, .max = INT64_MAX,
      .note = "Tier and the most that one run may cost there"),
};

static const struct key shadow[] = {
    K("from", KEY_REF, config, shadow.from, .target = REF_TIER, .flags = KEY_REQUIRED,
      .note = "Tier whose tickets are compared"),
    K("to", KEY_REF, config, shadow.to, .target = REF_TIER, .flags = KEY_REQUIRED,
      .note = "Tier they are compared with"),
    K("percent", KEY_COUNT, config, shadow.percent, .fallback = "10", .min = 1, .max = 100,
      .note = "Share of tickets, chosen by a hash of their id"),
    K("mode", KEY_ENUM, config, shadow.replace, .fallback = "mirror",
      .names = (const char *const[]){"mirror", "replace", NULL},
      .note = "`mirror`: asked as well, never published; `replace`: answered by the other tier"),
};

static const struct key guard[] = {
    K("percent", KEY_COUNT, config, guard.percent, .fallback = "1", .min = 0, .max = 100,
      .note = "Share of packed tickets that is asked again alone"),
    K("warn_below", KEY_COUNT, config, guard.warn_below, .fallback = "95", .min = 0, .max = 100,
      .note = "Agreement in percent below which the report warns"),
};

static const struct key admin[] = {
    K("listen", KEY_TEXT, config, admin.listen, .fallback = "127.0.0.1:9464", .flags = KEY_NULLABLE,
      .rule = &rule_listen, .built = "127.0.0.1:9464",
      .note = "Address of metrics and health; not served yet"),
    K("push_url", KEY_TEXT, config, admin.push_url, .fallback = "null", .flags = KEY_NULLABLE,
      .rule = &rule_url, .built = "null", .note = "Where metrics are pushed at the end"),
    K("text_file", KEY_PATH, config, admin.text_file, .fallback = "null", .flags = KEY_NULLABLE,
      .rule = &rule_path, .built = "null", .note = "File that gets the metrics at the end"),
};

static const struct key notify[] = {
    K("webhook", KEY_TEXT, config, notify.webhook, .fallback = "null",
      .flags = KEY_NULLABLE | KEY_SECRET, .rule = &rule_url,
      .note = "URL that is told when a run ends"),
    K("secret_env", KEY_TEXT, config, notify.secret_env, .fallback = "null", .flags = KEY_NULLABLE,
      .rule = &rule_environment,
      .note = "Environment variable with the key that signs the message"),
    K("timeout", KEY_DURATION, config, notify.timeout_us, .fallback = "10s", .min = SECOND / 10,
      .max = 10 * MINUTE, .note = "For one attempt"),
    K("tries", KEY_COUNT, config, notify.tries, .fallback = "3", .min = 1, .max = 10,
      .note = "Attempts"),
};

#define SECTION(name_, array, ...)                                                                 \
    static const struct section name_##_section = {KEYS(array), __VA_ARGS__}
SECTION(kafka, kafka, .check = check_kafka);
SECTION(ticket, ticket,
        .about = "Where the fields of a ticket are, as JSON pointers (RFC 6901), and how large "
                 "it may be.");
SECTION(ledger, ledger, .about = "The books: every call, answer and cost.");
SECTION(classification, classification, .check = check_classification);
SECTION(packing, packing, .about = "How tickets are put together into calls.");
SECTION(run, run);
SECTION(shard, shard);
SECTION(retry_budget, retry_budget,
        .about = "Retries over all providers; one that is denied "
                 "waits.");
SECTION(redaction, redaction,
        .about = "Personal data and secrets are taken out of texts before a provider with "
                 "`redaction: true` gets them.");
SECTION(budget, budget, .about = "Caps in USD. Left out = no cap.");
SECTION(shadow, shadow, .check = check_shadow,
        .about = "Compares two tiers on live tickets. Left out = off.");
SECTION(guard, guard);
SECTION(admin, admin, .check = check_admin);
SECTION(notify, notify, .check = check_notify);

#define S(key_name, ...)                                                                           \
    {                                                                                              \
        .name = #key_name, .type = KEY_SECTION, .inner = &key_name##_section, __VA_ARGS__          \
    }
static const struct key root[] = {
    K("time_zone", KEY_TEXT, config, time_zone, .fallback = "UTC", .rule = &rule_zone,
      .note = "For nights, days and months in reports and budgets"),
    K("only_provider", KEY_REF, config, only_provider, .target = REF_PROVIDER, .fallback = "null",
      .flags = KEY_NULLABLE, .note = "Of every tier only the models at this provider are used"),
    S(kafka),
    S(ticket),
    S(ledger),
    S(classification),
    S(packing),
    S(run),
    S(shard),
    S(retry_budget),
    K("providers", KEY_ENTRIES, config, providers, COUNTED(config, provider_count),
      .flags = KEY_RUN_REQUIRED, .min = 1, .max = 256, .inner = &key_provider, .rule = &rule_name),
    S(redaction),
    K("models", KEY_ENTRIES, config, models, COUNTED(config, model_count),
      .flags = KEY_RUN_REQUIRED, .min = 1, .max = 256, .inner = &key_model, .rule = &rule_offer),
    K("tiers", KEY_ENTRIES, config, tiers, COUNTED(config, tier_count), .flags = KEY_RUN_REQUIRED,
      .min = 1, .max = 256, .inner = &key_tier, .rule = &rule_name),
    K("routes", KEY_LIST, config, routes, COUNTED(config, route_count), .flags = KEY_RUN_REQUIRED,
      .min = 1, .max = 256, .inner = &key_route),
    S(budget, .flags = KEY_NULLABLE),
    S(shadow, .flags = KEY_NULLABLE),
    S(guard),
    S(admin),
    S(notify),
};
const struct section key_root = {KEYS(root), .check = check_root};
