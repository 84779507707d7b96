/* Forms of ticket and result files. */
#ifndef TICKETMILL_FILE_FORMAT_H
#define TICKETMILL_FILE_FORMAT_H

#include <stdbool.h>

enum file_format { FILE_JSONL, FILE_CSV };

/* By the end of the name: .jsonl .ndjson .json = JSON lines, .csv; in any case of letters. False
 * for every other name. */
bool file_format_of(const char *path, enum file_format *out);

#endif
