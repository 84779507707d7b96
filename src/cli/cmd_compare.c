/* `ticketmill compare`: options, and the order of things. Sample, runs, figures and how they look
 * are in trial_*.c.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/version.h"
#include "base/zone.h"
#include "cli/commands.h"
#include "cli/configured.h"
#include "cli/file_run.h"
#include "cli/trial.h"

struct compare_arguments {
    const char *config, *labels, *label, *folder;
    struct option_list models, prompts, packs;
    struct file_arguments file;
    int64_t sample, seed, budget_pusd;
    int format;
    bool matrix;
};

enum { AS_TABLE, AS_JSON, AS_CSV, AS_MD };
static const char *const formats[] = {"table", "json", "csv", "md", NULL};

#define AT(field) offsetof(struct compare_arguments, field)

static const struct option_row rows[] = {
    OPTION_CONFIG(struct compare_arguments, config),
    {.name = "labels",
     .argument = "FILE",
     .kind = OPTION_PATH,
     .at = AT(labels),
     .help = "tickets with the right category beside them: JSON lines or CSV"},
    {.name = "input-format",
     .argument = FILE_FORMATS,
     .kind = OPTION_CHOICE,
     .at = AT(file.input_format),
     .names = file_formats,
     .help = "what the file is (default: as its name ends)"},
    {.name = "label",
     .argument = "POINTER",
     .kind = OPTION_TEXT,
     .at = AT(label),
     .help = "where the right category is: JSON pointer or column (default /category)"},
    {.name = "model",
     .argument = "M",
     .kind = OPTION_LIST,
     .at = AT(models),
     .help = "a model to try (may be repeated; default: those of the tiers)"},
    {.name = "prompt",
     .argument = "FILE",
     .kind = OPTION_LIST,
     .at = AT(prompts),
     .help = "a prompt to try (may be repeated; default: the configured one)"},
    {.name = "pack",
     .argument = "N",
     .kind = OPTION_LIST,
     .at = AT(packs),
     .help = "tickets a call (may be repeated; default: 1 and packing.max_tickets)"},
    {.name = "sample",
     .argument = "N",
     .kind = OPTION_COUNT,
     .at = AT(sample),
     .min = 1,
     .max = 10000000,
     .help = "so many tickets drawn from the file (default: all)"},
    {.name = "seed",
     .argument = "S",
     .kind = OPTION_COUNT,
     .at = AT(seed),
     .min = 0,
     .max = INT64_MAX,
     .help = "of the draw and of the bootstrap (default 1)"},
    {.name = "budget",
     .argument = "USD",
     .kind = OPTION_USD,
     .at = AT(budget_pusd),
     .help = "for all variants together, what was spent in the folder included (default: "
             "budget.run)"},
    {.name = "dir",
     .argument = "FOLDER",
     .kind = OPTION_PATH,
     .at = AT(folder),
     .help = "where sample and ledgers are kept (default ticketmill-compare)"},
    {.name = "provider-url",
     .argument = "URL",
     .kind = OPTION_TEXT,
     .at = AT(file.offhand.url),
     .help = "an endpoint that is in no configuration; with one --model"},
    {.name = "key-env",
     .argument = "NAME",
     .kind = OPTION_TEXT,
     .at = AT(file.offhand.key_env),
     .help = "variable that holds its key"},
    {.name = "price-in",
     .argument = "USD",
     .kind = OPTION_TEXT,
     .at = AT(file.offhand.price_in),
     .help = "price of a million input tokens of the one --model"},
    {.name = "price-out",
     .argument = "USD",
     .kind = OPTION_TEXT,
     .at = AT(file.offhand.price_out),
     .help = "and of a million output tokens"},
    {.name = "matrix",
     .kind = OPTION_FLAG,
     .at = AT(matrix),
     .help = "table: the confusion of every variant too (json always has it)"},
    {.name = "format",
     .argument = "table|json|csv|md",
     .kind = OPTION_CHOICE,
     .at = AT(format),
     .names = formats,
     .help = "how it is printed (default table)"},
};

static const struct option_table table = {
    .command = "compare",
    .usage = "--labels FILE [OPTIONS]",
    .about =
        "Models × prompts × pack sizes on labelled tickets: accuracy, macro F1, calibration, "
        "cost,\n"
        "latency, agreement with one ticket a call, and which variant to take. Calls the models\n"
        "for real. Called again it asks only what is not answered yet.",
    .rows = rows,
    .count = (int)(sizeof rows / sizeof *rows),
    .examples = "  ticketmill compare --labels labelled.csv --sample 500 --budget 1.00\n"
                "  ticketmill compare --labels labelled.jsonl --prompt old.md --prompt new.md\n"
                "  ticketmill compare --labels l.csv --model deepseek-v4-flash --pack 1 --pack 20\n"
                "  ticketmill compare --labels l.csv --format json | jq '.variants[.advised]'\n",
    .notes =
        "Exit status: 0, 4 budget reached, 5 signal, 64 usage, 65 labels that are no category,\n"
        "69 unreachable, 73 another compare uses the folder, 77 keys, 78 configuration. What\n"
        "is known is printed whatever the status.",
};

/* --- what to try ----------------------------------------------------------------------------- */

static int add_packs(struct trial *t, const struct compare_arguments *a, int model, int prompt)
{
    for (int i = 0; i < a->packs.count; i++) {
        int64_t pack;
        if (slice_to_i64(slice_str(a->packs.v[i]), &pack) != ST_OK || pack < 1 || pack > 100)
            return options_usage(&table, "--pack: expected a whole number from 1 to 100");
        trial_variant_add(t, model, prompt, pack);
    }
    if (a->packs.count == 0) {
        trial_variant_add(t, model, prompt, 1);
        trial_variant_add(t, model, prompt, t->config->packing.max_tickets);
    }
    return 0;
}

static int add_model(struct trial *t, const struct compare_arguments *a, int model)
{
    int code = 0;

    for (int p = 0; code == 0 && p < t->prompt_count; p++)
        code = add_packs(t, a, model, p);
    return code;
}

static int add_named(struct trial *t, const struct compare_arguments *a, const char *name)
{
    for (int m = 0; m < t->config->model_count; m++) {
        if (strcmp(t->config->models[m].name, name) == 0)
            return add_model(t, a, m);
    }
    return options_usage(&table, "--model: \"%.60s\" is not one of %s", name, t->config->path);
}

static int add_variants(struct trial *t, const struct compare_arguments *a)
{
    int code = 0;

    for (int i = 0; code == 0 && i < a->prompts.count; i++)
        code = trial_prompt_add(t, a->prompts.v[i]);
    if (code == 0 && a->prompts.count == 0)
        code = trial_prompt_add(t, NULL);
    for (int i = 0; code == 0 && i < a->models.count; i++)
        code = add_named(t, a, a->models.v[i]);
    for (int i = 0; code == 0 && a->models.count == 0 && i < t->config->tier_count; i++) {
        for (int m = 0; code == 0 && m < t->config->tiers[i].model_count; m++)
            code = add_model(t, a, t->config->tiers[i].models[m]);
    }
    return code;
}

/* --- the order of things --------------------------------------------------------------------- */

/* A descriptor that holds the folder; -1 with everything told. */
static int hold_folder(const char *folder)
{
    struct buf path;
    int fd = -1;

    buf_init(&path, SIZE_MAX);
    buf_fmt(&path, "%s/lock", folder);
    buf_char(&path, '\0');
    if (mkdir(folder, 0700) == 0 || errno == EEXIST)
        fd = open(path.p, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0) {
        fprintf(stderr, "ticketmill compare: %s: %s\n", folder, strerror(errno));
    } else if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
        fprintf(stderr, "ticketmill compare: %s: another compare uses this folder\n", folder);
        close(fd);
        fd = -1;
    }
    buf_deinit(&path);
    return fd;
}

static void print(const struct trial *t, const struct compare_arguments *a)
{
    struct buf out;

    buf_init(&out, SIZE_MAX);
    if (a->format == AS_JSON)
        trial_json(t, &out);
    else if (a->format == AS_CSV)
        trial_csv(t, &out);
    else if (a->format == AS_MD)
        trial_md(t, &out);
    else
        trial_text(t, a->matrix, &out);
    fwrite(out.p, 1, out.n, stdout);
    buf_deinit(&out);
}

static int try_all(struct trial *t, const struct compare_arguments *a, enum file_format format)
{
    int code = add_variants(t, a);

    if (code == 0)
        code = trial_sample_read(t, a->labels, format, a->label, a->sample);
    if (code != 0)
        return code;
    code = trial_run(t, TICKETMILL_VERSION);
    trial_figures(t);
    print(t, a);
    return code;
}

static int compare(const struct compare_arguments *a, const struct config *c,
                   enum file_format format)
{
    struct trial t = {.config = c,
                      .folder = a->folder,
                      .seed = (uint64_t)a->seed,
                      .budget_pusd =
                          a->budget_pusd != CONFIG_OFF ? a->budget_pusd : c->budget.run_pusd};
    int lock = hold_folder(a->folder);

    if (lock < 0)
        return status_exit(ST_LOCKED);
    t.names = mem_array((size_t)c->classification.category_count, sizeof *t.names);
    for (int i = 0; i < c->classification.category_count; i++)
        t.names[i] = c->classification.categories[i].name;
    zone_use(c->time_zone);
    int code = try_all(&t, a, format);
    trial_deinit(&t);
    close(lock);
    return code;
}

static int begin(struct compare_arguments *a)
{
    enum file_format format = (enum file_format)a->file.input_format;
    struct config *config;
    int provider;

    if (!a->labels)
        return options_usage(&table, "--labels FILE: which labelled tickets?");
    if (a->file.input_format < 0 && !file_format_of(a->labels, &format))
        return options_usage(&table, "--labels: its name does not say whether it is JSON lines or "
                                     "CSV; say it with --input-format " FILE_FORMATS);
    if (a->models.count == 1)
        a->file.offhand.model = a->models.v[0];
    int code = file_run_config(&table, a->config, &a->file, NULL, &config, &provider);
    if (code != 0)
        return code;
    code = cli_refuse_unbuilt(config);
    if (code == 0)
        code = compare(a, config, format);
    config_free(config);
    return code;
}

int cmd_compare(int argc, char **argv)
{
    struct compare_arguments a = {.label = "/category",
                                  .folder = "ticketmill-compare",
                                  .seed = 1,
                                  .budget_pusd = CONFIG_OFF,
                                  .file = {.input_format = -1, .output_format = -1}};
    int code = options_parse(&table, argc, argv, &a, NULL);

    if (code == OPTIONS_GO)
        code = begin(&a);
    option_list_deinit(&a.models);
    option_list_deinit(&a.prompts);
    option_list_deinit(&a.packs);
    return code;
}
