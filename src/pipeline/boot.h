/* What a run stands on before its loop turns. Main thread; blocks. */
#ifndef TICKETMILL_PIPELINE_BOOT_H
#define TICKETMILL_PIPELINE_BOOT_H

#include "ledger/crumb.h"
#include "ledger/ledger.h"
#include "pipeline/means.h"
#include "pipeline/mill.h"
#include "pipeline/run.h"
#include "pipeline/transport.h"

struct suspects {
    struct pos *v;
    int32_t *crashes;
    size_t n;
};

struct boot {
    const struct run_options *o;
    const struct config *config;
    struct ledger *ledger;
    struct crumb *crumb;
    struct grounds grounds;
    struct mill_model *models; /* one per config->models */
    struct means means;
    struct suspects suspects;
    struct buf system_message;
    char prompt_version[SHA256_HEX_SIZE];
    int64_t last_seq; /* of the outbox when the run begins */
    char run_id[ID_SIZE], ledger_id[ID_SIZE];
};

/* On failure what was opened stays in *b for boot_down. */
MUST_CHECK enum status boot_up(struct boot *b, const struct run_options *o,
                               const struct transport *t, struct fail *fail);
void boot_down(struct boot *b);

#endif
