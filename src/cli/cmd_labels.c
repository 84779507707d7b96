/* `ticketmill labels import`: categories people chose, kept beside the results. Reading is in
 * label_file.c, writing in the ledger room; the report shows what comes of it.
 */
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "cli/commands.h"
#include "cli/configured.h"
#include "cli/file_run.h"
#include "cli/label_file.h"
#include "ledger/label.h"

struct labels_arguments {
    const char *config, *ledger, *id, *label;
    int format;
    bool allow_unknown;
};

#define AT(field) offsetof(struct labels_arguments, field)

static const struct option_row rows[] = {
    OPTION_CONFIG(struct labels_arguments, config),
    {.name = "ledger",
     .argument = "FILE",
     .kind = OPTION_PATH,
     .at = AT(ledger),
     .help = "this ledger (default: the configured one of shard 0)"},
    {.name = "id",
     .argument = "POINTER",
     .kind = OPTION_TEXT,
     .at = AT(id),
     .help = "where the ticket's id is: JSON pointer or column (default /ticket_id)"},
    {.name = "label",
     .argument = "POINTER",
     .kind = OPTION_TEXT,
     .at = AT(label),
     .help = "where the label, a category, is (default /category)"},
    {.name = "input-format",
     .argument = FILE_FORMATS,
     .kind = OPTION_CHOICE,
     .at = AT(format),
     .names = file_formats,
     .help = "what the file is (default: as its name ends)"},
    {.name = "allow-unknown",
     .kind = OPTION_FLAG,
     .at = AT(allow_unknown),
     .help = "keep labels that are no category of the configuration too"},
};

static const struct option_table table = {
    .command = "labels",
    .usage = "[OPTIONS] import FILE",
    .about =
        "Keeps categories that people chose beside the results. `report` then tells accuracy and\n"
        "calibration by category and week. A label replaces the one the ticket had; labels of\n"
        "tickets that are not there yet are kept for later. All of a file or nothing.",
    .rows = rows,
    .count = (int)(sizeof rows / sizeof *rows),
    .min_operands = 2,
    .max_operands = 2,
    .examples = "  ticketmill labels import reviewed.csv\n"
                "  ticketmill labels import --id \"Case ID\" --label Queue export.csv\n"
                "  ticketmill labels import --ledger ticketmill-files.db reviewed.jsonl\n"
                "  ticketmill report --format json | jq .accuracy.by_category\n",
    .notes =
        "Exit status: 0, 64 no such column or unreadable file, 65 unknown categories (nothing\n"
        "is kept), 73 a run holds the ledger: import when it has ended.",
};

static bool is_category(const struct config *c, const char *name)
{
    for (int i = 0; i < c->classification.category_count; i++) {
        if (strcmp(c->classification.categories[i].name, name) == 0)
            return true;
    }
    return false;
}

static int refuse_unknown(const char *path, const struct config *c, const struct label_file *f)
{
    struct label_names unknown = {.rows = 0};

    for (size_t i = 0; i < f->count; i++) {
        if (f->v[i].ticket_id && f->v[i].label && !is_category(c, f->v[i].label))
            label_names_add(&unknown, f->v[i].label);
    }
    if (unknown.rows > 0) {
        fprintf(stderr,
                "ticketmill labels: %s: %lld labels are no category of the configuration; nothing "
                "was kept (--allow-unknown keeps them)\n",
                path, (long long)unknown.rows);
        label_names_print(&unknown);
    }
    label_names_deinit(&unknown);
    return unknown.rows > 0 ? status_exit(ST_LEDGER_STATE) : 0;
}

/* Rows without an id or a label are no labels; how many there are is told. */
static size_t take(const struct label_file *f, struct ledger_label *out)
{
    size_t n = 0;

    for (size_t i = 0; i < f->count; i++) {
        const struct label_row *r = &f->v[i];
        if (r->ticket_id && r->label)
            out[n++] = (struct ledger_label){slice_str(r->ticket_id), slice_str(r->label)};
    }
    return n;
}

static void tell(const struct label_file *f, size_t count, const struct ledger_labelled *got)
{
    printf("%zu labels: %lld new, %lld changed, %lld as before\n", count, (long long)got->added,
           (long long)got->changed, (long long)got->same);
    printf("tickets: %lld with a result, %lld without one yet; the other labels wait for theirs\n",
           (long long)got->results, (long long)(got->tickets - got->results));
    if (f->count > count)
        printf("rows without an id or a label: %zu, left out\n", f->count - count);
}

static int keep(const char *ledger, const char *origin, const struct label_file *f)
{
    const struct ledger_options o = {.archive = true, .clock = &clock_system};
    struct ledger_label *labels = mem_array(f->count, sizeof *labels);
    size_t count = take(f, labels);
    struct ledger_labelled got;
    struct ledger *l = NULL;
    struct fail fail;
    enum status st = ledger_open(ledger, &o, &l, &fail);

    if (st == ST_OK)
        st = ledger_labels(l, labels, count, origin, &got, &fail);
    ledger_close(l);
    mem_free(labels);
    if (st != ST_OK)
        return command_failed("labels import", &fail);
    tell(f, count, &got);
    return 0;
}

static int load_config(const struct labels_arguments *a, struct config **out)
{
    struct config_errors errors = {0};

    if (a->config || !a->ledger || cli_config_found())
        return cli_load_config(a->config, CONFIG_FOR_LEDGER, out);
    enum status st = config_built_in(out, &errors);
    config_errors_deinit(&errors);
    return status_exit(st);
}

static int import(const struct labels_arguments *a, const char *path, enum file_format format)
{
    struct config *config;
    struct label_file f;
    struct fail fail;
    int code = load_config(a, &config);

    if (code != 0)
        return code;
    if (label_file_read(path, format, a->id, a->label, &f, &fail) != ST_OK) {
        config_free(config);
        return command_failed("labels import", &fail);
    }
    if (!a->allow_unknown)
        code = refuse_unknown(path, config, &f);
    if (code == 0) {
        char *ledger = a->ledger ? mem_str(a->ledger) : config_ledger_path(config, 0, NULL);
        code = keep(ledger, path, &f);
        mem_free(ledger);
    }
    label_file_deinit(&f);
    config_free(config);
    return code;
}

int cmd_labels(int argc, char **argv)
{
    struct labels_arguments a = {.id = "/ticket_id", .label = "/category", .format = -1};
    enum file_format format = FILE_JSONL;
    char **operands = NULL;
    int code = options_parse(&table, argc, argv, &a, &operands);

    if (code != OPTIONS_GO)
        return code;
    if (strcmp(operands[0], "import") != 0)
        return options_usage(&table, "expected import, found \"%.40s\"", operands[0]);
    if (a.format >= 0)
        format = (enum file_format)a.format;
    else if (!file_format_of(operands[1], &format) && strcmp(operands[1], "-") != 0)
        return options_usage(&table, "its name does not say whether it is JSON lines or CSV; say "
                                     "it with --input-format " FILE_FORMATS);
    return import(&a, operands[1], format);
}
