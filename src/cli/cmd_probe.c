/* `ticketmill probe`: the endpoint checklist. Options, the loop it runs on, Ctrl-C, and where its
 * outcome goes; what is asked and how it is judged stands in src/probe/.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/log.h"
#include "base/mem.h"
#include "cli/commands.h"
#include "cli/configured.h"
#include "cli/options.h"
#include "model/money_show.h"
#include "pipeline/loop.h"
#include "probe/show.h"

#define PIPE_WIDTH    100
#define DURATION_MOST INT64_C(86400000000)

struct widths {
    int64_t v[PROBE_STEPS];
    int count;
};

struct probe_arguments {
    const char *config, *provider, *model, *endpoint;
    int64_t duration_us, max_pusd, max_calls, tokens;
    struct widths widths;
    int format;
};

/* "60s", "500ms", "5m", "1h". */
static bool parse_duration(const char *text, void *field)
{
    static const struct {
        const char *name;
        int64_t us;
    } units[] = {{"ms", 1000}, {"s", 1000000}, {"m", 60000000}, {"h", INT64_C(3600000000)}};
    size_t digits = strspn(text, "0123456789");
    int64_t n, us;
    if (slice_to_i64(slice_of(text, digits), &n) != ST_OK)
        return false;
    for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
        if (strcmp(text + digits, units[i].name) != 0)
            continue;
        if (__builtin_mul_overflow(n, units[i].us, &us) || us < 100000 || us > DURATION_MOST)
            return false;
        *(int64_t *)field = us;
        return true;
    }
    return false;
}

/* "1,4,16": ascending, so that the first refusal ends it. */
static bool parse_widths(const char *text, void *field)
{
    struct widths w = {.count = 0};
    for (const char *at = text;; at++) {
        size_t n = strcspn(at, ",");
        int64_t last = w.count > 0 ? w.v[w.count - 1] : 0;
        if (w.count == PROBE_STEPS || slice_to_i64(slice_of(at, n), &w.v[w.count]) != ST_OK ||
            w.v[w.count] <= last || w.v[w.count] > PROBE_WIDEST)
            return false;
        w.count++;
        at += n;
        if (*at == '\0')
            break;
    }
    *(struct widths *)field = w;
    return true;
}

#define AT(field) offsetof(struct probe_arguments, field)

static const struct option_row rows[] = {
    OPTION_CONFIG(struct probe_arguments, config),
    {.name = "provider",
     .argument = "NAME",
     .kind = OPTION_TEXT,
     .at = AT(provider),
     .help = "only this one (default: each that a tier leads to)"},
    {.name = "model",
     .argument = "NAME",
     .kind = OPTION_TEXT,
     .at = AT(model),
     .help = "with this model, at its provider (default: a provider's first in the tiers)"},
    {.name = "endpoint",
     .argument = "NAME",
     .kind = OPTION_TEXT,
     .at = AT(endpoint),
     .help = "only endpoints of this name (default: all of a provider)"},
    {.name = "duration",
     .argument = "TIME",
     .kind = OPTION_PARSED,
     .at = AT(duration_us),
     .parse = parse_duration,
     .expected = "a duration such as 60s or 5m, 100ms to 24h",
     .help = "how long latency and availability are measured (60s)"},
    {.name = "tokens",
     .argument = "N",
     .kind = OPTION_COUNT,
     .at = AT(tokens),
     .min = 1,
     .max = 16000,
     .help = "asked for in each of these calls, and their token cap (1000)"},
    {.name = "concurrency",
     .argument = "N,N,…",
     .kind = OPTION_PARSED,
     .at = AT(widths),
     .parse = parse_widths,
     .expected = "ascending numbers of calls at once, up to 12 of 1 to 1024, such as 1,4,16",
     .help = "short calls at once, step by step (1,4,16,64)"},
    {.name = "max-usd",
     .argument = "USD",
     .kind = OPTION_USD,
     .at = AT(max_pusd),
     .help = "spend no more than this, all endpoints together (0.05)"},
    {.name = "max-calls",
     .argument = "N",
     .kind = OPTION_COUNT,
     .at = AT(max_calls),
     .min = 0,
     .max = 1000000,
     .help = "make no more calls than this; needed for models without a price"},
    OPTION_FORMAT(struct probe_arguments, format, "how it is printed (table)"),
};

static const struct option_table table = {
    .command = "probe",
    .usage = "[OPTIONS]",
    .about =
        "Looks at endpoints as a run would use them: connection, key, wire format, JSON modes,\n"
        "usage, limits, streaming, then latency and availability over a time and calls at once\n"
        "in steps. The calls are real ones with made-up tickets; each reserves what it can cost\n"
        "at most, and none is sent that the cap does not cover.",
    .rows = rows,
    .count = (int)(sizeof rows / sizeof *rows),
    .notes = "Exit status: 0 all checks passed, 3 some failed, 4 nothing failed but the cap left\n"
             "something unmeasured, 5 stopped by a signal, 7 no money left at any provider,\n"
             "69 no endpoint can be used from here, 77 the key is refused everywhere,\n"
             "78 no key can be had, or the configuration is wrong, 64 usage.\n",
    .examples = "  ticketmill probe\n"
                "  ticketmill probe --provider global-api --duration 5m --max-usd 0.50\n"
                "  ticketmill probe --model gpt-4o --concurrency 1,4 --format json | jq .verdict\n",
};

/* ---- names -------------------------------------------------------------------------------- */

static int find_model(const struct config *c, const char *name)
{
    for (int i = 0; i < c->model_count; i++)
        if (strcmp(c->models[i].name, name) == 0)
            return i;
    return -1;
}

static int find_provider(const struct config *c, const char *name)
{
    for (int i = 0; i < c->provider_count; i++)
        if (strcmp(c->providers[i].name, name) == 0)
            return i;
    return -1;
}

/* Names of the file become indices; 64 for one that is not in it. */
static int resolve(const struct config *c, const struct probe_arguments *a,
                   struct probe_options *out)
{
    *out = (struct probe_options){.provider = -1,
                                  .model = -1,
                                  .endpoint = a->endpoint,
                                  .duration_us = a->duration_us,
                                  .tokens = a->tokens,
                                  .width_count = a->widths.count,
                                  .max_pusd = a->max_pusd,
                                  .max_calls = a->max_calls};
    memcpy(out->widths, a->widths.v, sizeof out->widths);
    if (a->provider != NULL && (out->provider = find_provider(c, a->provider)) < 0)
        return options_usage(&table, "--provider: the configuration has none of that name");
    if (a->model != NULL && (out->model = find_model(c, a->model)) < 0)
        return options_usage(&table, "--model: the configuration has none of that name");
    if (out->model >= 0 && out->provider >= 0 && c->models[out->model].provider != out->provider)
        return options_usage(&table, "--model: that provider does not offer it");
    return 0;
}

/* ---- running ------------------------------------------------------------------------------ */

struct session {
    struct loop *loop;
    struct probe *probe;
    struct reactor_timer *ticker;
    int64_t began_mono_us, began_unix_us;
    bool terminal;
};

static void on_finished(void *arg)
{
    struct session *s = arg;
    loop_stop(s->loop);
}

static void on_signal(void *arg, int signo)
{
    struct session *s = arg;
    (void)signo;
    probe_stop(s->probe);
}

static void on_tick(void *arg)
{
    struct session *s = arg;
    const struct reactor *r = loop_reactor(s->loop);
    int count;
    int64_t calls = 0, spent = 0;
    char text[MONEY_SHOW_SIZE];
    const struct probe_seen *seen = probe_seen_of(s->probe, &count);
    for (int i = 0; i < count; i++) {
        calls += seen[i].purse.calls;
        spent += seen[i].purse.spent_pusd;
    }
    money_show_digits(spent, text);
    fprintf(stderr, "\r\x1b[K%d of %d endpoints done, %lld calls, USD %s, %llds",
            probe_done(s->probe), count, (long long)calls, text,
            (long long)((clock_mono_us(&clock_system) - s->began_mono_us) / 1000000));
    r->ops->timer_set(r->self, s->ticker, 1000000);
}

static bool can_redraw(int fd)
{
    const char *term = getenv("TERM");
    return isatty(fd) == 1 && term != NULL && strcmp(term, "dumb") != 0;
}

static void run_loop(struct session *s)
{
    const struct reactor *r = loop_reactor(s->loop);
    s->terminal = can_redraw(STDERR_FILENO);
    s->ticker = r->ops->timer(r->self, on_tick, s);
    s->began_mono_us = clock_mono_us(&clock_system);
    s->began_unix_us = clock_unix_us(&clock_system);
    if (s->terminal)
        r->ops->timer_set(r->self, s->ticker, 1000000);
    probe_start(s->probe, on_finished, s);
    loop_run(s->loop);
    r->ops->timer_free(r->self, s->ticker);
    if (s->terminal)
        fputs("\r\x1b[K", stderr);
}

/* ---- the end ------------------------------------------------------------------------------ */

static int width_of_output(void)
{
    struct winsize w;
    if (isatty(STDOUT_FILENO) == 1 && ioctl(STDOUT_FILENO, TIOCGWINSZ, &w) == 0 && w.ws_col > 0)
        return w.ws_col;
    return PIPE_WIDTH;
}

static int print_outcome(const struct session *s, const struct probe_options *options, int format)
{
    const char *no_color = getenv("NO_COLOR");
    bool colour = can_redraw(STDOUT_FILENO) && (no_color == NULL || no_color[0] == '\0');
    struct probe_outcome o = {.options = options,
                              .began_unix_us = s->began_unix_us,
                              .ended_unix_us = clock_unix_us(&clock_system)};
    struct buf out;
    o.seen = probe_seen_of(s->probe, &o.count);
    struct findings *findings = mem_array((size_t)o.count, sizeof *findings);
    for (int i = 0; i < o.count; i++)
        judge(&o.seen[i], &findings[i]);
    o.findings = findings;
    o.verdict = judge_all(o.seen, findings, o.count);
    buf_init(&out, SIZE_MAX);
    if (format == FORMAT_JSON)
        show_json(&o, &out);
    else
        show_text(&o, width_of_output(), colour, &out);
    fwrite(out.p, 1, out.n, stdout);
    buf_deinit(&out);
    mem_free(findings);
    return verdict_exit(o.verdict);
}

static int run_probe(const struct config *c, const struct probe_options *options, int format)
{
    struct session s = {.loop = NULL};
    struct fail fail;
    int code = 0;
    enum status st = loop_new(&s.loop, &fail);
    if (st == ST_OK)
        st = probe_new(c, options, loop_reactor(s.loop), &clock_system, &s.probe, &fail);
    if (st == ST_OK)
        st = loop_on_signal(s.loop, on_signal, &s, &fail);
    if (st == ST_OK) {
        run_loop(&s);
        code = print_outcome(&s, options, format);
    } else {
        code = command_failed(table.command, &fail);
    }
    probe_free(s.probe);
    loop_free(s.loop);
    return code;
}

int cmd_probe(int argc, char **argv)
{
    struct probe_arguments a = {.duration_us = 60000000,
                                .tokens = 1000,
                                .widths = {{1, 4, 16, 64}, 4},
                                .max_pusd = PUSD_PER_USD / 20,
                                .max_calls = -1};
    struct probe_options options;
    struct config *c;
    int code = options_parse(&table, argc, argv, &a, NULL);

    if (code != OPTIONS_GO)
        return code;
    log_init(STDERR_FILENO, isatty(STDERR_FILENO) != 1, LOG_ERROR);
    code = cli_load_config(a.config, CONFIG_FOR_LEDGER, &c);
    if (code != 0)
        return code;
    code = resolve(c, &a, &options);
    if (code == 0)
        code = run_probe(c, &options, a.format);
    config_free(c);
    return code;
}
