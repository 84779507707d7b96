/* Options of a run on a file.
 *
 * Whoever comes with a file and a key has no configuration yet: the shipped one stands in, reduced
 * to one model so that nothing is asked twice and no second key is needed. What the options of a
 * run on Kafka mean is cmd_run.c's.
 */
#include "cli/file_run.h"

#include <string.h>
#include <sys/stat.h>

#include "base/log.h"
#include "base/mem.h"
#include "cli/configured.h"

#define LEDGER_NAME "ticketmill-files.db"

const char *const file_formats[] = {"jsonl", "csv", NULL};

bool file_run_asked(const struct file_arguments *a)
{
    const struct offhand *o = &a->offhand;

    return a->output || a->rejects || a->ledger || a->input_format >= 0 || a->output_format >= 0 ||
           o->model || o->url || o->key_env || o->price_in || o->price_out;
}

/* --- files --------------------------------------------------------------------------------- */

static bool is_compressed(const char *path)
{
    static const char *const ends[] = {".gz", ".zst", ".bz2", ".xz", ".zip"};
    const char *dot = strrchr(path, '.');

    for (size_t i = 0; dot && i < sizeof ends / sizeof *ends; i++) {
        if (strcmp(dot, ends[i]) == 0)
            return true;
    }
    return false;
}

static int form_of(const struct option_table *table, const char *option, const char *path,
                   int asked, enum file_format *out)
{
    *out = asked >= 0 ? (enum file_format)asked : FILE_JSONL;
    if (asked >= 0 || strcmp(path, "-") == 0 || file_format_of(path, out))
        return 0;
    if (is_compressed(path))
        return options_usage(table,
                             "--%s: compressed files are neither read nor written; use a pipe: "
                             "zcat FILE | ticketmill run --input - …",
                             option);
    return options_usage(table,
                         "--%s: its name does not say whether it is JSON lines (.jsonl) or CSV "
                         "(.csv); say it with --%s-format " FILE_FORMATS,
                         option, option);
}

int file_run_files(const struct option_table *table, const struct file_arguments *a,
                   struct run_files *out)
{
    struct run_files f = {.input = a->input, .output = a->output, .rejects = a->rejects};
    struct stat s;

    if (!a->output)
        return options_usage(table, "--input: needs --output FILE (- for standard output) as well");
    int code = form_of(table, "input", a->input, a->input_format, &f.input_format);
    bool device = stat(a->output, &s) == 0 && !S_ISREG(s.st_mode);
    if (code == 0 && device && a->output_format < 0)
        f.output_format = FILE_JSONL;
    else if (code == 0)
        code = form_of(table, "output", a->output, a->output_format, &f.output_format);
    if (code == 0)
        *out = f;
    return code;
}

char *file_run_ledger(const struct file_arguments *a)
{
    struct stat s;
    struct buf path;

    if (a->ledger)
        return mem_str(a->ledger);
    bool plain = strcmp(a->output, "-") != 0 && (stat(a->output, &s) != 0 || S_ISREG(s.st_mode));
    char *folder = plain ? file_folder(a->output) : mem_str(".");
    buf_init(&path, SIZE_MAX);
    buf_fmt(&path, "%s/" LEDGER_NAME, folder);
    mem_free(folder);
    return buf_take(&path, NULL);
}

/* --- configuration ------------------------------------------------------------------------- */

static int load(const char *path, bool *built_in, struct config **out)
{
    struct config_errors errors = {0};

    *built_in = path == NULL && !cli_config_found();
    if (!*built_in)
        return cli_load_config(path, CONFIG_FOR_FILE, out);
    enum status st = config_built_in(out, &errors);
    config_errors_deinit(&errors);
    return status_exit(st); /* that it loads is a test's business */
}

/* Whoever names no model gets one that can be paid with a key that is there. */
static int choose_model(const struct option_table *table, const struct config *c, int provider,
                        struct offhand *o)
{
    if (o->url)
        return options_usage(table, "--provider-url: needs --model NAME as well");
    int model = config_offhand_model(c, provider);
    if (model < 0)
        return options_usage(table,
                             "no configuration file, and no key in GLOBAL_API_KEY, OPENAI_API_KEY, "
                             "ANTHROPIC_API_KEY or GEMINI_API_KEY: set one of them, or name a "
                             "model with --model and --provider-url");
    o->model = c->models[model].name;
    return 0;
}

static int reduce(const struct option_table *table, struct config *c, const struct offhand *o)
{
    struct fail fail;

    if (config_offhand(c, o, &fail) != ST_OK)
        return options_usage(table, "%s", fail.text);
    const struct config_model *m = &c->models[c->tiers[0].models[0]];
    const struct config_provider *p = &c->providers[m->provider];
    log_event(LOG_INFO, "one_model", "everything goes to one model", L_STR("model", m->name),
              L_STR("url", p->endpoints[0].url),
              L_STR("key_from", p->key_env    ? p->key_env
                                : p->key_file ? "a file"
                                              : "none"),
              L_BOOL("priced", m->price_count > 0));
    return 0;
}

int file_run_config(const struct option_table *table, const char *path,
                    const struct file_arguments *a, const char *only_provider, struct config **out,
                    int *provider)
{
    struct offhand o = a->offhand;
    struct config *c;
    bool built_in;
    int code = load(path, &built_in, &c);

    if (code != 0)
        return code;
    code = cli_find_provider(table, c, only_provider, provider);
    if (code == 0 && !o.model && (built_in || o.url))
        code = choose_model(table, c, *provider, &o);
    if (code == 0 && !o.model && (o.key_env || o.price_in || o.price_out))
        code = options_usage(table, "--key-env, --price-in, --price-out: of which --model?");
    if (code == 0 && o.key_env && !o.url)
        code = options_usage(table, "--key-env: goes with --provider-url");
    if (code == 0 && o.url && *provider >= 0)
        code = options_usage(table, "--only-provider: there is only the one of --provider-url");
    if (code == 0 && o.model)
        code = reduce(table, c, &o);
    if (code == 0)
        *out = c;
    else
        config_free(c);
    return code;
}
