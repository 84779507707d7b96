/* Dead letters as `dlq` sees them: read from the topic, filtered, listed, shown, replayed. */
#ifndef TICKETMILL_CLI_DLQ_H
#define TICKETMILL_CLI_DLQ_H

#include <stdbool.h>

#include "cli/options.h"
#include "config/config.h"
#include "kafka/admin.h"
#include "model/record.h"

#define DLQ_TIMEOUT_MS 30000

/* Which ones. */
struct dlq_filter {
    struct option_list reasons; /* none = all */
    struct option_list runs;
    struct option_list names; /* PARTITION/OFFSET in the topic, or a ticket's id; none = all */
    int64_t since_unix_ms, until_unix_ms; /* of the records; -1 = open */
    int64_t limit;                        /* of letters; -1 = none */
};

/* A dead letter; slices point into `record`, which is its own. NONE = no such header: another
 * program's. */
struct letter {
    struct record *record; /* pos.partition and pos.offset are its place in the topic */
    struct slice ticket_id, reason, message, stage, run_id, call_ids, truncated, sha256, replay_of;
    struct slice topic; /* where the ticket came from */
    int64_t partition, offset;
    int64_t attempts, cost_pusd, value_bytes; /* -1 = not told; cost: also without a price */
};

struct letters {
    struct letter *v;
    size_t count;
};

/* Reads the dead letter topic as it is now; values are kept only when wanted (a list needs none).
 * ST_CONFIG when there is no such topic. */
MUST_CHECK enum status dlq_read(struct kadmin *admin, const struct config *c,
                                const struct dlq_filter *f, bool values, struct letters *out,
                                struct fail *fail);
void dlq_free(struct letters *l);

void dlq_list_text(const struct letters *l, struct buf *out);
void dlq_list_json(const struct letters *l, const char *topic, struct buf *out);
void dlq_show_text(const struct letter *l, struct buf *out);
void dlq_show_json(const struct letters *l, const char *topic, struct buf *out);

struct dlq_replay {
    bool dry;   /* only tell */
    bool again; /* also those that stand in the replay topic already */
};

/* Puts them into the replay topic; what happened goes to stdout, what could not be done to stderr.
 * Exit status. */
int dlq_replay(struct kadmin *admin, const struct config *c, const struct letters *l,
               const struct dlq_replay *o);

#endif
