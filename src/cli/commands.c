/* From the command line to one command: the options before and around it, the list of commands,
 * and a suggestion for a word that is none. What a command takes for itself stands in its own
 * cmd_*.c.
 */
#include "cli/commands.h"

#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "base/near.h"
#include "cli/version.h"

const struct command commands[] = {
    {"run", "work off the input topic and end", cmd_run, true},
    {"report", "the morning report: tickets, cost, tokens, latency", cmd_report, true},
    {"show", "one ticket's life: every call, its share, where it was published", cmd_show, true},
    {"estimate", "what a run would cost and how long it would take; calls nobody", cmd_estimate,
     true},
    {"compare", "models × prompts × pack sizes on labelled tickets: which is better?", cmd_compare,
     true},
    {"check", "would a run start? configuration, brokers, topics", cmd_check, true},
    {"probe", "an endpoint's checklist: wire format, limits, p50/p99, tokens/s", cmd_probe, true},
    {"labels", "import human labels beside results", cmd_labels, true},
    {"dlq", "dead letters: list, show, replay", cmd_dlq, true},
    {"ledger", "verify against the topics, rebuild from them, backup", cmd_ledger, true},
    {"simulate", "a provider for rehearsals: answers, bills, misbehaves as told", cmd_simulate,
     false},
    {"demo", "the whole job on an embedded broker and a simulated provider", cmd_demo, false},
    {NULL, NULL, NULL, false},
};

/* What stands outside of the command's own arguments. */
struct global {
    const char *config; /* NULL = not given */
    bool help, version, verbose;
};

static void print_help(void)
{
    puts("Usage: ticketmill [--config FILE] COMMAND [OPTIONS]\n\n"
         "Works off support tickets from a Kafka topic: packs several into one call to a model,\n"
         "checks the answers, keeps the exact cost of each ticket and publishes one result per\n"
         "ticket.\n\nCommands:");
    for (const struct command *c = commands; c->name != NULL; c++)
        printf("  %-10s  %s\n", c->name, c->summary);
    puts("\nOptions:\n"
         "  --config FILE   before or after the command; else the first found of\n"
         "                  ./ticketmill.yaml, ~/.config/ticketmill/ticketmill.yaml,\n"
         "                  /etc/ticketmill/ticketmill.yaml\n"
         "  --version       of this program; with --verbose also of what is linked\n"
         "  --help          this text; `ticketmill COMMAND --help` tells about a command");
}

static int usage(const char *what, const char *word, const char *nearest)
{
    fprintf(stderr, "ticketmill: %s", what);
    if (word != NULL)
        fprintf(stderr, " \"%.40s\"", word);
    if (nearest != NULL)
        fprintf(stderr, ", did you mean %s", nearest);
    fputs("; try ticketmill --help\n", stderr);
    return 64;
}

static const struct command *find(const char *name)
{
    for (const struct command *c = commands; c->name != NULL; c++) {
        if (strcmp(c->name, name) == 0)
            return c;
    }
    return NULL;
}

static int unknown_command(const char *word)
{
    const char *best = NULL;
    int least = NEAR_FAR, distance;
    for (const struct command *c = commands; c->name != NULL; c++) {
        if (near_match(slice_str(word), c->name, &distance) && distance < least) {
            best = c->name;
            least = distance;
        }
    }
    return usage("unknown command", word, best);
}

/* Reads `--config FILE` or `--config=FILE` at argv[*i]; moves *i to its last word. False when it
 * is another word; *value is NULL when the file's name is missing. */
static bool is_config(int argc, char **argv, int *i, const char **value)
{
    static const char name[] = "--config";
    size_t n = sizeof name - 1;

    if (strncmp(argv[*i], name, n) != 0 || (argv[*i][n] != '\0' && argv[*i][n] != '='))
        return false;
    if (argv[*i][n] == '=')
        *value = argv[*i] + n + 1;
    else
        *value = *i + 1 < argc ? argv[++*i] : NULL;
    return true;
}

/* The words before the command; returns the index of the command (argc = none), or -1 with the
 * exit status in *code. */
static int read_global(int argc, char **argv, struct global *g, int *code)
{
    int i = 1;
    for (; i < argc && argv[i][0] == '-'; i++) {
        if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0) {
            g->help = true;
        } else if (strcmp(argv[i], "--version") == 0) {
            g->version = true;
        } else if (strcmp(argv[i], "--verbose") == 0) {
            g->verbose = true;
        } else if (!is_config(argc, argv, &i, &g->config)) {
            *code = usage("unknown option", argv[i], NULL);
            return -1;
        } else if (g->config == NULL || g->config[0] == '\0') {
            *code = usage("--config: expected a file name", NULL, NULL);
            return -1;
        }
    }
    return i;
}

/* The command's words, a global --config in front of them so that a later one wins. */
static int run_command(const struct command *c, const struct global *g, int argc, char **argv)
{
    static char option[] = "--config";
    char **words;
    int count = 0, code;

    if (g->config == NULL || !c->configured)
        return c->run(argc, argv);
    words = mem_array((size_t)argc + 3, sizeof *words);
    words[count++] = argv[0];
    words[count++] = option;
    words[count++] = (char *)(uintptr_t)g->config;
    for (int i = 1; i < argc; i++)
        words[count++] = argv[i];
    code = c->run(count, words);
    mem_free(words);
    return code;
}

int commands_main(int argc, char **argv)
{
    struct global g = {0};
    const struct command *c;
    int code = 0;
    int at = read_global(argc, argv, &g, &code);

    if (at < 0)
        return code;
    if (g.version) {
        /* `ticketmill --version --verbose` in either order */
        version_print(g.verbose);
        return 0;
    }
    if (g.help) {
        print_help();
        return 0;
    }
    if (at >= argc)
        return usage("expected a command", NULL, NULL);
    c = find(argv[at]);
    if (c == NULL)
        return unknown_command(argv[at]);
    return run_command(c, &g, argc - at, argv + at);
}
