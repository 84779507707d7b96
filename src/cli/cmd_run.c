/* `ticketmill run`: work off the input topic and end.
 *
 * Options, configuration, then pipeline/run.h does it all; what people see of it while it runs and
 * at its end is observe/'s.
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/zone.h"
#include "cli/commands.h"
#include "cli/configured.h"
#include "cli/file_run.h"
#include "cli/from.h"
#include "cli/notify_run.h"
#include "cli/options.h"
#include "cli/run_told.h"
#include "cli/shard.h"
#include "observe/progress.h"
#include "pipeline/run.h"

#define CAMPAIGN_MAX        64
#define CAMPAIGN_GROUP_SIZE 400

struct run_arguments {
    const char *config;
    struct shard shard;
    struct from from;
    int64_t limit, budget_pusd, spent_pusd;
    bool new_ledger, no_reuse;
    const char *only_provider, *campaign;
    struct file_arguments file;
};

#define AT(field) offsetof(struct run_arguments, field)

static const struct option_row rows[] = {
    OPTION_CONFIG(struct run_arguments, config),
    {.name = "shard",
     .argument = "I/N",
     .kind = OPTION_PARSED,
     .at = AT(shard),
     .parse = shard_parse,
     .expected = SHARD_EXPECTED,
     .help = "take the partitions p with p mod N = I (default 0/1: all)"},
    {.name = "limit",
     .argument = "N",
     .kind = OPTION_COUNT,
     .at = AT(limit),
     .min = 0,
     .max = INT64_MAX,
     .help = "end after N tickets"},
    {.name = "from",
     .argument = "WHERE",
     .kind = OPTION_PARSED,
     .at = AT(from),
     .parse = from_parse,
     .expected = FROM_EXPECTED,
     .help = "where to begin when nothing is committed yet: earliest (default), an offset, a day, "
             "a moment"},
    {.name = "new-ledger",
     .kind = OPTION_FLAG,
     .at = AT(new_ledger),
     .help = "begin an empty ledger although another one worked on this topic"},
    {.name = "no-reuse",
     .kind = OPTION_FLAG,
     .at = AT(no_reuse),
     .help = "ask again for copies of tickets that have an answer"},
    {.name = "budget",
     .argument = "USD",
     .kind = OPTION_USD,
     .at = AT(budget_pusd),
     .help = "spend at most this much in the run"},
    {.name = "spent",
     .argument = "USD",
     .kind = OPTION_USD,
     .at = AT(spent_pusd),
     .help = "what a lost ledger had spent this day and month already"},
    {.name = "only-provider",
     .argument = "NAME",
     .kind = OPTION_TEXT,
     .at = AT(only_provider),
     .help = "send everything to this provider"},
    {.name = "campaign",
     .argument = "NAME",
     .kind = OPTION_TEXT,
     .at = AT(campaign),
     .help = "classify old tickets anew, with a group and a ledger of that name"},
    {.name = "input",
     .argument = "FILE",
     .kind = OPTION_PATH,
     .at = AT(file.input),
     .help = "read tickets from a file instead of Kafka; - = standard input"},
    {.name = "output",
     .argument = "FILE",
     .kind = OPTION_PATH,
     .at = AT(file.output),
     .help = "write the results of --input there; - = standard output"},
    {.name = "rejects",
     .argument = "FILE",
     .kind = OPTION_PATH,
     .at = AT(file.rejects),
     .help = "write the dead letters of --input there, as JSON lines"},
    {.name = "input-format",
     .argument = FILE_FORMATS,
     .kind = OPTION_CHOICE,
     .at = AT(file.input_format),
     .names = file_formats,
     .help = "form of --input (default: as its name says; jsonl for -)"},
    {.name = "output-format",
     .argument = FILE_FORMATS,
     .kind = OPTION_CHOICE,
     .at = AT(file.output_format),
     .names = file_formats,
     .help = "form of --output (default: as its name says; jsonl for -)"},
    {.name = "ledger",
     .argument = "FILE",
     .kind = OPTION_PATH,
     .at = AT(file.ledger),
     .help = "ledger of --input (default: ticketmill-files.db beside --output)"},
    {.name = "model",
     .argument = "NAME",
     .kind = OPTION_TEXT,
     .at = AT(file.offhand.model),
     .help = "with --input: send everything to this model"},
    {.name = "provider-url",
     .argument = "URL",
     .kind = OPTION_TEXT,
     .at = AT(file.offhand.url),
     .help = "with --model: its endpoint, https://host/v1; http:// on loopback only"},
    {.name = "key-env",
     .argument = "NAME",
     .kind = OPTION_TEXT,
     .at = AT(file.offhand.key_env),
     .help = "variable with the key of --provider-url (default: the known one, OPENAI_API_KEY)"},
    {.name = "price-in",
     .argument = "USD",
     .kind = OPTION_TEXT,
     .at = AT(file.offhand.price_in),
     .help = "price of --model per million input tokens (default: the configuration's)"},
    {.name = "price-out",
     .argument = "USD",
     .kind = OPTION_TEXT,
     .at = AT(file.offhand.price_out),
     .help = "price of --model per million output tokens"},
};

static const struct option_table table = {
    .command = "run",
    .usage = "[OPTIONS]",
    .about = "Works off what is in the input topic now: every ticket ends as a published result or "
             "a dead letter.\nWith --input it does so for a file: no Kafka, no configuration.",
    .rows = rows,
    .count = (int)(sizeof rows / sizeof *rows),
    .examples =
        "  ticketmill run --config /etc/ticketmill/ticketmill.yaml\n"
        "  ticketmill run --limit 100          a first look\n"
        "  ticketmill run --budget 2.50        spend no more than that\n"
        "  ticketmill run --shard 0/2          one of two processes\n"
        "  ticketmill run --campaign new-prompt --from 2026-10-01\n"
        "  ticketmill run --input tickets.jsonl --output classified.jsonl\n"
        "  ticketmill run --input tickets.csv --output classified.csv --rejects bad.jsonl \\\n"
        "      --provider-url http://127.0.0.1:8080/v1 --model NAME --price-in 0.18 "
        "--price-out 0.25\n",
    .notes = "Exit status: 0 done, 3 done with too many dead letters or lost records, 4 budget "
             "reached,\n"
             "5 stopped by a signal, 6 finish_by reached, 7 no money, 64 usage, 65 ledger, 69\n"
             "unreachable, 70 audit, 73 locked or fenced, 77 keys, 78 configuration.",
};

static void common_options(const struct config *config, const struct run_arguments *a,
                           struct run_options *o)
{
    *o = (struct run_options){
        .config = config,
        .shard = a->shard.index,
        .shards = a->shard.count,
        .limit = a->limit,
        .from = from_offset(&a->from),
        .from_unix_ms = from_unix_ms(&a->from),
        .new_ledger = a->new_ledger,
        .reuse = !a->no_reuse,
        .only_provider = -1,
        .budget_pusd = a->budget_pusd,
        .spent_pusd = a->spent_pusd,
        .version = TICKETMILL_VERSION,
        .tick = run_told_tick,
        .tick_ms = 250,
    };
}

/* files NULL = on Kafka. */
static int run(struct run_options *o, const struct run_files *files)
{
    struct run_outcome out;
    struct progress *progress = progress_new(STDERR_FILENO, &clock_system);

    o->arg = progress;
    if (files)
        run_files(o, files, &out);
    else
        run_kafka(o, &out);
    progress_free(progress);
    run_told_end(o->config, &out, o->ledger_path, files);
    notify_run(o->config, &out, o->ledger_path);
    return out.exit_code;
}

/* A campaign is a run under names of its own; replays belong to the regular one. */
static int begin_campaign(struct config *config, const char *name, char group[CAMPAIGN_GROUP_SIZE])
{
    static const char letters[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-";
    size_t n = name ? strlen(name) : 0;

    if (!name)
        return 0;
    if (n > CAMPAIGN_MAX || strspn(name, letters) != n)
        return options_usage(&table, "--campaign: expected up to 64 of A-Z a-z 0-9 . _ -");
    snprintf(group, CAMPAIGN_GROUP_SIZE, "%s.%s", config->kafka.group, name);
    config->kafka.group = group;
    config->kafka.replay_topic = NULL;
    return 0;
}

static int run_on_kafka(const struct run_arguments *a)
{
    char group[CAMPAIGN_GROUP_SIZE];
    struct run_options o;
    struct config *config;
    int provider, code = cli_load_config(a->config, CONFIG_FOR_RUN, &config);

    if (code != 0)
        return code;
    code = cli_refuse_unbuilt(config);
    if (code == 0)
        code = notify_check(config);
    if (code == 0)
        code = cli_find_provider(&table, config, a->only_provider, &provider);
    if (code == 0)
        code = begin_campaign(config, a->campaign, group);
    if (code == 0) {
        char *ledger_path = config_ledger_path(config, a->shard.index, a->campaign);
        zone_use(config->time_zone); /* before --from is read as a day of it */
        common_options(config, a, &o);
        o.only_provider = provider;
        o.ledger_path = ledger_path;
        o.campaign = a->campaign;
        code = run(&o, NULL);
        mem_free(ledger_path);
    }
    config_free(config);
    return code;
}

static int run_on_file(const struct run_arguments *a)
{
    struct run_options o;
    struct run_files files;
    struct config *config;
    int provider, code = file_run_files(&table, &a->file, &files);

    if (code == 0)
        code = file_run_config(&table, a->config, &a->file, a->only_provider, &config, &provider);
    if (code != 0)
        return code;
    code = cli_refuse_unbuilt(config);
    if (code == 0)
        code = notify_check(config);
    if (code == 0) {
        char *ledger_path = file_run_ledger(&a->file);
        zone_use(config->time_zone);
        common_options(config, a, &o);
        o.only_provider = provider;
        o.ledger_path = ledger_path;
        code = run(&o, &files);
        mem_free(ledger_path);
    }
    config_free(config);
    return code;
}

/* What means nothing, or something else, without Kafka. */
static int refuse_kafka_options(const struct run_arguments *a)
{
    const char *given = a->shard.count != 1            ? "shard"
                        : a->from.kind != FROM_DEFAULT ? "from"
                        : a->new_ledger                ? "new-ledger"
                        : a->spent_pusd >= 0           ? "spent"
                        : a->campaign                  ? "campaign"
                                                       : NULL;

    if (!given)
        return 0;
    return options_usage(&table, "--%s: is about Kafka and has no meaning with --input", given);
}

int cmd_run(int argc, char **argv)
{
    struct run_arguments a = {.shard = {0, 1},
                              .limit = -1,
                              .budget_pusd = CONFIG_OFF,
                              .spent_pusd = -1,
                              .file = {.input_format = -1, .output_format = -1}};
    int code = options_parse(&table, argc, argv, &a, NULL);

    if (code != OPTIONS_GO)
        return code;
    if (!a.file.input && file_run_asked(&a.file))
        return options_usage(&table, "--output, --rejects, --ledger, --model and what belongs to "
                                     "them need --input FILE");
    if (!a.file.input)
        return run_on_kafka(&a);
    code = refuse_kafka_options(&a);
    return code == 0 ? run_on_file(&a) : code;
}
