/* What the names of ticket and result files say. */
#ifndef TICKETMILL_FILE_FORMAT_H
#define TICKETMILL_FILE_FORMAT_H

#include <stdbool.h>

enum file_format { FILE_JSONL, FILE_CSV };

/* By the end of the name: .jsonl .ndjson .json = JSON lines, .csv; in any case of letters. False
 * for every other name. */
bool file_format_of(const char *path, enum file_format *out);

char *file_folder(const char *path); /* the part before the last '/', "." without one; mem_free */

#endif
