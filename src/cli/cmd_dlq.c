/* `ticketmill dlq`: list, show, replay. Options; reading and writing is in dlq_*.c. */
#include <limits.h>
#include <stdio.h>

#include "base/zone.h"
#include "cli/commands.h"
#include "cli/configured.h"
#include "cli/dlq.h"
#include "cli/from.h"
#include "cli/options.h"
#include "model/reason.h"

struct dlq_arguments {
    const char *config;
    struct dlq_filter filter;
    struct from since, until;
    struct dlq_replay replay;
    bool all;
    int format;
};

#define AT(field) offsetof(struct dlq_arguments, field)

static bool parse_time(const char *text, void *field)
{
    struct from *f = field;
    return from_parse(text, f) && (f->kind == FROM_MOMENT || f->kind == FROM_DAY);
}

#define TIME_EXPECTED "a day (2026-11-24) or a moment (2026-11-24T01:02:03Z)"

static const struct option_row rows[] = {
    OPTION_CONFIG(struct dlq_arguments, config),
    {.name = "reason",
     .argument = "REASON",
     .kind = OPTION_LIST,
     .at = AT(filter.reasons),
     .help = "only these, as in ticketmill-reason (may be repeated)"},
    {.name = "run",
     .argument = "ID",
     .kind = OPTION_LIST,
     .at = AT(filter.runs),
     .help = "only of this run (may be repeated)"},
    {.name = "since",
     .argument = "TIME",
     .kind = OPTION_PARSED,
     .at = AT(since),
     .parse = parse_time,
     .expected = TIME_EXPECTED,
     .help = "only tickets of that time or later, by their record's timestamp"},
    {.name = "until",
     .argument = "TIME",
     .kind = OPTION_PARSED,
     .at = AT(until),
     .parse = parse_time,
     .expected = TIME_EXPECTED,
     .help = "only tickets before that time"},
    {.name = "limit",
     .argument = "N",
     .kind = OPTION_COUNT,
     .at = AT(filter.limit),
     .min = 1,
     .max = INT64_MAX,
     .help = "at most N letters"},
    {.name = "all",
     .kind = OPTION_FLAG,
     .at = AT(all),
     .help = "replay: every letter, when nothing else says which"},
    {.name = "again",
     .kind = OPTION_FLAG,
     .at = AT(replay.again),
     .help = "replay: also letters that were replayed before"},
    {.name = "dry-run",
     .kind = OPTION_FLAG,
     .at = AT(replay.dry),
     .help = "replay: only tell what would be replayed"},
    OPTION_FORMAT(struct dlq_arguments, format, "list, show: how it is printed (default table)"),
};

static const struct option_table table = {
    .command = "dlq",
    .usage = "[OPTIONS] list|show|replay [LETTER…]",
    .about =
        "list     the dead letters in the topic, with reason, cost and message\n"
        "show     everything about some of them: headers, value, what to do\n"
        "replay   puts them into the replay topic, each once however often it is called; the next\n"
        "         run asks them again, whatever the ledger holds\n"
        "LETTER is PARTITION/OFFSET in the dead letter topic, or a ticket's id.",
    .rows = rows,
    .count = (int)(sizeof rows / sizeof *rows),
    .min_operands = 1,
    .max_operands = -1,
    .examples = "  ticketmill dlq list --reason policy --since 2026-11-24\n"
                "  ticketmill dlq show 0/17\n"
                "  ticketmill dlq replay --reason attempts_exhausted --dry-run\n"
                "  ticketmill dlq replay T-1 T-2\n",
    .notes =
        "Exit status: 0, 3 some letters cannot be replayed, 69 brokers unreachable, 73 another\n"
        "replay took over, 78 topic missing.",
};

enum verb { VERB_LIST, VERB_SHOW, VERB_REPLAY, VERBS };

static int read_verb(const char *word, enum verb *verb)
{
    static const char *const names[VERBS] = {"list", "show", "replay"};
    for (int i = 0; i < VERBS; i++) {
        if (strcmp(word, names[i]) == 0) {
            *verb = (enum verb)i;
            return 0;
        }
    }
    return options_usage(&table, "expected list, show or replay, found \"%.40s\"", word);
}

static bool says_which(const struct dlq_arguments *a)
{
    const struct dlq_filter *f = &a->filter;
    return f->names.count > 0 || f->reasons.count > 0 || f->runs.count > 0 || f->limit > 0 ||
           a->since.kind != FROM_DEFAULT || a->until.kind != FROM_DEFAULT || a->all;
}

static int check(const struct dlq_arguments *a, enum verb verb)
{
    enum reason ignored;
    for (int i = 0; i < a->filter.reasons.count; i++) {
        if (!reason_parse(slice_str(a->filter.reasons.v[i]), &ignored))
            return options_usage(&table, "--reason: there is none called \"%.40s\"",
                                 a->filter.reasons.v[i]);
    }
    if (verb != VERB_REPLAY && (a->all || a->replay.again || a->replay.dry))
        return options_usage(&table, "--all, --again and --dry-run belong to replay");
    if (verb == VERB_SHOW && a->filter.names.count == 0)
        return options_usage(&table, "show: expected a letter, such as 0/17");
    if (verb == VERB_REPLAY && !says_which(a))
        return options_usage(&table, "replay: say which letters, or --all");
    return 0;
}

static int show(const struct dlq_arguments *a, const struct config *c, const struct letters *l,
                enum verb verb)
{
    const char *topic = c->kafka.dead_letter_topic;
    struct buf out;
    buf_init(&out, SIZE_MAX);
    if (verb == VERB_LIST && a->format == FORMAT_JSON)
        dlq_list_json(l, topic, &out);
    else if (verb == VERB_LIST)
        dlq_list_text(l, &out);
    else if (a->format == FORMAT_JSON)
        dlq_show_json(l, topic, &out);
    else
        for (size_t i = 0; i < l->count; i++)
            dlq_show_text(&l->v[i], &out);
    if (out.n > 0)
        fwrite(out.p, 1, out.n, stdout);
    buf_deinit(&out);
    if (verb == VERB_SHOW && l->count == 0) {
        fprintf(stderr, "ticketmill dlq show: no such letter in %s\n", topic);
        return 1;
    }
    return 0;
}

static int work(struct dlq_arguments *a, const struct config *c, enum verb verb)
{
    struct kadmin *admin;
    struct letters letters;
    struct fail fail;
    zone_use(c->time_zone);
    a->filter.since_unix_ms = from_unix_ms(&a->since);
    a->filter.until_unix_ms = from_unix_ms(&a->until);
    enum status st = kadmin_open(&c->kafka, DLQ_TIMEOUT_MS, &admin, &fail);
    if (st != ST_OK)
        return command_failed(table.command, &fail);
    st = dlq_read(admin, c, &a->filter, verb != VERB_LIST, &letters, &fail);
    int code;
    if (st != ST_OK)
        code = command_failed(table.command, &fail);
    else if (verb == VERB_REPLAY)
        code = dlq_replay(admin, c, &letters, &a->replay);
    else
        code = show(a, c, &letters, verb);
    if (st == ST_OK)
        dlq_free(&letters);
    kadmin_close(admin);
    return code;
}

int cmd_dlq(int argc, char **argv)
{
    struct dlq_arguments a = {.filter = {.limit = -1}};
    struct config *config = NULL;
    enum verb verb = VERB_LIST;
    char **operands = NULL;
    int code = options_parse(&table, argc, argv, &a, &operands);
    if (code == OPTIONS_GO) {
        code = read_verb(operands[0], &verb);
        a.filter.names =
            (struct option_list){(const char **)operands + 1, (int)(argv + argc - operands) - 1};
        if (code == 0)
            code = check(&a, verb);
        if (code == 0)
            code = cli_load_config(a.config, CONFIG_FOR_LEDGER, &config);
        if (code == 0)
            code = work(&a, config, verb);
    }
    config_free(config);
    option_list_deinit(&a.filter.reasons);
    option_list_deinit(&a.filter.runs);
    return code;
}
