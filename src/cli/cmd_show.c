/* `ticketmill show`: one ticket's life from the ledger. Reads only; may run beside a worker. */
#include <stdio.h>

#include "cli/commands.h"
#include "cli/ledgers.h"
#include "cli/options.h"
#include "report/life.h"

struct show_arguments {
    struct ledger_choice from;
    int format;
};

#define AT(field) offsetof(struct show_arguments, field)

static const struct option_row rows[] = {
    OPTION_CONFIG(struct show_arguments, from.config),
    {.name = "ledger",
     .argument = "FILE",
     .kind = OPTION_LIST,
     .at = AT(from.ledgers),
     .help = "read this ledger (may be repeated; default: the configured ones)"},
    OPTION_FORMAT(struct show_arguments, format, "how it is printed (default table)"),
};

static const struct option_table table = {
    .command = "show",
    .usage = "[OPTIONS] TICKET_ID",
    .about =
        "Why a ticket got its category: every call it was in with its pack, prompt, model and\n"
        "answer, what it cost, and where it was published. TICKET_ID is the ticket's id, or\n"
        "topic/partition/offset. Copies that share an id are all shown.",
    .rows = rows,
    .count = (int)(sizeof rows / sizeof *rows),
    .min_operands = 1,
    .max_operands = 1,
    .examples = "  ticketmill show T-1\n"
                "  ticketmill show --ledger ticketmill.db tickets/3/1207 --format json\n",
};

static int print_lives(const struct ledgers *l, const char *name, int format)
{
    struct lives lives;
    struct fail fail;
    struct buf out;
    enum status st = lives_find(l->readers, l->count, slice_str(name), &lives, &fail);

    if (st != ST_OK)
        return command_failed(table.command, &fail);
    buf_init(&out, SIZE_MAX);
    if (format == FORMAT_JSON)
        lives_json(&lives, &out);
    else
        lives_text(&lives, &out);
    fwrite(out.p, 1, out.n, stdout);
    buf_deinit(&out);
    lives_deinit(&lives);
    return 0;
}

int cmd_show(int argc, char **argv)
{
    struct show_arguments a = {.format = FORMAT_TABLE};
    struct ledgers l;
    char **operands = NULL;
    int code = options_parse(&table, argc, argv, &a, &operands);

    if (code == OPTIONS_GO && (code = ledgers_open(table.command, &a.from, &l)) == 0) {
        code = print_lives(&l, operands[0], a.format);
        ledgers_close(&l);
    }
    option_list_deinit(&a.from.ledgers);
    return code;
}
