/* `ticketmill ledger`: verify, rebuild, backup, merge, forget. Options and the ledger's path; the
 * work is done in books_*.c and in the ledger room.
 */
#include <limits.h>
#include <stdio.h>

#include "base/mem.h"
#include "cli/books.h"
#include "cli/commands.h"
#include "cli/configured.h"
#include "cli/options.h"
#include "cli/shard.h"
#include "ledger/care.h"
#include "ledger/verify.h"

struct ledger_arguments {
    const char *config, *ledger, *into;
    struct shard shard;
    bool incomplete, offline;
};

#define AT(field) offsetof(struct ledger_arguments, field)

static const struct option_row rows[] = {
    OPTION_CONFIG(struct ledger_arguments, config),
    {.name = "ledger",
     .argument = "FILE",
     .kind = OPTION_PATH,
     .at = AT(ledger),
     .help = "this ledger (default: the configured one)"},
    {.name = "shard",
     .argument = "I/N",
     .kind = OPTION_PARSED,
     .at = AT(shard),
     .parse = shard_parse,
     .expected = SHARD_EXPECTED,
     .help = "the ledger of this shard (default 0/1)"},
    {.name = "books-only",
     .kind = OPTION_FLAG,
     .at = AT(offline),
     .help = "verify: do not read the topics"},
    {.name = "incomplete",
     .kind = OPTION_FLAG,
     .at = AT(incomplete),
     .help = "rebuild: also when records of the old ledger are missing from the topics"},
    {.name = "into",
     .argument = "ARCHIVE",
     .kind = OPTION_PATH,
     .at = AT(into),
     .help = "merge: the archive, made when there is none"},
};

static const struct option_table table = {
    .command = "ledger",
    .usage = "[OPTIONS] verify|rebuild|backup FILE|merge LEDGER…|forget TICKET_ID",
    .about =
        "verify   checks that the books are straight, then reads results and dead letters and\n"
        "         compares: each record published exactly once, byte for byte. 70 if not.\n"
        "rebuild  makes a new ledger from results and dead letters, in place of a lost one.\n"
        "         A damaged ledger must be moved aside first.\n"
        "backup   writes a consistent copy to FILE, also while a run is on.\n"
        "merge    takes ledgers (shards, earlier years, newer copies) over into an archive for\n"
        "         `report` and `show`; sums are compared before anything stays.\n"
        "forget   erases a ticket's id, texts, answers and summary; sums, category and that it is\n"
        "         finished stay. Topics and backups are not touched.",
    .rows = rows,
    .count = (int)(sizeof rows / sizeof *rows),
    .min_operands = 1,
    .max_operands = -1,
    .examples = "  ticketmill ledger verify\n"
                "  ticketmill ledger verify --books-only --ledger ticketmill.db\n"
                "  ticketmill ledger backup /backup/ticketmill-2026-11-24.db\n"
                "  mv ticketmill.db damaged.db && ticketmill ledger rebuild\n"
                "  ticketmill ledger merge --into 2026.db ticketmill-0.db ticketmill-1.db\n"
                "  ticketmill ledger forget T-1\n",
};

enum verb { VERB_VERIFY, VERB_REBUILD, VERB_BACKUP, VERB_MERGE, VERB_FORGET, VERBS };

/* What stands behind each verb. */
static const struct {
    const char *name, *missing;
    int least, most;
} verbs[VERBS] = {
    [VERB_VERIFY] = {"verify", NULL, 0, 0},
    [VERB_REBUILD] = {"rebuild", NULL, 0, 0},
    [VERB_BACKUP] = {"backup", "expected the name of the new file", 1, 1},
    [VERB_MERGE] = {"merge", "expected the ledgers to take over", 1, INT_MAX},
    [VERB_FORGET] = {"forget", "expected the ticket's id", 1, 1},
};

static int read_verb(char **operands, int count, enum verb *verb)
{
    int v = 0;

    while (v < VERBS && strcmp(operands[0], verbs[v].name) != 0)
        v++;
    if (v == VERBS)
        return options_usage(&table,
                             "expected verify, rebuild, backup, merge or forget, found \"%.40s\"",
                             operands[0]);
    if (count - 1 < verbs[v].least)
        return options_usage(&table, "%s: %s", verbs[v].name, verbs[v].missing);
    if (count - 1 > verbs[v].most)
        return options_usage(&table, "%s: unexpected argument \"%.40s\"", verbs[v].name,
                             operands[1 + verbs[v].most]);
    *verb = (enum verb)v;
    return 0;
}

static int backup(const char *path, const char *target)
{
    struct fail fail;
    enum status st = ledger_backup(path, target, &fail);

    if (st != ST_OK)
        return command_failed("ledger backup", &fail);
    printf("%s: a checked copy of %s\n", target, path);
    return 0;
}

static int forget(const char *path, const char *ticket_id)
{
    const struct ledger_options o = {.archive = true, .clock = &clock_system};
    struct ledger_forgotten gone;
    struct ledger *l = NULL;
    struct fail fail;
    enum status st = ledger_open(path, &o, &l, &fail);

    if (st == ST_OK)
        st = ledger_forget(l, slice_str(ticket_id), &gone, &fail);
    ledger_close(l);
    if (st != ST_OK)
        return command_failed("ledger forget", &fail);
    printf("%s: erased from %lld tickets, with %lld answers and %lld kept records; topics, backups "
           "and archives hold what they held\n",
           path, (long long)gone.tickets, (long long)gone.answers, (long long)gone.records);
    return 0;
}

static int run_verb(const struct ledger_arguments *a, enum verb verb, const char *target)
{
    struct books_options o = {.shard = a->shard.index,
                              .shards = a->shard.count,
                              .incomplete = a->incomplete,
                              .offline = a->offline};
    struct config *config = NULL;
    bool topics = verb == VERB_REBUILD || (verb == VERB_VERIFY && !a->offline);
    char *path = NULL;
    int code = 0;

    if (topics || a->ledger == NULL)
        code = cli_load_config(a->config, CONFIG_FOR_LEDGER, &config);
    if (code == 0) {
        path = a->ledger != NULL ? mem_str(a->ledger)
                                 : config_ledger_path(config, a->shard.index, NULL);
        o.config = config;
        o.path = path;
        code = verb == VERB_BACKUP    ? backup(path, target)
               : verb == VERB_FORGET  ? forget(path, target)
               : verb == VERB_REBUILD ? books_rebuild(&o)
                                      : books_verify(&o);
    }
    mem_free(path);
    config_free(config);
    return code;
}

int cmd_ledger(int argc, char **argv)
{
    struct ledger_arguments a = {.shard = {0, 1}};
    enum verb verb = VERB_VERIFY;
    char **operands = NULL;
    int code = options_parse(&table, argc, argv, &a, &operands);

    if (code != OPTIONS_GO)
        return code;
    int count = (int)(argv + argc - operands);
    code = read_verb(operands, count, &verb);
    if (code == 0 && (verb == VERB_MERGE) != (a.into != NULL))
        return options_usage(&table, "--into belongs to merge, and merge needs it");
    if (code == 0 && verb == VERB_MERGE)
        return books_merge(a.into, operands + 1, count - 1);
    return code == 0 ? run_verb(&a, verb, count > 1 ? operands[1] : NULL) : code;
}
