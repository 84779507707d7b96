/* `ticketmill report`: what the ledgers say about tickets and money. Reads only; may run beside a
 * worker. What is collected and how it looks is report/'s.
 */
#include <stdio.h>

#include "base/clock.h"
#include "cli/commands.h"
#include "cli/groups_out.h"
#include "cli/ledgers.h"
#include "cli/options.h"
#include "cli/reconcile.h"
#include "cli/render.h"
#include "report/changes.h"
#include "report/report.h"

enum report_format { REPORT_TABLE, REPORT_JSON, REPORT_CSV, REPORT_MD, REPORT_FORMATS };

struct report_arguments {
    struct ledger_choice from;
    int format;
    const char *run_id, *day;
    int by; /* enum group_by; -1 = the morning report */
    struct group_filter days;
};

static const char *const formats[] = {"table", "json", "csv", "md", "html", NULL};

static bool parse_day(const char *text, void *field)
{
    static const char form[] = "dddd-dd-dd";
    for (size_t i = 0; i < sizeof form; i++) {
        bool digit = text[i] >= '0' && text[i] <= '9';
        if (form[i] == 'd' ? !digit : text[i] != form[i])
            return false;
    }
    *(const char **)field = text;
    return true;
}

/* Once only: a second --by would silently win over the first. */
static bool parse_by(const char *text, void *field)
{
    int *by = field;
    for (int i = 0; *by < 0 && group_names[i] != NULL; i++) {
        if (strcmp(group_names[i], text) == 0) {
            *by = i;
            return true;
        }
    }
    return false;
}

#define AT(field) offsetof(struct report_arguments, field)

static const struct option_row rows[] = {
    OPTION_CONFIG(struct report_arguments, from.config),
    {.name = "ledger",
     .argument = "FILE",
     .kind = OPTION_LIST,
     .at = AT(from.ledgers),
     .help = "read this ledger (may be repeated: shards; default: the configured ones)"},
    {.name = "run",
     .argument = "ID|last",
     .kind = OPTION_TEXT,
     .at = AT(run_id),
     .help = "only this run; `last` is each ledger's latest"},
    {.name = "day",
     .argument = "YYYY-MM-DD",
     .kind = OPTION_PARSED,
     .at = AT(day),
     .parse = parse_day,
     .expected = "a date such as 2026-11-24",
     .help = "only runs that began on that local date"},
    {.name = "time-zone",
     .argument = "ZONE",
     .kind = OPTION_TEXT,
     .at = AT(from.time_zone),
     .help = "of the dates (default: time_zone of the configuration, else UTC)"},
    {.name = "format",
     .argument = "table|json|csv|md|html",
     .kind = OPTION_CHOICE,
     .at = AT(format),
     .names = formats,
     .available = REPORT_FORMATS,
     .help = "how it is printed (default table; html: not available yet)"},
    {.name = "by",
     .argument = "WHAT",
     .kind = OPTION_PARSED,
     .at = AT(by),
     .parse = parse_by,
     .expected = "one of day, week, month, category, model, provider, route, language or customer",
     .help = "costs by day, week, month, category, model, provider, route, language or customer"},
    {.name = "since",
     .argument = "YYYY-MM-DD",
     .kind = OPTION_PARSED,
     .at = AT(days.since),
     .parse = parse_day,
     .expected = "a date such as 2026-11-24",
     .help = "with --by: runs that began on that local date or later"},
    {.name = "until",
     .argument = "YYYY-MM-DD",
     .kind = OPTION_PARSED,
     .at = AT(days.until),
     .parse = parse_day,
     .expected = "a date such as 2026-11-24",
     .help = "with --by: runs that began before that local date"},
    {.name = "compare",
     .argument = "CAMPAIGN",
     .kind = OPTION_TEXT,
     .at = AT(from.campaign),
     .help = "what that campaign changed: categories moved, cost, confidence"},
};

static const struct option_table table = {
    .command = "report",
    .usage = "[OPTIONS] | reconcile --invoice FILE.csv",
    .about =
        "The morning report: tickets by outcome, cost per ticket; by category, model, tier, "
        "route,\n"
        "endpoint and night; second opinions, outages, budget, estimates. Reads the ledger only,\n"
        "also while a run is on. Caps and targets are those of the configuration, if there is one.",
    .rows = rows,
    .count = (int)(sizeof rows / sizeof *rows),
    .examples =
        "  ticketmill report --run last\n"
        "  ticketmill report --ledger shard-0.db --ledger shard-1.db --day 2026-11-24\n"
        "  ticketmill report --format json | jq .cost.per_ticket\n"
        "  ticketmill report --compare new-prompt\n"
        "  ticketmill report --by category --since 2026-11-01 --format csv > november.csv\n",
};

/* Does the document begin as JSON? Else as text. */
static bool is_exact(int format)
{
    return format == REPORT_JSON || format == REPORT_CSV;
}

/* Prints what was made as JSON or text, in the form asked for, and ends it. */
static void put(int format, struct buf *made)
{
    struct buf other;
    buf_init(&other, SIZE_MAX);
    if (format == REPORT_CSV)
        render_csv(buf_view(made), &other);
    else if (format == REPORT_MD)
        render_md(buf_view(made), &other);
    else
        buf_slice(&other, buf_view(made));
    fwrite(other.p, 1, other.n, stdout);
    buf_deinit(&other);
    buf_deinit(made);
}

static int print_report(const struct report_arguments *a, const struct ledgers *l)
{
    const struct report_filter filter = {.run_id = a->run_id, .day = a->day};
    const struct report_setting setting = {.time_zone = l->time_zone,
                                           .now_unix_us = clock_unix_us(&clock_system),
                                           .config = l->config};
    struct report *r;
    struct fail fail;
    struct buf out;
    enum status st = report_collect(l->readers, l->count, &filter, &setting, &r, &fail);

    if (st != ST_OK)
        return command_failed(table.command, &fail);
    buf_init(&out, SIZE_MAX);
    if (is_exact(a->format))
        report_json(r, &out);
    else
        report_text(r, &out);
    put(a->format, &out);
    report_free(r);
    return 0;
}

static int print_changes(const struct report_arguments *a, const struct ledgers *l)
{
    struct changes *c;
    struct fail fail;
    struct buf out;
    enum status st =
        changes_collect(l->readers, l->count, l->campaign, l->campaign_count, &c, &fail);

    if (st != ST_OK)
        return command_failed(table.command, &fail);
    buf_init(&out, SIZE_MAX);
    if (is_exact(a->format))
        changes_json(c, a->from.campaign, &out);
    else
        changes_text(c, a->from.campaign, &out);
    put(a->format, &out);
    changes_free(c);
    return 0;
}

static int print_groups(const struct report_arguments *a, const struct ledgers *l)
{
    struct groups g;
    struct fail fail;
    struct buf out;
    enum status st =
        groups_collect(l->readers, l->count, (enum group_by)a->by, &a->days, &g, &fail);

    if (st != ST_OK)
        return command_failed(table.command, &fail);
    buf_init(&out, SIZE_MAX);
    if (a->format == REPORT_JSON)
        groups_json(&g, l->time_zone, &out);
    else if (a->format == REPORT_CSV)
        groups_csv(&g, &out);
    else if (a->format == REPORT_MD)
        groups_md(&g, l->time_zone, &out);
    else
        groups_text(&g, l->time_zone, &out);
    fwrite(out.p, 1, out.n, stdout);
    buf_deinit(&out);
    groups_free(&g);
    return 0;
}

/* What does not go together. */
static int check(const struct report_arguments *a)
{
    bool by = a->by >= 0;
    if (!by && (a->days.since || a->days.until))
        return options_usage(&table, "--since and --until go with --by");
    if (by && (a->run_id || a->day || a->from.campaign))
        return options_usage(&table, "--by goes with --since and --until only");
    return 0;
}

int cmd_report(int argc, char **argv)
{
    struct report_arguments a = {.format = REPORT_TABLE, .by = -1};
    struct ledgers l;
    if (argc > 1 && strcmp(argv[1], "reconcile") == 0)
        return cmd_reconcile(argc - 1, argv + 1);
    int code = options_parse(&table, argc, argv, &a, NULL);

    if (code == OPTIONS_GO) {
        code = check(&a);
        code = code == 0 ? OPTIONS_GO : code;
    }
    if (code == OPTIONS_GO && (code = ledgers_open(table.command, &a.from, &l)) == 0) {
        code = a.by >= 0                 ? print_groups(&a, &l)
               : a.from.campaign != NULL ? print_changes(&a, &l)
                                         : print_report(&a, &l);
        ledgers_close(&l);
    }
    option_list_deinit(&a.from.ledgers);
    return code;
}
