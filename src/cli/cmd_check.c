/* `ticketmill check`: would a run start? Reads the configuration, says what of it this program
 * cannot do yet, then looks at the brokers. Nothing is changed anywhere.
 */
#include <stdio.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "cli/commands.h"
#include "cli/configured.h"
#include "cli/options.h"
#include "cli/prices.h"
#include "cli/topics.h"

#define TIMEOUT_MS 15000

struct check_arguments {
    const char *config;
    bool print, prices;
    int format;
    const char *explain, *redact;
};

enum format { FORMAT_TABLE, FORMAT_JSON };
static const char *const formats[] = {"table", "json", NULL};

#define AT(field) offsetof(struct check_arguments, field)

static const struct option_row rows[] = {
    OPTION_CONFIG(struct check_arguments, config),
    {.name = "print",
     .kind = OPTION_FLAG,
     .at = AT(print),
     .help = "print every key with the value in force, secrets masked, and look no further"},
    {.name = "prices",
     .kind = OPTION_FLAG,
     .at = AT(prices),
     .help = "what each model costs now, since when, until when; looks no further"},
    {.name = "format",
     .argument = "table|json",
     .kind = OPTION_CHOICE,
     .at = AT(format),
     .names = formats,
     .help = "how --prices prints (default table)"},
    {.name = "explain",
     .argument = "FILE",
     .kind = OPTION_PATH,
     .at = AT(explain),
     .unbuilt = true,
     .help = "which route each ticket of FILE would take (not available yet)"},
    {.name = "redact",
     .argument = "FILE",
     .kind = OPTION_PATH,
     .at = AT(redact),
     .unbuilt = true,
     .help = "what redaction makes of FILE (not available yet)"},
};

static const struct option_table table = {
    .command = "check",
    .usage = "[OPTIONS]",
    .about = "Checks the configuration and looks at the brokers: topics, sizes, retention, the\n"
             "group. Changes nothing. Exit status: 0 a run could start, 69 brokers do not answer,\n"
             "73 another program uses the group, 78 configuration, topics or keys are not ready.",
    .rows = rows,
    .count = (int)(sizeof rows / sizeof *rows),
    .examples = "  ticketmill check\n"
                "  ticketmill check --config /etc/ticketmill/ticketmill.yaml --print\n"
                "  ticketmill check --prices\n",
};

static int print_config(const struct config *c)
{
    struct buf out;
    buf_init(&out, SIZE_MAX);
    config_print(c, &out);
    fwrite(out.p, 1, out.n, stdout);
    buf_deinit(&out);
    return 0;
}

static int print_prices(const struct config *c, int format)
{
    struct price_list list;
    struct buf out;
    if (c->model_count == 0) {
        fprintf(stderr, "ticketmill check: %s: models is empty; nothing has a price\n", c->path);
        return status_exit(ST_CONFIG);
    }
    buf_init(&out, SIZE_MAX);
    prices_collect(c, clock_unix_us(&clock_system), &list);
    if (format == FORMAT_JSON)
        prices_json(&list, &out);
    else
        prices_text(&list, &out);
    fwrite(out.p, 1, out.n, stdout);
    prices_deinit(&list);
    buf_deinit(&out);
    return 0;
}

/* Does a tier lead to one of its models? */
static bool is_used(const struct config *c, int provider)
{
    for (int t = 0; t < c->tier_count; t++) {
        for (int m = 0; m < c->tiers[t].model_count; m++) {
            if (c->models[c->tiers[t].models[m]].provider == provider)
                return true;
        }
    }
    return false;
}

/* Keys must be there to be used; they are never printed. */
static int check_keys(const struct config *c)
{
    int code = 0;
    for (int i = 0; i < c->provider_count; i++) {
        char *key = NULL;
        struct fail fail;
        if (!is_used(c, i))
            continue;
        enum status st = config_key(&c->providers[i], &key, &fail);
        if (st != ST_OK) {
            fprintf(stderr, "%s\n", fail.text);
            code = status_exit(st);
        } else if (key != NULL) {
            explicit_bzero(key, strlen(key));
            mem_free(key);
        }
    }
    return code;
}

static int check_all(const struct config *c)
{
    int unbuilt, keys, brokers;

    printf("configuration ok: %s\n", c->path);
    unbuilt = cli_refuse_unbuilt(c);
    keys = check_keys(c);
    brokers = check_brokers(c, TIMEOUT_MS);
    puts("endpoints: not contacted; the first calls of a run will");
    if (!c->kafka.transactional)
        puts("publish: idempotent, weaker than transactional: a crash may publish a ticket twice");
    if (brokers == 0 && unbuilt == 0 && keys == 0)
        puts("ready: ticketmill run");
    return brokers != 0 ? brokers : unbuilt != 0 ? unbuilt : keys;
}

int cmd_check(int argc, char **argv)
{
    struct check_arguments a = {.config = NULL};
    struct config *c;
    int code = options_parse(&table, argc, argv, &a, NULL);

    if (code != OPTIONS_GO)
        return code;
    log_init(STDERR_FILENO, isatty(STDERR_FILENO) != 1, LOG_ERROR); /* the reason is told once */
    code = cli_load_config(a.config, a.prices ? CONFIG_FOR_LEDGER : CONFIG_FOR_RUN, &c);
    if (code != 0)
        return code;
    if (a.prices)
        code = print_prices(c, a.format);
    else
        code = a.print ? print_config(c) : check_all(c);
    config_free(c);
    return code;
}
