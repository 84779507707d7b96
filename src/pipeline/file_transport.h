/* Files at both ends of a run: one in, one or two out. */
#ifndef TICKETMILL_PIPELINE_FILE_TRANSPORT_H
#define TICKETMILL_PIPELINE_FILE_TRANSPORT_H

#include "file/output.h"
#include "file/reader.h"
#include "pipeline/run.h"
#include "pipeline/transport.h"

struct file_transport {
    const struct run_options *o;
    const struct run_files *files;
    struct file_input *input;
    struct file_output *output, *rejects; /* NULL = none was asked for */
    struct file_extent extent;
    struct run_partition partition;
    int64_t *published;
    struct file_reader *reader;
    struct file_record record; /* the last one read */
    struct fail trouble;       /* code ≠ ST_OK: the input cannot be read as it was */
    char source[RUN_SOURCE_SIZE];
    struct transport port;
};

/* Opens, hashes and measures the input, and makes sure that the outputs can be written; nothing of
 * the ledger is touched. Options and files are borrowed until deinit, which is due in any case. */
MUST_CHECK enum status file_transport_init(struct file_transport *f, const struct run_options *o,
                                           const struct run_files *files, struct fail *fail);
void file_transport_deinit(struct file_transport *f);

/* The transport's `deliver` (file_deliver.c): what the ledger holds of the source is written to the
 * outputs. */
void file_deliver(void *self, struct ledger *ledger, struct run_outcome *out);

#endif
