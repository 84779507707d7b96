/* `ticketmill check`: would a run start? Reads the configuration, makes the plan of tiers and
 * models that a run would make, says what of it this program cannot do yet, then looks at brokers
 * and endpoints. Nothing is changed anywhere, and nobody is asked for anything that costs.
 */
#include <stdio.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "cli/commands.h"
#include "cli/configured.h"
#include "cli/endpoints.h"
#include "cli/explain.h"
#include "cli/options.h"
#include "cli/prices.h"
#include "cli/redacted.h"
#include "cli/topics.h"

#define TIMEOUT_MS 15000

struct check_arguments {
    const char *config;
    bool print, prices, offline;
    const char *explain, *redact, *only_provider;
    int format;
};

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
    OPTION_FORMAT(struct check_arguments, format,
                  "how --prices, --explain and --redact print (default table)"),
    {.name = "explain",
     .argument = "FILE",
     .kind = OPTION_PATH,
     .at = AT(explain),
     .help = "which rule, tier and models each ticket of FILE (JSON lines, - = stdin) would get"},
    {.name = "only-provider",
     .argument = "NAME",
     .kind = OPTION_TEXT,
     .at = AT(only_provider),
     .help = "as if `run` had this option: everything to this provider"},
    {.name = "offline",
     .kind = OPTION_FLAG,
     .at = AT(offline),
     .help = "configuration and keys only: contact neither brokers nor endpoints"},
    {.name = "redact",
     .argument = "FILE",
     .kind = OPTION_PATH,
     .at = AT(redact),
     .help = "what a provider would be sent of each ticket of FILE (JSON lines, - = stdin)"},
};

static const struct option_table table = {
    .command = "check",
    .usage = "[OPTIONS]",
    .about =
        "Checks the configuration, looks at the brokers (topics, sizes, retention, the group)\n"
        "and connects to the endpoints without asking anything. Changes nothing. Endpoints\n"
        "that cannot be reached are a warning: a run starts and waits for them.\n"
        "Exit status: 0 a run could start, 69 brokers do not answer, 73 another program uses\n"
        "the group, 78 configuration, topics or keys are not ready.",
    .rows = rows,
    .count = (int)(sizeof rows / sizeof *rows),
    .examples = "  ticketmill check\n"
                "  ticketmill check --config /etc/ticketmill/ticketmill.yaml --print\n"
                "  ticketmill check --prices\n"
                "  ticketmill check --explain tickets.jsonl --only-provider openai\n",
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

/* Keys must be there to be used; they are never printed. */
static int check_keys(const struct config *c, const bool *used)
{
    int code = 0;
    for (int i = 0; i < c->provider_count; i++) {
        struct fail fail;
        enum status st = used[i] ? config_key_check(&c->providers[i], &fail) : ST_OK;
        if (st == ST_OK)
            continue;
        fprintf(stderr, "%s\n", fail.text);
        code = status_exit(st);
    }
    return code;
}

static int check_all(const struct config *c, const struct plan *plan, bool offline)
{
    int unbuilt, keys, brokers = 0;
    bool endpoints = false, *used = plan_providers(plan);

    printf("configuration ok: %s\n", c->path);
    unbuilt = cli_refuse_unbuilt(c);
    keys = check_keys(c, used);
    if (offline) {
        puts("brokers and endpoints: not contacted, as asked for");
    } else {
        brokers = check_brokers(c, TIMEOUT_MS);
        fflush(stdout);
        endpoints = check_endpoints(c, used);
    }
    mem_free(used);
    if (!c->kafka.transactional)
        puts("publish: idempotent, weaker than transactional: a crash may publish a ticket twice");
    if (brokers == 0 && unbuilt == 0 && keys == 0 && endpoints)
        puts("ready: ticketmill run");
    return brokers != 0 ? brokers : unbuilt != 0 ? unbuilt : keys;
}

/* Everything for which the routes must hold. */
static int check_routes(const struct check_arguments *a, const struct config *c)
{
    struct plan *plan;
    struct buf notes;
    struct fail fail;
    int only, code = cli_find_provider(&table, c, a->only_provider, &only);

    if (code != 0)
        return code;
    buf_init(&notes, SIZE_MAX);
    if (plan_make(c, only, plan_is_capped(c, CONFIG_OFF), &plan, &notes, &fail) != ST_OK) {
        code = command_failed(table.command, &fail);
    } else {
        if (notes.n > 0 && (a->explain == NULL || a->format == FORMAT_TABLE))
            fwrite(notes.p, 1, notes.n, stderr);
        code = a->explain != NULL
                   ? explain_file(c, plan, buf_view(&notes), a->explain, a->format == FORMAT_JSON)
                   : check_all(c, plan, a->offline);
        plan_free(plan);
    }
    buf_deinit(&notes);
    return code;
}

int cmd_check(int argc, char **argv)
{
    struct check_arguments a = {.config = NULL};
    struct config *c;
    int code = options_parse(&table, argc, argv, &a, NULL);

    if (code != OPTIONS_GO)
        return code;
    if (a.format != FORMAT_TABLE && a.explain == NULL && a.redact == NULL && !a.prices)
        return options_usage(&table, "--format goes with --explain, --redact and --prices");
    log_init(STDERR_FILENO, isatty(STDERR_FILENO) != 1, LOG_ERROR); /* the reason is told once */
    code = cli_load_config(a.config,
                           a.prices || a.redact != NULL ? CONFIG_FOR_LEDGER : CONFIG_FOR_RUN, &c);
    if (code != 0)
        return code;
    if (a.prices)
        code = print_prices(c, a.format);
    else if (a.redact != NULL)
        code = redacted_file(c, a.redact, a.format == FORMAT_JSON);
    else
        code = a.print ? print_config(c) : check_routes(&a, c);
    config_free(c);
    return code;
}
