/* `ticketmill estimate`: what the next run would cost and how long it would take. Nobody is called,
 * no offset is moved; the estimate is kept in the ledger, so that the report can set it beside what
 * came.
 */
#include <stdio.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/zone.h"
#include "batch/prompt.h"
#include "cli/commands.h"
#include "cli/configured.h"
#include "cli/estimate.h"
#include "cli/options.h"
#include "ledger/estimate.h"
#include "model/money.h"

#define DEFAULT_SAMPLE 1000
#define SYSTEM_MAX     ((size_t)4 << 20)
#define SECOND_US      INT64_C(1000000)

struct estimate_arguments {
    const char *config, *input, *only_provider;
    int64_t sample;     /* 0 = not given */
    int64_t latency_us; /* -1 = not given */
    int start_minute;   /* -1 = now */
    int format;
    bool no_store;
};

/* "1.4s", "800ms", "2m" */
static bool parse_latency(const char *text, void *field)
{
    static const struct {
        const char *unit;
        double us;
    } units[] = {{"ms", 1e3}, {"s", 1e6}, {"m", 60e6}};
    double value;
    char unit[4] = "";
    int end = 0;
    if (text[0] < '0' || text[0] > '9' || sscanf(text, "%lf%3[a-z]%n", &value, unit, &end) != 2 ||
        text[end] != '\0')
        return false;
    for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
        if (slice_eq(slice_str(unit), slice_str(units[i].unit)) && value * units[i].us <= 3600e6) {
            *(int64_t *)field = (int64_t)(value * units[i].us);
            return true;
        }
    }
    return false;
}

static bool parse_minute(const char *text, void *field)
{
    int hour, minute, end = 0;
    if (sscanf(text, "%2d:%2d%n", &hour, &minute, &end) != 2 || text[end] != '\0' || hour < 0 ||
        hour > 23 || minute < 0 || minute > 59)
        return false;
    *(int *)field = hour * 60 + minute;
    return true;
}

#define AT(field) offsetof(struct estimate_arguments, field)

static const struct option_row rows[] = {
    OPTION_CONFIG(struct estimate_arguments, config),
    {.name = "input",
     .argument = "FILE",
     .kind = OPTION_PATH,
     .at = AT(input),
     .help = "tickets of this JSONL file instead of the topic; - is standard input"},
    {.name = "sample",
     .argument = "N",
     .kind = OPTION_COUNT,
     .at = AT(sample),
     .min = 1,
     .max = 10000000,
     .help = "records to look at in the topic (default 1000)"},
    {.name = "at",
     .argument = "HH:MM",
     .kind = OPTION_PARSED,
     .at = AT(start_minute),
     .parse = parse_minute,
     .expected = "an hour of the day such as 23:30",
     .help = "when the run will start, in time_zone: for prices by the hour (default now)"},
    {.name = "latency",
     .argument = "TIME",
     .kind = OPTION_PARSED,
     .at = AT(latency_us),
     .parse = parse_latency,
     .expected = "a time of at most an hour, such as 800ms or 1.4s",
     .help = "of a call (default: that of earlier runs, else by the length of the answers)"},
    {.name = "only-provider",
     .argument = "NAME",
     .kind = OPTION_TEXT,
     .at = AT(only_provider),
     .help = "as if everything went to this provider"},
    {.name = "no-store",
     .kind = OPTION_FLAG,
     .at = AT(no_store),
     .help = "do not keep it in the ledger"},
    OPTION_FORMAT(struct estimate_arguments, format, "how it is printed (default table)"),
};

static const struct option_table table = {
    .command = "estimate",
    .usage = "[OPTIONS]",
    .about = "What the next run would cost at most and probably, per tier and model, and how long\n"
             "it would take. Tickets are decoded, routed and packed as in a run; output, caching\n"
             "and latency are those of earlier runs, or assumed and said. Calls nobody.",
    .rows = rows,
    .count = (int)(sizeof rows / sizeof *rows),
    .examples = "  ticketmill estimate                          what is pending in the topic\n"
                "  ticketmill estimate --input tickets.jsonl --format json | jq .cost\n"
                "  ticketmill estimate --only-provider openai --at 23:30\n",
    .notes = "Exit status: 0, 1 --input cannot be read, 64 usage, 69 brokers do not answer,\n"
             "78 configuration or a missing topic.",
};

/* ---- the pieces -------------------------------------------------------------------------- */

static enum status make_plan(const struct config *c, int provider, struct plan **out,
                             struct fail *fail)
{
    struct buf notes;
    buf_init(&notes, SIZE_MAX);
    enum status st = plan_make(c, provider, plan_is_capped(c, CONFIG_OFF), out, &notes, fail);
    if (notes.n > 0)
        fwrite(notes.p, 1, notes.n, stderr);
    buf_deinit(&notes);
    return st;
}

/* The next time the clock shows that minute. */
static int64_t start_of(const struct estimate_arguments *a, int64_t now_unix_us)
{
    int32_t today = zone_day(now_unix_us).number;
    if (a->start_minute < 0)
        return now_unix_us;
    int64_t at = zone_time(today, a->start_minute);
    return at > now_unix_us ? at : zone_time(today + 1, a->start_minute);
}

static void print(const struct estimate *e, int format)
{
    struct buf out;
    buf_init(&out, SIZE_MAX);
    if (format == FORMAT_JSON)
        estimate_json(e, &out);
    else
        estimate_text(e, &out);
    fwrite(out.p, 1, out.n, stdout);
    buf_deinit(&out);
}

/* An estimate that cannot be kept is still an estimate. */
static void store(const struct estimate *e, int64_t now_unix_us)
{
    struct buf basis;
    struct fail fail;
    char *path = config_ledger_path(e->config, 0, NULL);
    buf_init(&basis, SIZE_MAX);
    estimate_basis(e, &basis);
    const struct ledger_estimate kept = {
        .made_unix_us = now_unix_us,
        .tickets = e->tickets,
        .calls = e->calls,
        .cost_pusd = e->unpriced_calls > 0 ? PUSD_UNPRICED : e->cost_pusd,
        .upper_pusd = e->unpriced_calls > 0 ? PUSD_UNPRICED : e->upper_pusd,
        .seconds = e->seconds,
        .basis = buf_view(&basis),
    };
    if (ledger_estimate_add(path, &clock_system, &kept, &fail) != ST_OK)
        fprintf(stderr,
                "ticketmill estimate: not kept for the report: %s (--no-store leaves it out)\n",
                fail.text);
    buf_deinit(&basis);
    mem_free(path);
}

static enum status make_and_print(const struct estimate_arguments *a, struct sample *s,
                                  int64_t now_unix_us, struct fail *fail)
{
    const struct estimate_options options = {.start_unix_us = start_of(a, now_unix_us),
                                             .latency_us = a->latency_us};
    struct observed observed;
    struct estimate e;
    observe(s->config, s->prompt_version, &observed);
    enum status st = estimate_make(s, &observed, &options, &e, fail);
    if (st == ST_OK) {
        print(&e, a->format);
        if (!a->no_store)
            store(&e, now_unix_us);
        estimate_deinit(&e);
    }
    observed_deinit(&observed);
    return st;
}

static enum status estimate_all(const struct estimate_arguments *a, const struct config *c,
                                int provider, struct fail *fail)
{
    int64_t now = clock_unix_us(&clock_system);
    struct plan *plan = NULL;
    struct sample s;
    struct buf system;
    buf_init(&system, SYSTEM_MAX);
    prompt_system(&c->classification, &system);
    enum status st = make_plan(c, provider, &plan, fail);
    if (st == ST_OK)
        st = sample_init(&s, c, plan, buf_view(&system), fail);
    if (st == ST_OK) {
        st = a->input ? sample_file(&s, a->input, fail)
                      : sample_topic(&s, a->sample > 0 ? a->sample : DEFAULT_SAMPLE, fail);
        if (st == ST_OK)
            st = make_and_print(a, &s, now, fail);
        sample_deinit(&s);
    }
    plan_free(plan);
    buf_deinit(&system);
    return st;
}

int cmd_estimate(int argc, char **argv)
{
    struct estimate_arguments a = {.latency_us = -1, .start_minute = -1};
    struct config *c;
    struct fail fail;
    int provider = -1;
    int code = options_parse(&table, argc, argv, &a, NULL);

    if (code != OPTIONS_GO)
        return code;
    if (a.input && a.sample > 0)
        return options_usage(&table, "--sample is of the topic; a file is read as a whole");
    log_init(STDERR_FILENO, isatty(STDERR_FILENO) != 1, LOG_ERROR);
    code = cli_load_config(a.config, a.input ? CONFIG_FOR_FILE : CONFIG_FOR_RUN, &c);
    if (code != 0)
        return code;
    zone_use(c->time_zone);
    code = cli_find_provider(&table, c, a.only_provider, &provider);
    if (code == 0 && estimate_all(&a, c, provider, &fail) != ST_OK)
        code = command_failed(table.command, &fail);
    config_free(c);
    return code;
}
