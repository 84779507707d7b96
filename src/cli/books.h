/* The ledger commands that read topics as well: verify and rebuild. */
#ifndef TICKETMILL_CLI_BOOKS_H
#define TICKETMILL_CLI_BOOKS_H

#include <stdbool.h>

#include "base/status.h"
#include "config/config.h"

struct books_options {
    const struct config *config;
    const char *path;  /* of the ledger */
    int shard, shards; /* of the ledger to be rebuilt */
    bool incomplete;   /* rebuild even though records are missing */
    bool offline;      /* verify the books only */
};

/* Each prints what it did on stdout, findings and errors on stderr, and returns the exit status. */
MUST_CHECK int books_verify(const struct books_options *o); /* 70: something does not agree */
MUST_CHECK int books_rebuild(const struct books_options *o);

/* Takes ledgers over into the archive, made when there is none. Exit status. */
int books_merge(const char *archive, char **ledgers, int count);

#endif
