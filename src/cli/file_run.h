/* `ticketmill run --input`: what its options mean, and the configuration it has when there is no
 * file with one. Inside of cli/.
 */
#ifndef TICKETMILL_CLI_FILE_RUN_H
#define TICKETMILL_CLI_FILE_RUN_H

#include "cli/options.h"
#include "config/offhand.h"
#include "pipeline/run.h"

struct file_arguments {
    const char *input, *output, *rejects, *ledger;
    int input_format, output_format; /* enum file_format; -1 = as the name says */
    struct offhand offhand;
};

/* For the rows of both formats. */
#define FILE_FORMATS "jsonl|csv"
extern const char *const file_formats[];

/* Any of the options that are nothing without --input. */
bool file_run_asked(const struct file_arguments *a);

/* From the options to what run_files takes; 0, or 64 with the mistake told. */
MUST_CHECK int file_run_files(const struct option_table *table, const struct file_arguments *a,
                              struct run_files *out);

/* The configuration: the file at `path` or the first one found, without one the shipped one; then
 * reduced to the model that was asked for, if any. Without a file there is always one model.
 * Returns 0 with *out (config_free) and the index of --only-provider in *provider (-1 = none), else
 * the exit status with everything told. */
MUST_CHECK int file_run_config(const struct option_table *table, const char *path,
                               const struct file_arguments *a, const char *only_provider,
                               struct config **out, int *provider);

/* The ledger: as named, else ticketmill-files.db beside the output. mem_free. */
char *file_run_ledger(const struct file_arguments *a);

#endif
