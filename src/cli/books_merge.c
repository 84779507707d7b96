/* `ledger merge`: ledgers into an archive, one after the other, each one whole or not at all.
 *
 * What was taken and that its sums are the ledger's own is printed for each; the first one that
 * cannot be taken ends the command, those before it stay.
 */
#include <stdio.h>

#include "base/human.h"
#include "cli/books.h"
#include "cli/options.h"
#include "ledger/merge.h"
#include "model/money.h"

static const char command[] = "ledger merge";

static void print_merged(const char *path, const struct ledger_merged *m)
{
    char calls[HUMAN_SIZE], tickets[HUMAN_SIZE], new_calls[HUMAN_SIZE], new_tickets[HUMAN_SIZE];
    char cost[MONEY_TEXT_SIZE], unknown[MONEY_TEXT_SIZE];

    human_count(m->calls, calls);
    human_count(m->tickets, tickets);
    human_count(m->after[0] - m->before[0], new_calls);
    human_count(m->after[1] - m->before[1], new_tickets);
    money_text(m->cost_pusd, cost);
    money_text(m->unknown_pusd, unknown);
    printf("%s: %s tickets (%s new), %s calls (%s new), USD %s settled and %s unknown: the same in "
           "both\n",
           path, tickets, new_tickets, calls, new_calls, cost, unknown);
}

int books_merge(const char *archive, char **ledgers, int count)
{
    struct ledger *l = NULL;
    struct ledger_merged merged;
    struct fail fail;
    enum status st = ledger_open_archive(archive, &clock_system, &l, &fail);

    for (int i = 0; st == ST_OK && i < count; i++) {
        st = ledger_merge(l, ledgers[i], &merged, &fail);
        if (st == ST_OK)
            print_merged(ledgers[i], &merged);
    }
    ledger_close(l);
    return st == ST_OK ? 0 : command_failed(command, &fail);
}
