/* `ticketmill simulate`: an OpenAI-compatible provider for rehearsals, in the foreground until a
 * signal ends it. Options only; what it does stands in src/sim/.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/mem.h"
#include "cli/commands.h"
#include "cli/options.h"
#include "sim/fault.h"
#include "sim/server.h"

#define MAX_LATENCY_US INT64_C(3600000000)

struct latency {
    int64_t p50_us, p99_us;
};

struct names {
    char *text; /* owned; v points into it */
    const char **v;
    int count;
};

struct simulate {
    struct sim_options sim; /* what the rows below do not fill is moved there by settle */
    struct option_list faults;
    struct names categories, models;
    struct latency latency;
    int64_t seed, cached_percent, limit_period_us;
    int usage, window;

    const char *port_file, *key_file;
    char *key_text; /* owned */
};

static bool parse_unit(const char *text, int64_t *us, const char **rest)
{
    char *end;
    double v = strtod(text, &end);
    double unit = 1000;
    if (end == text || !(v >= 0))
        return false;
    if (strncmp(end, "ms", 2) == 0) {
        end += 2;
    } else if (*end == 's') {
        unit = 1e6;
        end++;
    }
    if (v * unit > (double)MAX_LATENCY_US)
        return false;
    *us = (int64_t)(v * unit);
    *rest = end;
    return true;
}

static bool parse_latency(const char *text, void *field)
{
    struct latency *l = field;
    const char *rest;
    if (!parse_unit(text, &l->p50_us, &rest))
        return false;
    l->p99_us = l->p50_us;
    if (*rest == ',' && !parse_unit(rest + 1, &l->p99_us, &rest))
        return false;
    return *rest == '\0' && l->p99_us >= l->p50_us;
}

static bool parse_period(const char *text, void *field)
{
    const char *rest;
    int64_t *us = field;
    return parse_unit(text, us, &rest) && *rest == '\0' && *us >= 1000;
}

static void names_deinit(struct names *n)
{
    mem_free(n->text);
    mem_free(n->v);
}

static bool parse_names(const char *text, void *field)
{
    struct names *n = field;
    names_deinit(n);
    *n = (struct names){.text = mem_str(text)};
    for (char *save = NULL, *name = strtok_r(n->text, ",", &save); name != NULL;
         name = strtok_r(NULL, ",", &save)) {
        n->v = mem_grow(n->v, (size_t)n->count + 1, sizeof *n->v);
        n->v[n->count++] = name;
    }
    return n->count > 0;
}

static bool parse_share(const char *text, void *field)
{
    return sim_share_parse(text, field);
}

static const char *const usages[] = {"openai", "deepseek", "kimi", "none", NULL};
static const char *const windows[] = {"bucket", "fixed", "sliding", NULL};

#define AT(field)           offsetof(struct simulate, field)
#define COUNT(field, most)  .kind = OPTION_COUNT, .at = AT(field), .min = 0, .max = most
#define PARSED(field, read) .kind = OPTION_PARSED, .at = AT(field), .parse = read

static const struct option_row rows[] = {
    {"listen", "ADDRESS:PORT", "where (127.0.0.1:0); port 0 picks a free one", OPTION_TEXT,
     .at = AT(sim.listen)},
    {"port-file", "FILE", "write the port there once it listens", OPTION_PATH, .at = AT(port_file)},
    {"key", "KEY", "refuse every other key with 401", OPTION_TEXT, .at = AT(sim.key)},
    {"key-file", "FILE", "the same, from a file", OPTION_PATH, .at = AT(key_file)},
    {"ledger-file", "FILE", "append each billed call before it is answered", OPTION_PATH,
     .at = AT(sim.ledger_file)},
    {"models", "A,B", "answer every other model 404 (all are known)", PARSED(models, parse_names),
     .expected = "names with commas between them"},
    {"categories", "A,B", "when a request names none", PARSED(categories, parse_names),
     .expected = "names with commas between them"},
    {"seed", "N", "of latencies and faults (1)", COUNT(seed, INT64_MAX)},
    {"fault", "NAME[:PERCENT[:PARAM]][@MODEL]", "may be repeated; the first that strikes counts",
     OPTION_LIST, .at = AT(faults)},
    {"latency", "P50[,P99]", "log-normal, as in 600ms,1.4s (0: at once)",
     PARSED(latency, parse_latency), .expected = "durations such as 600ms,1.4s"},
    {"tokens-per-second", "N", "generating takes longer by so much (0: no time)",
     COUNT(sim.tokens_per_second, 1000000)},
    {"usage", "openai|deepseek|kimi|none", "how tokens are told", OPTION_CHOICE, .at = AT(usage),
     .names = usages},
    {"cached-percent", "N", "of a system message seen before (100)", COUNT(cached_percent, 100)},
    {"bill-percent", "N", "bill so much of the usual tokens (100)",
     COUNT(sim.bill_percent, 100000)},
    {"ignore-cap", NULL, "do not cut answers at the token cap", OPTION_FLAG,
     .at = AT(sim.ignore_cap)},
    {"disagree", "PERCENT[@MODEL]", "of the texts get another category than usual",
     PARSED(sim.disagree, parse_share), .expected = "0 to 100, with @MODEL or not"},
    {"unsure", "PERCENT[@MODEL]", "of the texts get a confidence below 0.50",
     PARSED(sim.unsure, parse_share), .expected = "0 to 100, with @MODEL or not"},
    {"concurrency-limit", "N", "429 above (0: no limit)", COUNT(sim.concurrency_limit, INT32_MAX)},
    {"requests-per-minute", "N", "429 above (0: no limit)",
     COUNT(sim.requests_per_minute, INT32_MAX)},
    {"tokens-per-minute", "N", "429 above (0: no limit)", COUNT(sim.tokens_per_minute, INT32_MAX)},
    {"count-cap", NULL, "tokens count as question and token cap, not as answered", OPTION_FLAG,
     .at = AT(sim.count_cap)},
    {"limit-window", "bucket|fixed|sliding", "how a minute is counted", OPTION_CHOICE,
     .at = AT(window), .names = windows},
    {"limit-period", "DURATION", "length of a window, contents of a bucket (60s)",
     PARSED(limit_period_us, parse_period), .expected = "a duration such as 60s, 1ms or more"},
    {"announce-limits", NULL, "x-ratelimit-* on every answer", OPTION_FLAG,
     .at = AT(sim.announce_limits)},
    {"retry-after", "FORM", "of limits: exact (default), none, SECONDS, or as the fault 429",
     OPTION_TEXT, .at = AT(sim.retry_after)},
};

static const char notes_head[] =
    "A ticket with [[fault:NAME]] or [[fault:NAME:PARAM]] in its text brings that fault on\n"
    "every call it is in; one with [[inject]] makes its neighbours answer as it does.\n"
    "`stream: true` is answered with events, usage in the last one if asked for.\n"
    "\n"
    "  GET  /ledger     what was billed: tokens, by model, how often each text (SHA-256); calls\n"
    "                   by outcome, with first and last time, share wasted and of what is allowed\n"
    "  GET  /calls      each billed call as a line of JSON\n"
    "  GET  /log        each call, answered or not: when, how long, status, tokens\n"
    "  GET  /v1/models  those of --models\n"
    "  POST /control    {\"faults\":[\"429:20:ms\"],\"latency\":[600,1400],\"key\":null,\n"
    "                    "
    "\"models\":null,\"disagree\":\"10\",\"unsure\":\"5@m\",\"bill_percent\":100,\n"
    "                    \"ignore_cap\":false,\"tokens_per_second\":0,\"concurrency_limit\":0,\n"
    "                    \"requests_per_minute\":0,\"tokens_per_minute\":0,\"count_cap\":false,\n"
    "                    \"limit_window\":\"bucket\",\"limit_period_ms\":60000,\n"
    "                    \"announce_limits\":false,\"retry_after\":\"exact\",\"phase\":\"NAME\"}\n"
    "                   latency in ms; `phase` begins a new count; what is left out stays\n"
    "\n"
    "Faults:\n";

static struct option_table table = {
    .command = "simulate",
    .usage = "[OPTIONS]",
    .about = "A provider that speaks the OpenAI wire format: answers packed tickets by a fixed\n"
             "rule on their text, bills tokens in a ledger of its own, misbehaves as told.\n"
             "Prints `listening on http://ADDRESS:PORT/v1` and runs until SIGTERM or SIGINT.",
    .rows = rows,
    .count = (int)(sizeof rows / sizeof *rows),
    .examples =
        "  ticketmill simulate --latency 600ms,1.4s\n"
        "  ticketmill simulate --listen 127.0.0.1:8080 --fault 429:5:fraction --fault missing:2\n"
        "  ticketmill simulate --tokens-per-minute 90000 --limit-window sliding --announce-limits\n"
        "  curl -s 127.0.0.1:8080/ledger | jq .completion_tokens\n",
};

static void print_notes(struct buf *out)
{
    buf_init(out, SIZE_MAX);
    buf_str(out, notes_head);
    for (int i = 0; i < SIM_FAULT_COUNT; i++)
        buf_fmt(out, "%s  %-20s %s", i > 0 ? "\n" : "", sim_fault_name((enum sim_fault)i),
                sim_fault_text((enum sim_fault)i));
}

static bool read_key_file(struct simulate *s)
{
    char text[512];
    FILE *f = fopen(s->key_file, "re");
    if (f == NULL || fgets(text, sizeof text, f) == NULL) {
        if (f != NULL)
            fclose(f);
        return false;
    }
    fclose(f);
    s->key_text = mem_slice(slice_trim(slice_str(text)));
    s->sim.key = s->key_text;
    return true;
}

/* Moves what the options gave to where the simulator looks for it. */
static int settle(struct simulate *s)
{
    struct sim_options *o = &s->sim;
    struct sim_fault_rule ignored;
    struct fail fail;
    o->seed = (uint64_t)s->seed;
    o->usage = (enum sim_usage)s->usage;
    o->window = (enum sim_window)s->window;
    o->cached_percent = (int)s->cached_percent;
    o->limit_period_us = s->limit_period_us;
    o->latency_p50_us = s->latency.p50_us;
    o->latency_p99_us = s->latency.p99_us;
    o->categories = s->categories.v;
    o->category_count = s->categories.count;
    o->models = s->models.v;
    o->model_count = s->models.count;
    o->faults = s->faults.v;
    o->fault_count = s->faults.count;
    for (int i = 0; i < o->fault_count; i++)
        if (sim_fault_parse(slice_str(o->faults[i]), &ignored, &fail) != ST_OK)
            return options_usage(&table, "--fault: %s", fail.text);
    if (s->key_file != NULL && !read_key_file(s))
        return options_usage(&table, "--key-file: %s cannot be read", s->key_file);
    return OPTIONS_GO;
}

/* Whole or not at all: others wait for the file to appear. */
static bool write_port_file(const char *path, int port)
{
    struct buf name;
    buf_init(&name, SIZE_MAX);
    buf_fmt(&name, "%s.%ld", path, (long)getpid());
    FILE *f = fopen(name.p, "we");
    bool good = f != NULL && fprintf(f, "%d\n", port) > 0;
    if (f != NULL && fclose(f) != 0)
        good = false;
    good = good && rename(name.p, path) == 0;
    if (!good)
        fprintf(stderr, "ticketmill simulate: %s: %s\n", path, strerror(errno));
    buf_deinit(&name);
    return good;
}

static int serve(const struct simulate *s)
{
    struct sim *sim;
    struct fail fail;
    sigset_t ends;
    int received;
    sigemptyset(&ends);
    sigaddset(&ends, SIGINT);
    sigaddset(&ends, SIGTERM);
    sigprocmask(SIG_BLOCK, &ends, NULL);
    if (sim_start(&s->sim, &sim, &fail) != ST_OK)
        return command_failed("simulate", &fail);
    printf("listening on %s\n", sim_url(sim));
    fflush(stdout);
    int code = 0;
    if (s->port_file != NULL && !write_port_file(s->port_file, sim_port(sim)))
        code = status_exit(ST_SYSTEM);
    else
        sigwait(&ends, &received);
    sim_stop(sim);
    return code;
}

int cmd_simulate(int argc, char **argv)
{
    struct simulate s = {.seed = 1, .cached_percent = 100};
    struct buf notes;
    sim_options_init(&s.sim);
    s.limit_period_us = s.sim.limit_period_us;
    signal(SIGPIPE, SIG_IGN);
    print_notes(&notes);
    table.notes = notes.p;
    int code = options_parse(&table, argc, argv, &s, NULL);
    if (code == OPTIONS_GO)
        code = settle(&s);
    if (code == OPTIONS_GO)
        code = serve(&s);
    option_list_deinit(&s.faults);
    names_deinit(&s.categories);
    names_deinit(&s.models);
    mem_free(s.key_text);
    buf_deinit(&notes);
    return code;
}
