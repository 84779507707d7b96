/* What a campaign changed: the same tickets in two sets of ledgers, one beside the other.
 *
 * A ticket is the same when it has the same source, partition and offset. Compared are those that
 * have a result on both sides; everything is summed exactly. Needs memory for the campaign's
 * tickets, about 100 bytes each.
 */
#ifndef TICKETMILL_REPORT_CHANGES_H
#define TICKETMILL_REPORT_CHANGES_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "ledger/query.h"

#define CHANGES_EXAMPLES 3

/* Tickets that went from one category to another. */
struct change_move {
    char *from, *to;
    int64_t tickets;
    char *examples[CHANGES_EXAMPLES]; /* ticket ids; NULL = fewer moved */
};

/* One side of the compared tickets. */
struct change_side {
    int64_t cost_pusd; /* of the priced ones */
    int64_t input_tokens, cached_tokens, output_tokens, needs_review;
};

/* Compared tickets, of one category before or of all. */
struct change_group {
    char *category; /* NULL = all */
    int64_t tickets, same;
    int64_t confidence_ppm; /* Σ (campaign − before) */
    int64_t priced;         /* have a known cost on both sides */
    struct change_side before, after;
};

/* Model and prompt of compared tickets of one side. */
struct change_basis {
    char *model, *prompt_version;
    int64_t tickets;
};

struct change_bases {
    struct change_basis *v;
    size_t count;
};

struct changes {
    struct change_group all;
    struct change_group *categories; /* as they were before; most tickets first */
    size_t category_count;
    struct change_move *moves; /* most tickets first */
    size_t move_count;
    struct change_bases before, after;
    int64_t only_before, only_after; /* have an end on one side alone */
    /* Ends of another kind: result before and dead in the campaign, the other way, dead twice. */
    int64_t died, revived, dead_twice;
};

/* Reads both. ST_OVERFLOW when a sum does not fit; *out is made on success: changes_free. */
MUST_CHECK enum status changes_collect(struct ledger_reader *const *before, size_t before_count,
                                       struct ledger_reader *const *after, size_t after_count,
                                       struct changes **out, struct fail *fail);
void changes_free(struct changes *c); /* takes NULL */

void changes_text(const struct changes *c, const char *campaign, struct buf *out);
void changes_json(const struct changes *c, const char *campaign, struct buf *out);

#endif
