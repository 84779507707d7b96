/* `ticketmill simulate`: an OpenAI-compatible provider for rehearsals, in the foreground until a
 * signal ends it. Options only; what it does stands in src/sim/.
 */
#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "cli/commands.h"
#include "sim/fault.h"
#include "sim/server.h"

#define MAX_LATENCY_US INT64_C(3600000000)

/* The lists grow by one per option; everything else points into argv. */
struct simulate {
    struct sim_options sim;
    const char **faults;
    char *key_text, *category_text; /* owned; options point into them */
    const char **categories;
    const char *port_file;
    bool help;
};

enum {
    OPT_LISTEN = 1,
    OPT_PORT_FILE,
    OPT_KEY,
    OPT_KEY_FILE,
    OPT_LATENCY,
    OPT_SEED,
    OPT_CATEGORIES,
    OPT_FAULT,
    OPT_USAGE,
    OPT_CACHED,
    OPT_CONCURRENCY,
    OPT_RATE,
    OPT_LEDGER,
    OPT_HELP
};

static const struct option options[] = {
    {"listen", required_argument, NULL, OPT_LISTEN},
    {"port-file", required_argument, NULL, OPT_PORT_FILE},
    {"key", required_argument, NULL, OPT_KEY},
    {"key-file", required_argument, NULL, OPT_KEY_FILE},
    {"latency", required_argument, NULL, OPT_LATENCY},
    {"seed", required_argument, NULL, OPT_SEED},
    {"categories", required_argument, NULL, OPT_CATEGORIES},
    {"fault", required_argument, NULL, OPT_FAULT},
    {"usage", required_argument, NULL, OPT_USAGE},
    {"cached-percent", required_argument, NULL, OPT_CACHED},
    {"concurrency-limit", required_argument, NULL, OPT_CONCURRENCY},
    {"requests-per-minute", required_argument, NULL, OPT_RATE},
    {"ledger-file", required_argument, NULL, OPT_LEDGER},
    {"help", no_argument, NULL, OPT_HELP},
    {NULL, 0, NULL, 0}};

static const char help_text[] =
    "Usage: ticketmill simulate [OPTIONS]\n"
    "\n"
    "A provider that speaks the OpenAI wire format: answers packed tickets by a fixed\n"
    "rule on their text, bills tokens in a ledger of its own, misbehaves as told.\n"
    "Prints `listening on http://ADDRESS:PORT/v1` and runs until SIGTERM or SIGINT.\n"
    "\n"
    "  --listen ADDRESS:PORT     127.0.0.1:0; port 0 picks a free one\n"
    "  --port-file FILE          write the port there once it listens\n"
    "  --key KEY                 refuse every other key with 401\n"
    "  --key-file FILE           the same, from a file\n"
    "  --latency P50[,P99]       log-normal, as in 600ms,1.4s; 0 answers at once\n"
    "  --seed N                  of latencies and faults (1)\n"
    "  --categories A,B,…        when a request names none\n"
    "  --fault NAME[:PERCENT[:PARAM]]  may be repeated; the first that strikes counts\n"
    "  --usage openai|deepseek|kimi|none  how tokens are told\n"
    "  --cached-percent N        of a system message seen before (100)\n"
    "  --concurrency-limit N     429 above\n"
    "  --requests-per-minute N   429 above\n"
    "  --ledger-file FILE        append each billed call before it is answered\n"
    "\n"
    "A ticket with [[fault:NAME]] or [[fault:NAME:PARAM]] in its text brings that fault on\n"
    "every call it is in; one with [[inject]] makes its neighbours answer as it does.\n"
    "\n"
    "  GET  /ledger    what was billed: tokens, by model, and how often each text (SHA-256)\n"
    "  GET  /calls     each billed call as a line of JSON\n"
    "  POST /control   {\"faults\":[\"429:20:ms\"],\"latency\":[600,1400],\"key\":null,\n"
    "                   \"concurrency_limit\":0,\"requests_per_minute\":0}; latency in ms;\n"
    "                   what is left out stays\n"
    "\n"
    "Examples:\n"
    "  ticketmill simulate --latency 600ms,1.4s\n"
    "  ticketmill simulate --listen 127.0.0.1:8080 --fault 429:5:fraction --fault missing:2\n"
    "  curl -s 127.0.0.1:8080/ledger | jq .completion_tokens\n"
    "\n"
    "Faults:\n";

static void print_help(void)
{
    fputs(help_text, stdout);
    for (int i = 0; i < SIM_FAULT_COUNT; i++)
        printf("  %-20s %s\n", sim_fault_name((enum sim_fault)i),
               sim_fault_text((enum sim_fault)i));
}

/* "600ms", "1.4s", "250" (ms). */
static bool parse_duration(const char *text, int64_t *us, const char **rest)
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

static bool parse_latency(const char *text, struct sim_options *o)
{
    const char *rest;
    if (!parse_duration(text, &o->latency_p50_us, &rest))
        return false;
    o->latency_p99_us = o->latency_p50_us;
    if (*rest == ',' && !parse_duration(rest + 1, &o->latency_p99_us, &rest))
        return false;
    return *rest == '\0' && o->latency_p99_us >= o->latency_p50_us;
}

static bool parse_usage(const char *text, enum sim_usage *out)
{
    static const char *const names[] = {[SIM_USAGE_OPENAI] = "openai",
                                        [SIM_USAGE_DEEPSEEK] = "deepseek",
                                        [SIM_USAGE_KIMI] = "kimi",
                                        [SIM_USAGE_NONE] = "none"};
    for (int i = 0; i < 4; i++) {
        if (strcmp(text, names[i]) == 0) {
            *out = (enum sim_usage)i;
            return true;
        }
    }
    return false;
}

static bool parse_count(const char *text, int64_t max, int64_t *out)
{
    return slice_to_i64(slice_str(text), out) == ST_OK && *out >= 0 && *out <= max;
}

static bool parse_int(const char *text, int max, int *out)
{
    int64_t v;
    if (!parse_count(text, max, &v))
        return false;
    *out = (int)v;
    return true;
}

static bool read_key_file(struct simulate *s, const char *path)
{
    char text[512];
    FILE *f = fopen(path, "re");
    if (f == NULL || fgets(text, sizeof text, f) == NULL) {
        if (f != NULL)
            fclose(f);
        return false;
    }
    fclose(f);
    mem_free(s->key_text);
    s->key_text = mem_slice(slice_trim(slice_str(text)));
    s->sim.key = s->key_text;
    return true;
}

static bool split_categories(struct simulate *s, const char *text)
{
    mem_free(s->category_text);
    s->category_text = mem_str(text);
    s->sim.category_count = 0;
    for (char *save = NULL, *name = strtok_r(s->category_text, ",", &save); name != NULL;
         name = strtok_r(NULL, ",", &save)) {
        s->categories =
            mem_grow(s->categories, (size_t)s->sim.category_count + 1, sizeof *s->categories);
        s->categories[s->sim.category_count++] = name;
    }
    s->sim.categories = s->categories;
    return s->sim.category_count > 0;
}

static bool add_fault(struct simulate *s, const char *spec)
{
    struct sim_fault_rule ignored;
    if (sim_fault_parse(slice_str(spec), &ignored, NULL) != ST_OK)
        return false;
    s->faults = mem_grow(s->faults, (size_t)s->sim.fault_count + 1, sizeof *s->faults);
    s->faults[s->sim.fault_count++] = spec;
    s->sim.faults = s->faults;
    return true;
}

static bool take_option(struct simulate *s, int option, const char *value)
{
    struct sim_options *o = &s->sim;
    int64_t n;
    switch (option) {
    case OPT_LISTEN:
        o->listen = value;
        return true;
    case OPT_PORT_FILE:
        s->port_file = value;
        return true;
    case OPT_KEY:
        o->key = value;
        return true;
    case OPT_KEY_FILE:
        return read_key_file(s, value);
    case OPT_LATENCY:
        return parse_latency(value, o);
    case OPT_SEED:
        if (!parse_count(value, INT64_MAX, &n))
            return false;
        o->seed = (uint64_t)n;
        return true;
    case OPT_CATEGORIES:
        return split_categories(s, value);
    case OPT_FAULT:
        return add_fault(s, value);
    case OPT_USAGE:
        return parse_usage(value, &o->usage);
    case OPT_CACHED:
        return parse_int(value, 100, &o->cached_percent);
    case OPT_CONCURRENCY:
        return parse_int(value, INT32_MAX, &o->concurrency_limit);
    case OPT_RATE:
        return parse_int(value, INT32_MAX, &o->requests_per_minute);
    case OPT_LEDGER:
        o->ledger_file = value;
        return true;
    default:
        s->help = true;
        return true;
    }
}

static bool parse_arguments(struct simulate *s, int argc, char **argv)
{
    int index = 0;
    optind = 1;
    for (int c; (c = getopt_long(argc, argv, "", options, &index)) != -1;) {
        if (c == '?')
            return false;
        if (!take_option(s, c, optarg)) {
            fprintf(stderr, "simulate: --%s: '%s' is no valid value\n", options[index].name,
                    optarg);
            return false;
        }
    }
    if (optind < argc)
        fprintf(stderr, "simulate: unexpected argument '%s'\n", argv[optind]);
    return optind == argc;
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
        fprintf(stderr, "simulate: %s: %s\n", path, strerror(errno));
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
    enum status st = sim_start(&s->sim, &sim, &fail);
    if (st != ST_OK) {
        fprintf(stderr, "simulate: %s\n", fail.text);
        return status_exit(st);
    }
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
    struct simulate s = {.help = false};
    int code;
    sim_options_init(&s.sim);
    signal(SIGPIPE, SIG_IGN);
    if (!parse_arguments(&s, argc, argv)) {
        fputs("Try `ticketmill simulate --help`.\n", stderr);
        code = status_exit(ST_USAGE);
    } else if (s.help) {
        print_help();
        code = 0;
    } else {
        code = serve(&s);
    }
    mem_free(s.faults);
    mem_free(s.categories);
    mem_free(s.category_text);
    mem_free(s.key_text);
    return code;
}
