/* The morning report: what a ledger, or several of one topic's shards, say about tickets and money.
 *
 * Collecting reads the books and adds up, exactly: amounts are picodollars, percentiles are the
 * smallest value that at least that share of the values does not exceed (nearest rank). Rendering
 * reads the result and nothing else. Sums that do not fit 64 bits are an error, never a wrong
 * figure.
 */
#ifndef TICKETMILL_REPORT_REPORT_H
#define TICKETMILL_REPORT_REPORT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "config/config.h"
#include "ledger/query.h"
#include "model/reason.h"
#include "report/accuracy.h"
#include "report/routing.h"

#define REPORT_REASONS       11 /* numbers of enum reason */
#define REPORT_UNKNOWN_SHOWN 20
#define REPORT_DATE_SIZE     11 /* "2026-11-24" */

struct report_filter {
    const char *run_id; /* NULL = all; "last" = the latest one of each ledger */
    const char *day;    /* runs that began on that local date, "2026-11-24"; NULL = all */
};

/* Whose clock and whose rules. */
struct report_setting {
    const char *time_zone;       /* of the dates, days and months; TZ of the process is set to it */
    int64_t now_unix_us;         /* which day and month it is */
    const struct config *config; /* borrowed; NULL = not known: no caps, usual targets */
};

struct report_ledger {
    const char *path; /* the reader's */
    char *ledger_id;
    int64_t shard, shards; /* 0/0 = not bound yet */
    /* Size of the file when the first and the last run ended that noted it, and nights between. */
    int64_t first_bytes, last_bytes, first_unix_us, last_unix_us; /* 0 = no run did */
};

/* Bytes a night that the file has grown by on average; false = less than two nights are known. */
bool report_growth(const struct report_ledger *l, int64_t *bytes);

struct report_unknown {
    char *call_id, *model, *endpoint;
    int64_t sent_unix_us, tickets, reserved_pusd; /* PUSD_UNPRICED: the model has no price */
    int cause;
};

struct report {
    struct report_filter filter; /* borrowed */
    const char *time_zone;       /* borrowed; of the dates */
    int64_t now_unix_us;
    struct report_ledger *ledgers;
    size_t ledger_count;

    /* The runs looked at. */
    int64_t runs, running; /* running: no end in the books */
    int64_t first_unix_us, last_unix_us;
    bool idempotent; /* at least one of them published without transactions */

    struct {
        int64_t results, reused, dead, skipped, pending;
        int64_t adopted;     /* finished under an earlier ledger */
        int64_t unpublished; /* terminal, but not at Kafka yet */
        int64_t needs_review, unpriced;
        int64_t by_reason[REPORT_REASONS];
    } tickets;

    struct report_spread ticket_cost; /* of priced results, reused ones at 0 */
    int64_t ticket_cost_pusd;         /* their sum: mean = sum / count */
    int64_t spent_pusd;               /* of all answered calls */
    int64_t dead_pusd;                /* of it: for tickets that ended as dead letters */
    int64_t unpriced_calls;           /* answered by a model without a price */
    struct {
        int64_t calls, told_pusd, ours_pusd; /* calls whose provider named a cost itself */
    } provider;

    struct {
        int64_t input, cached, cache_write, output, reasoning; /* input includes the next two */
    } tokens;
    struct {
        int64_t answered, failed, unknown, sent;
    } calls;

    struct {
        int64_t failed_calls;
        int64_t unknown_calls, unknown_pusd;
        int64_t useless_shares, useless_pusd; /* paid for answers that gave the ticket nothing */
        int64_t again_calls, again_pusd;      /* reask, solo and escalate calls */
        int64_t doubted_shares, doubted_pusd; /* good answers asked again for low confidence */
        int64_t extra_calls, extra_pusd;      /* shadow and guard */
    } waste;
    struct {
        int64_t tickets, saved_pusd;
    } reuse;

    struct report_spread latency_us;
    struct report_groups categories, models, days, endings, purposes;
    struct report_groups redacted; /* by kind: tickets it was found in, places */
    int64_t redacted_tickets;      /* of any kind */
    struct report_routing routing;
    struct accuracy accuracy;
    struct report_unknown unknown[REPORT_UNKNOWN_SHOWN];
    size_t unknown_count;
};

/* `readers` are borrowed as long as the report lives. ST_NOT_FOUND: no run fits the filter. */
MUST_CHECK enum status report_collect(struct ledger_reader *const *readers, size_t count,
                                      const struct report_filter *filter,
                                      const struct report_setting *setting, struct report **out,
                                      struct fail *fail);
void report_free(struct report *r); /* takes NULL */

void report_text(const struct report *r, struct buf *out); /* tables for people */
void report_json(const struct report *r, struct buf *out); /* one object, schema in it */

/* Local date of a time. */
void report_date(int64_t unix_us, char out[REPORT_DATE_SIZE]);

#endif
