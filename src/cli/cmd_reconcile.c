/* `ticketmill report reconcile`: options and order; see reconcile.h. */
#include <stdio.h>

#include "cli/commands.h"
#include "cli/ledgers.h"
#include "cli/reconcile.h"

struct reconcile_arguments {
    struct ledger_choice from;
    const char *invoice, *provider;
    struct option_list columns;
    int format;
};

static const char *const formats[] = {"table", "json", "csv", NULL};
static void (*const print[])(const struct reconciliation *,
                             struct buf *) = {reconcile_text, reconcile_json, reconcile_csv};

#define AT(field) offsetof(struct reconcile_arguments, field)

static const struct option_row rows[] = {
    OPTION_CONFIG(struct reconcile_arguments, from.config),
    {.name = "ledger",
     .argument = "FILE",
     .kind = OPTION_LIST,
     .at = AT(from.ledgers),
     .help = "read this ledger (may be repeated; default: the configured ones)"},
    {.name = "invoice",
     .argument = "FILE.csv",
     .kind = OPTION_PATH,
     .at = AT(invoice),
     .help = "the provider's lines: date or month, model, amount in USD"},
    {.name = "provider",
     .argument = "NAME",
     .kind = OPTION_TEXT,
     .at = AT(provider),
     .help = "whose invoice it is (default: all providers together)"},
    {.name = "column",
     .argument = "WHAT=NAME",
     .kind = OPTION_LIST,
     .at = AT(columns),
     .help = "what a column is called: period, model or amount (may be repeated)"},
    {.name = "format",
     .argument = "table|json|csv",
     .kind = OPTION_CHOICE,
     .at = AT(format),
     .names = formats,
     .help = "how it is printed (default table)"},
};

static const struct option_table table = {
    .command = "report reconcile",
    .usage = "--invoice FILE.csv [OPTIONS]",
    .about =
        "Sets a provider's invoice beside the ledger, by day or month (UTC) and model, and says\n"
        "what explains each difference: rounding, unknown calls, another price, a markup.",
    .rows = rows,
    .count = (int)(sizeof rows / sizeof *rows),
    .examples = "  ticketmill report reconcile --invoice november.csv --provider global-api\n"
                "  ticketmill report reconcile --invoice usage.csv --column amount=\"Net cost\"\n",
};

static int work(const struct reconcile_arguments *a, const struct ledgers *l)
{
    struct invoice invoice;
    struct reconciliation r;
    struct fail fail;
    struct buf out;
    int code = invoice_read(a->invoice, &a->columns, &invoice);
    if (code != 0)
        return code;
    enum status st = reconcile(l->readers, l->count, a->provider, &invoice, &r, &fail);
    if (st == ST_OK) {
        buf_init(&out, SIZE_MAX);
        print[a->format](&r, &out);
        fwrite(out.p, 1, out.n, stdout);
        buf_deinit(&out);
        reconcile_free(&r);
    } else {
        code = command_failed(table.command, &fail);
    }
    invoice_free(&invoice);
    return code;
}

int cmd_reconcile(int argc, char **argv)
{
    struct reconcile_arguments a = {.format = 0};
    struct ledgers l;
    int code = options_parse(&table, argc, argv, &a, NULL);

    if (code == OPTIONS_GO && a.invoice == NULL)
        code = options_usage(&table, "--invoice: expected the provider's CSV file");
    if (code == OPTIONS_GO && (code = ledgers_open(table.command, &a.from, &l)) == 0) {
        code = work(&a, &l);
        ledgers_close(&l);
    }
    option_list_deinit(&a.from.ledgers);
    option_list_deinit(&a.columns);
    return code;
}
