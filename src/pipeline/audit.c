/* The audit at the end of a run: in = published + dead + skipped + pending, and money adds up.
 *
 * Compares the ledger's own sums and what the publisher delivered. Reading the topics again is
 * `ledger verify`'s work.
 */
#include "pipeline/audit.h"

#include <stdio.h>

struct equation {
    const char *left_name, *right_name;
    int64_t left, right;
    bool only_complete;
};

bool audit_check(const struct ledger_audit *a, const struct mill_stats *s, bool complete,
                 char *message, size_t size)
{
    const struct equation v[] = {
        {"tickets in the ledger", "results + dead + skipped + pending", a->tickets,
         a->results + a->dead + a->skipped + a->pending, false},
        {"shares", "cost of answered and unknown calls", a->share_pusd,
         a->cost_pusd + a->unknown_pusd, false},
        {"rows not published", "none", a->outbox_unpublished, 0, true},
        {"calls in flight", "none", a->calls_sent, 0, true},
        {"tickets taken in", "results + dead + skipped + pending of this run",
         s->read - s->done_before, s->results + s->dead + s->skipped + s->live, false},
        {"records delivered", "terminal records of this run",
         s->published_results + s->published_dead, a->run_results + a->run_dead, true},
    };
    message[0] = '\0';
    for (size_t i = 0; i < sizeof v / sizeof *v; i++) {
        if (v[i].left == v[i].right || (v[i].only_complete && !complete))
            continue;
        snprintf(message, size, "%s (%lld) differ from %s (%lld)", v[i].left_name,
                 (long long)v[i].left, v[i].right_name, (long long)v[i].right);
        return false;
    }
    return true;
}
