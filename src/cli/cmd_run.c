/* `ticketmill run`: work off the input topic and end.
 *
 * Options, configuration, then pipeline/run.h does it all; what people see of it while it runs and
 * at its end is observe/'s.
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "base/mem.h"
#include "base/zone.h"
#include "cli/commands.h"
#include "cli/configured.h"
#include "cli/options.h"
#include "cli/shard.h"
#include "observe/progress.h"
#include "observe/summary.h"
#include "pipeline/run.h"

struct run_arguments {
    const char *config;
    struct shard shard;
    int64_t limit, from, budget_pusd, spent_pusd;
    bool new_ledger, no_reuse;
    const char *only_provider, *campaign, *input, *output;
};

static bool parse_from(const char *text, void *field)
{
    int64_t *from = field, offset;
    if (strcmp(text, "earliest") == 0) {
        *from = -1;
        return true;
    }
    if (slice_to_i64(slice_str(text), &offset) != ST_OK || offset < 0)
        return false;
    *from = offset;
    return true;
}

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
     .parse = parse_from,
     .expected = "earliest, or an offset",
     .help = "where to begin when nothing is committed yet (default earliest)"},
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
     .unbuilt = true,
     .help = "classify anew under a name of its own"},
    {.name = "input",
     .argument = "FILE",
     .kind = OPTION_PATH,
     .at = AT(input),
     .unbuilt = true,
     .help = "read tickets from a file instead of Kafka"},
    {.name = "output",
     .argument = "FILE",
     .kind = OPTION_PATH,
     .at = AT(output),
     .unbuilt = true,
     .help = "write results to a file instead of Kafka"},
};

static const struct option_table table = {
    .command = "run",
    .usage = "[OPTIONS]",
    .about = "Works off what is in the input topic now: every ticket ends as a published result or "
             "a dead letter.",
    .rows = rows,
    .count = (int)(sizeof rows / sizeof *rows),
    .examples = "  ticketmill run --config /etc/ticketmill/ticketmill.yaml\n"
                "  ticketmill run --limit 100          a first look\n"
                "  ticketmill run --budget 2.50        spend no more than that\n"
                "  ticketmill run --shard 0/2          one of two processes\n",
    .notes = "Exit status: 0 done, 3 done with too many dead letters or lost records, 4 budget "
             "reached,\n"
             "5 stopped by a signal, 6 finish_by reached, 7 no money, 64 usage, 65 ledger, 69\n"
             "unreachable, 70 audit, 73 locked or fenced, 77 keys, 78 configuration.",
};

static void on_tick(void *arg, const struct mill_stats *s)
{
    progress_update(
        arg, &(struct progress_view){
                 .done = s->published_results + s->published_dead + s->skipped + s->done_before,
                 .total = s->total,
                 .spent_pusd = s->spent_pusd,
                 .unpriced_calls = s->unpriced_calls,
                 .in_flight = s->in_flight,
                 .retries = s->retries,
                 .dead = s->dead,
                 .note = s->late ? "late for finish_by" : NULL,
             });
}

static void tell_refused(const struct run_outcome *out)
{
    log_event(LOG_ERROR, "run_refused", out->message, L_STR("why", out->stopped_by),
              L_INT("exit", out->exit_code));
}

static void tell_outcome(const struct config *c, const struct run_outcome *out,
                         const char *ledger_path)
{
    const struct mill_stats *s = &out->stats;
    struct summary_view v = {
        .run_id = out->run_id,
        .ledger_path = ledger_path,
        .stopped_by = out->stopped_by,
        .message = out->message,
        .exit_code = out->exit_code,
        .idempotent = !c->kafka.transactional,
        .elapsed_us = out->duration_us,
        .in = s->read - s->done_before,
        .published = s->published_results,
        .dead = s->published_dead,
        .skipped = s->skipped,
        .pending = s->live + s->results + s->dead - s->published_results - s->published_dead,
        .done_before = s->done_before,
        .published_earlier = s->published_earlier,
        .lost = s->lost,
        .reused = out->audit.run_reused,
        .mismatch = out->audit_ok ? NULL : out->audit_message,
        .spent_pusd = out->audit.run_cost_pusd,
        .compared_pusd = out->audit.run_extra_pusd,
        .unknown_pusd = out->audit.run_unknown_pusd,
        .unpriced_calls = s->unpriced_calls,
        .input_tokens = out->audit.run_input_tokens,
        .cached_tokens = out->audit.run_cached_tokens,
        .output_tokens = out->audit.run_output_tokens,
        .calls_answered = s->calls_answered,
        .calls_failed = s->calls - s->calls_answered - s->calls_unknown,
        .calls_unknown = s->calls_unknown,
        .retries = s->retries,
        .throttled = s->throttled,
        .p50_us = s->latency.p50_us,
        .p95_us = s->latency.p95_us,
        .p99_us = s->latency.p99_us,
        .max_us = s->latency.max_us,
        .endpoint_outages = s->endpoint_outages,
        .comparisons_dropped = s->comparisons_dropped,
        .late = s->late,
        .caps = out->caps,
        .cap_count = out->cap_count,
    };
    struct buf text;
    if (isatty(STDERR_FILENO) != 1) {
        summary_log(&v);
        return;
    }
    buf_init(&text, (size_t)1 << 16);
    summary_render(&v, &text);
    fwrite(text.p, 1, text.n, stderr);
    buf_deinit(&text);
}

static int run(const struct config *config, const struct run_arguments *a)
{
    int only_provider, code = cli_find_provider(&table, config, a->only_provider, &only_provider);
    if (code != 0)
        return code;
    zone_use(config->time_zone);
    struct progress *progress = progress_new(STDERR_FILENO, &clock_system);
    struct run_outcome out;
    char *ledger_path = config_ledger_path(config, a->shard.index, NULL);
    run_kafka(
        &(struct run_options){
            .config = config,
            .shard = a->shard.index,
            .shards = a->shard.count,
            .limit = a->limit,
            .from = a->from,
            .new_ledger = a->new_ledger,
            .reuse = !a->no_reuse,
            .only_provider = only_provider,
            .budget_pusd = a->budget_pusd,
            .spent_pusd = a->spent_pusd,
            .version = TICKETMILL_VERSION,
            .tick = on_tick,
            .arg = progress,
            .tick_ms = 250,
        },
        &out);
    progress_free(progress);
    if (out.ran)
        tell_outcome(config, &out, ledger_path);
    else
        tell_refused(&out);
    mem_free(ledger_path);
    return out.exit_code;
}

int cmd_run(int argc, char **argv)
{
    struct run_arguments a = {
        .shard = {0, 1}, .limit = -1, .from = -1, .budget_pusd = CONFIG_OFF, .spent_pusd = -1};
    struct config *config;
    int code = options_parse(&table, argc, argv, &a, NULL);
    if (code != OPTIONS_GO)
        return code;
    code = cli_load_config(a.config, CONFIG_FOR_RUN, &config);
    if (code != 0)
        return code;
    code = cli_refuse_unbuilt(config);
    if (code == 0)
        code = run(config, &a);
    config_free(config);
    return code;
}
