/* `ticketmill report reconcile`: a provider's invoice beside the ledger, difference by difference.
 */
#ifndef TICKETMILL_CLI_RECONCILE_H
#define TICKETMILL_CLI_RECONCILE_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/buf.h"
#include "cli/options.h"
#include "ledger/query.h"

/* A line of the invoice; lines of the same period and model are added up. */
struct invoice_line {
    const char *period, *model; /* "" = the invoice does not tell them apart */
    int64_t amount_pusd;
    int64_t rounding_pusd; /* half of the last place it was written with, summed up */
    int line;              /* of the file, for messages */
};

struct invoice {
    struct arena arena;
    struct invoice_line *v;
    size_t count;
    int period_chars; /* 10 = days, 7 = months, 0 = none */
};

/* Reads a CSV file with a header. columns: "what=NAME" pairs of the command line, what being
 * period, model or amount. Errors go to stderr; exit status. */
MUST_CHECK int invoice_read(const char *path, const struct option_list *columns,
                            struct invoice *out);
void invoice_free(struct invoice *i);

enum difference {
    AGREES,        /* but for rounding */
    IN_UNKNOWN,    /* more, by no more than unknown calls may have cost */
    OTHER_RATES,   /* what the same tokens cost by another set of rates */
    AS_TOLD,       /* what the provider named with its answers */
    MARKUP,        /* the same factor on every line */
    NOT_PRICED,    /* the ledger knows no price for some of the calls */
    NOT_BILLED,    /* in the ledger alone */
    NOT_IN_LEDGER, /* on the invoice alone */
    UNEXPLAINED
};

/* One period and model on both sides. */
struct reconciled {
    const char *period, *model;
    const char *offer; /* the configured model of the calls; "" = several, NULL = no calls */
    bool on_invoice;
    int64_t invoice_pusd, rounding_pusd; /* credits are negative */
    int64_t ledger_pusd, unknown_pusd, told_pusd;
    int64_t calls, unknown_calls, unpriced_calls, told_calls;
    int64_t input_tokens, cached_tokens, cache_write_tokens, output_tokens;
    enum difference why;
    int64_t rates_from_unix_us; /* OTHER_RATES */
};

struct reconciliation {
    struct arena arena;
    struct reconciled *v;
    size_t count;
    int64_t invoice_pusd, ledger_pusd, unknown_pusd;
    int64_t markup_ppm; /* of the invoice on the ledger, when every line has it; 0 = none */
};

/* provider NULL = all of them. ST_OVERFLOW when a sum does not fit. */
MUST_CHECK enum status reconcile(struct ledger_reader *const *readers, size_t count,
                                 const char *provider, const struct invoice *invoice,
                                 struct reconciliation *out, struct fail *fail);
void reconcile_free(struct reconciliation *r);

void reconcile_text(const struct reconciliation *r, struct buf *out);
void reconcile_json(const struct reconciliation *r, struct buf *out);
void reconcile_csv(const struct reconciliation *r, struct buf *out); /* a record for each line */

/* The command, from its arguments behind "reconcile" on. */
int cmd_reconcile(int argc, char **argv);

#endif
