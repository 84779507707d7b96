/* The bytes of a ticket file: opened once, hashed, and read again from the start as the very same
 * bytes. Standard input and pipes are copied to a spool file without a name first. Blocks on disk;
 * one thread at a time.
 */
#ifndef TICKETMILL_FILE_INPUT_H
#define TICKETMILL_FILE_INPUT_H

#include <stdint.h>
#include <sys/types.h>

#include "base/sha256.h"
#include "base/status.h"

struct file_input;

/* "-" = standard input. What is no plain file is spooled to `spool_folder` (mode 0600, gone with
 * the process, however that ends). Reads everything once for the hash. ST_USAGE: not there, a
 * folder, or in a form that cannot be tickets (compressed, UTF-16, a spreadsheet); ST_OUTPUT:
 * no room for the spool. */
MUST_CHECK enum status file_input_open(const char *path, const char *spool_folder,
                                       struct file_input **out, struct fail *fail);
void file_input_free(struct file_input *in); /* takes NULL */

const char *file_input_name(const struct file_input *in); /* for people */
int64_t file_input_bytes(const struct file_input *in);
void file_input_hash(const struct file_input *in, char hex[SHA256_HEX_SIZE]);
/* Is this file (device and inode) the input itself? */
bool file_input_is(const struct file_input *in, dev_t device, ino_t inode);

/* From the start again; any number of times. */
void file_input_rewind(struct file_input *in);
/* The next bytes, at most `size`; *got 0 = the end, which is where the file ended when it was
 * opened: what was appended since does not count. ST_CHANGED: the content is not what it was
 * (looked for with every call by the file's times, and by the hash at the end). */
MUST_CHECK enum status file_input_read(struct file_input *in, void *p, size_t size, size_t *got,
                                       struct fail *fail);

#endif
