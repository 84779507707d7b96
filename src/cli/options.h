/* Options of a command as a table: parsing, --help and error texts all come from the rows.
 *
 * A command describes itself once:
 *
 *     struct run_options { const char *config; int64_t limit; bool no_reuse; };
 *     static const struct option_row rows[] = {
 *         OPTION_CONFIG(struct run_options, config),
 *         {.name = "limit", .argument = "N", .kind = OPTION_COUNT, .help = "take N tickets at
 * most", .at = offsetof(struct run_options, limit), .min = 0, .max = INT64_MAX},
 *         {.name = "no-reuse", .kind = OPTION_FLAG, .help = "ask again for every copy",
 *          .at = offsetof(struct run_options, no_reuse)},
 *     };
 *
 * and calls options_parse with an object that holds the defaults. Mistakes are printed here, in
 * one form: `ticketmill run: --limit: expected a whole number ≥ 0, found "x"; try ticketmill run
 * --help`. Main thread.
 */
#ifndef TICKETMILL_CLI_OPTIONS_H
#define TICKETMILL_CLI_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"

enum option_kind {
    OPTION_FLAG,   /* bool: true when given */
    OPTION_TEXT,   /* const char *: points into argv; never empty */
    OPTION_PATH,   /* the same, for file names */
    OPTION_COUNT,  /* int64_t: whole number from min to max */
    OPTION_USD,    /* int64_t picodollars: exact decimal, at least 0 */
    OPTION_CHOICE, /* int: index into names */
    OPTION_LIST,   /* struct option_list: may be given several times */
    OPTION_PARSED  /* whatever `parse` puts there */
};

/* Values of a repeatable option, in order; v is given back with option_list_deinit. */
struct option_list {
    const char **v; /* each points into argv */
    int count;
};
void option_list_deinit(struct option_list *l);

struct option_row {
    const char *name;     /* without the dashes */
    const char *argument; /* as --help shows it, "N"; NULL for flags */
    const char *help;     /* one line; say the default */
    enum option_kind kind;
    size_t at;                /* offset of the field in the command's object */
    int64_t min, max;         /* OPTION_COUNT */
    const char *const *names; /* OPTION_CHOICE; NULL ends */
    int available;            /* OPTION_CHOICE: the first so many work; 0 = all */
    /* OPTION_PARSED: false = not of that form. */
    bool (*parse)(const char *text, void *field);
    const char *expected; /* OPTION_PARSED: "I/N with 0 ≤ I < N" */
};

/* The global option, for commands that read the file. */
#define OPTION_CONFIG(type, field)                                                                 \
    {                                                                                              \
        .name = "config", .argument = "FILE", .kind = OPTION_PATH, .at = offsetof(type, field),    \
        .help = "configuration (default: the first found of the usual places)"                     \
    }

/* How a command prints: an enum option_format. */
enum option_format { FORMAT_TABLE, FORMAT_JSON };
extern const char *const option_formats[];
#define OPTION_FORMAT(type, field, text)                                                           \
    {                                                                                              \
        .name = "format", .argument = "table|json", .kind = OPTION_CHOICE,                         \
        .at = offsetof(type, field), .names = option_formats, .help = (text)                       \
    }

struct option_table {
    const char *command; /* "run", "ledger verify" */
    const char *usage;   /* what stands behind the command's name: "[OPTIONS]" */
    const char *about;   /* a sentence or a few lines, without a newline at the end */
    const struct option_row *rows;
    int count;
    int min_operands, max_operands; /* -1 = any number */
    const char *examples;           /* lines "  ticketmill run --limit 100\n" */
    const char *notes;              /* after the options; NULL = none */
};

#define OPTIONS_GO (-1) /* nothing in the way: run the command */

/* Reads argv[1…] into *object; operands are moved to the end of argv and *operands is set to the
 * first of them (may be NULL when the table allows none). Returns OPTIONS_GO, or the exit status
 * to leave with: 0 after --help (on stdout), 64 after a mistake, 78 for what is not built yet. */
MUST_CHECK int options_parse(const struct option_table *table, int argc, char **argv, void *object,
                             char ***operands);

void options_help(const struct option_table *table); /* on stdout */

/* Prints `ticketmill COMMAND: TEXT; try ticketmill COMMAND --help` on stderr and returns 64, for
 * mistakes that no single row can see. */
int options_usage(const struct option_table *table, const char *fmt, ...) PRINTF_LIKE(2, 3);

/* `ticketmill COMMAND: TEXT` on stderr, returns the exit status of f->code. */
int command_failed(const char *command, const struct fail *f);

#endif
