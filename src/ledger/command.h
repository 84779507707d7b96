/* What the pipeline asks the ledger to write: plain structs, handed over whole.
 *
 * A command belongs to the ledger from submission until it comes back with `status` set; then it
 * belongs to the pipeline again, which frees it with ledger_cmd_free. Commands are applied in the
 * order of submission, each inside a SAVEPOINT of the group's transaction; when a command comes
 * back with ST_OK everything it says is durable (fsynced). A command that fails is undone alone
 * and comes back with its status and `fail`. All slices inside live in the command's own arena.
 */
#ifndef TICKETMILL_LEDGER_COMMAND_H
#define TICKETMILL_LEDGER_COMMAND_H

#include <stdint.h>

#include "base/arena.h"
#include "base/list.h"
#include "base/queue.h"
#include "ledger/items.h"

enum ledger_op {
    LOP_ADMIT,
    LOP_INTENT,
    LOP_SETTLE,
    LOP_RESULT,
    LOP_DEAD,
    LOP_OUTAGE,
    LOP_MARK,
    LOP_END
};

struct ledger_cmd {
    struct queue_node node;
    enum ledger_op op;
    struct arena arena;

    /* out */
    enum status status;
    struct fail fail;
    struct list
        rows; /* struct outrow: publish these, in order; the command owns them until taken */

    union {
        struct {
            struct admit_item *items;
            size_t count;
        } admit;
        struct {
            struct ledger_call call;
            struct pos *tickets;
            size_t count;
            int64_t call_no; /* out */
        } intent;
        struct {
            struct ledger_settle call;
            struct settle_item *items;
            size_t count;
        } settle;
        struct {
            struct result_item *items;
            size_t count;
        } result;
        struct {
            struct dead_item *items;
            size_t count;
        } dead;
        struct ledger_outage outage;
        struct {
            int64_t published_seq; /* everything up to and including it is at Kafka for good */
        } mark;
        struct ledger_end end;
    } u;

    void *owner; /* the pipeline's, untouched by the ledger */
};

struct ledger_cmd *ledger_cmd_new(enum ledger_op op); /* zeroed, arena and rows ready */
void ledger_cmd_free(struct ledger_cmd *cmd);         /* rows not yet taken are freed too */

#endif
