/* A file that appears whole or not at all: written beside its place, made durable, then renamed.
 * Standard output, devices and pipes are written to directly. Blocks; one thread at a time.
 */
#ifndef TICKETMILL_FILE_OUTPUT_H
#define TICKETMILL_FILE_OUTPUT_H

#include <stdbool.h>

#include "base/slice.h"
#include "base/status.h"
#include "file/input.h"

struct file_output;

/* "-" = standard output. Links are followed: the file they lead to is replaced. Makes the temporary
 * file `.NAME.part` in the same folder and locks it, so that what cannot be written is known before
 * anything is spent. All failures are ST_OUTPUT (73) with a text that names the file, save for
 * ST_LOCKED: another run is about to write the same file. */
MUST_CHECK enum status file_output_open(const char *path, struct file_output **out,
                                        struct fail *fail);
/* Removes the temporary file unless it was committed. Takes NULL. */
void file_output_free(struct file_output *o);

const char *file_output_name(const struct file_output *o); /* for people */
bool file_output_is_input(const struct file_output *o, const struct file_input *in);
/* Would both write the same place? A path may be anything that need not exist. */
bool file_output_is(const struct file_output *o, const char *path);

/* Appends; the first failure sticks and comes out of commit. */
void file_output_add(struct file_output *o, struct slice bytes);
/* Flushes, syncs, renames, syncs the folder. ST_OUTPUT: the place holds what it held before. */
MUST_CHECK enum status file_output_commit(struct file_output *o, struct fail *fail);

#endif
