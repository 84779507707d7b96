/* `ticketmill demo`: the whole job on one machine, without keys, brokers or cost.
 *
 * An embedded broker, a simulated provider that misbehaves a little, and made-up tickets in a
 * folder of its own; then the very `run` and `report` that a real night uses.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "cli/commands.h"
#include "cli/configured.h"
#include "cli/options.h"
#include "config_embedded.h"
#include "kafka/embedded.h"
#include "kafka/writer.h"
#include "sim/server.h"
#include "sim/tickets.h"

enum { PARTITIONS = 4, TICKET_BYTES = 2048, TICKETS_MAX = 8000 };

struct demo_arguments {
    int64_t tickets, seed;
    const char *dir;
};

struct demo {
    struct demo_arguments a;
    char dir[400], config_path[440], ledger_path[440];
    struct kembedded *broker;
    struct sim *sim;
};

#define AT(field) offsetof(struct demo_arguments, field)

static const struct option_row rows[] = {
    {.name = "tickets",
     .argument = "N",
     .kind = OPTION_COUNT,
     .at = AT(tickets),
     .min = 1,
     .max = TICKETS_MAX,
     .help = "how many tickets (default 2000)"},
    {.name = "seed",
     .argument = "N",
     .kind = OPTION_COUNT,
     .at = AT(seed),
     .min = 0,
     .max = INT64_MAX,
     .help = "of the made-up tickets (default 1)"},
    {.name = "dir",
     .argument = "DIR",
     .kind = OPTION_PATH,
     .at = AT(dir),
     .help = "where configuration and ledger go (default: a new folder in $TMPDIR)"},
};

static const struct option_table table = {
    .command = "demo",
    .usage = "[OPTIONS]",
    .about = "Runs the whole job on an embedded broker and a simulated provider: nothing is "
             "installed, called or paid.",
    .rows = rows,
    .count = (int)(sizeof rows / sizeof *rows),
    .examples = "  ticketmill demo\n"
                "  ticketmill demo --tickets 5000 --dir ./demo\n",
};

static enum status make_dir(struct demo *d, struct fail *fail)
{
    const char *tmp = getenv("TMPDIR");
    if (d->a.dir) {
        snprintf(d->dir, sizeof d->dir, "%s", d->a.dir);
        if (mkdir(d->dir, 0700) != 0 && errno != EEXIST)
            return fail_set(fail, ST_SYSTEM, errno, "%s: %s", d->dir, strerror(errno));
    } else {
        snprintf(d->dir, sizeof d->dir, "%s/ticketmill-demo-XXXXXX", tmp ? tmp : "/tmp");
        if (!mkdtemp(d->dir))
            return fail_set(fail, ST_SYSTEM, errno, "%s: %s", d->dir, strerror(errno));
    }
    snprintf(d->config_path, sizeof d->config_path, "%s/ticketmill.yaml", d->dir);
    snprintf(d->ledger_path, sizeof d->ledger_path, "%s/demo.db", d->dir);
    if (access(d->ledger_path, F_OK) == 0)
        return fail_set(fail, ST_USAGE, 0,
                        "%s holds the ledger of an earlier demo, whose broker is gone: choose "
                        "another --dir",
                        d->dir);
    return ST_OK;
}

static enum status start_provider(struct demo *d, struct fail *fail)
{
    static const char *const faults[] = {"missing:3", "fence:2", "429:1:1", "500:1"};
    struct sim_options so;
    sim_options_init(&so);
    so.latency_p50_us = 120000;
    so.latency_p99_us = 600000;
    so.faults = faults;
    so.fault_count = (int)(sizeof faults / sizeof *faults);
    return sim_start(&so, &d->sim, fail);
}

static enum status start_broker(struct demo *d, struct fail *fail)
{
    static const struct kembedded_topic topics[] = {
        {"tickets", PARTITIONS}, {"ticket-results", PARTITIONS}, {"tickets-dlq", 1}};
    if (!kembedded_fits(PARTITIONS, d->a.tickets, TICKET_BYTES))
        return fail_set(fail, ST_USAGE, 0, "--tickets: the embedded broker cannot hold that many");
    return kembedded_start(1, topics, 3, &d->broker, fail);
}

static void put_replaced(FILE *f, const char *line, const char *name, const char *value)
{
    const char *at = strstr(line, name);
    if (at)
        fprintf(f, "%.*s%s%s", (int)(at - line), line, value, at + strlen(name));
    else
        fputs(line, f);
}

static enum status write_config(struct demo *d, struct fail *fail)
{
    FILE *f = fopen(d->config_path, "we");
    char line[200];
    if (!f)
        return fail_set(fail, ST_SYSTEM, errno, "%s: %s", d->config_path, strerror(errno));
    for (const char *at = config_demo; *at;) {
        size_t n = strcspn(at, "\n") + 1;
        snprintf(line, sizeof line, "%.*s", (int)n, at);
        if (strstr(line, "@URL@"))
            put_replaced(f, line, "@URL@", sim_url(d->sim));
        else
            put_replaced(f, line, "@BROKERS@", kembedded_brokers(d->broker));
        at += n;
    }
    return fclose(f) == 0
               ? ST_OK
               : fail_set(fail, ST_SYSTEM, errno, "%s: %s", d->config_path, strerror(errno));
}

static enum status put_tickets(struct demo *d, const struct config *config, struct fail *fail)
{
    struct ticket_gen gen;
    struct buf value, key;
    struct kwriter *w;
    enum status st = kwriter_open(&config->kafka, &w, fail);
    if (st != ST_OK)
        return st;
    buf_init(&value, (size_t)1 << 20);
    buf_init(&key, 256);
    ticket_gen_init(&gen, &ticket_mix_usual, (uint64_t)d->a.seed, INT64_C(1763942400000000));
    for (int64_t i = 0; st == ST_OK && i < d->a.tickets; i++) {
        enum ticket_kind kind = ticket_gen_next(&gen, &value, &key);
        struct record r = {
            .timestamp_unix_ms = -1, .key = buf_view(&key), .value = buf_view(&value)};
        if (kind == TICKET_TOMBSTONE)
            r.value = SLICE_NONE;
        if (kind == TICKET_NO_ID)
            r.key = SLICE_NONE;
        st = kwriter_put(w, config->kafka.input_topic, (int32_t)(i % PARTITIONS), &r, fail);
    }
    if (st == ST_OK)
        st = kwriter_flush(w, 30000, fail);
    kwriter_close(w);
    ticket_gen_deinit(&gen);
    buf_deinit(&value);
    buf_deinit(&key);
    return st;
}

static enum status set_up(struct demo *d, struct fail *fail)
{
    struct config *config;
    enum status st = make_dir(d, fail);
    if (st == ST_OK)
        st = start_provider(d, fail);
    if (st == ST_OK)
        st = start_broker(d, fail);
    if (st == ST_OK)
        st = write_config(d, fail);
    if (st != ST_OK)
        return st;
    if (cli_load_config(d->config_path, CONFIG_FOR_RUN, &config) != 0)
        return fail_set(fail, ST_INTERNAL, 0, "the demo's own configuration is refused");
    st = put_tickets(d, config, fail);
    config_free(config);
    return st;
}

static int call(int (*command)(int, char **), const char *name, const char *config)
{
    char *words[] = {(char *)(uintptr_t)name, (char *)(uintptr_t) "--config",
                     (char *)(uintptr_t)config, NULL};
    fflush(stdout);
    return command(3, words);
}

static void what_next(const struct demo *d)
{
    struct sim_totals t;
    sim_totals(d->sim, &t);
    printf(
        "\nThe simulated provider billed %lld calls: %lld input and %lld output tokens.\n"
        "\nTry next:\n"
        "  ticketmill report --config %s\n"
        "  ticketmill show T-%06d --config %s\n"
        "  ticketmill check --config config/ticketmill.yaml      with your own brokers and key\n",
        (long long)t.billed_calls, (long long)t.prompt_tokens, (long long)t.completion_tokens,
        d->config_path, 1, d->config_path);
}

int cmd_demo(int argc, char **argv)
{
    struct demo d = {.a = {.tickets = 2000, .seed = 1}};
    struct fail fail;
    int code = options_parse(&table, argc, argv, &d.a, NULL);
    if (code != OPTIONS_GO)
        return code;
    if (set_up(&d, &fail) == ST_OK) {
        printf("Demo: %lld made-up tickets, an embedded broker, a simulated provider that\n"
               "misbehaves a little. Everything is in %s\n\n",
               (long long)d.a.tickets, d.dir);
        code = call(cmd_run, "run", d.config_path);
        if (code == 0 || code == 3)
            call(cmd_report, "report", d.config_path);
        what_next(&d);
    } else {
        code = command_failed("demo", &fail);
    }
    kembedded_stop(d.broker);
    sim_stop(d.sim);
    return code;
}
