/* Ticket files in a folder of their own, and what a reader makes of a text. */
#ifndef TESTS_SUPPORT_FILE_FIXTURE_H
#define TESTS_SUPPORT_FILE_FIXTURE_H

#include "file/reader.h"

struct file_fixture {
    char dir[64], path[96];
    struct config config; /* the usual pointers, one route; ticket.max_bytes 1,000 */
};

int file_setup(void **state);
int file_teardown(void **state);

void file_put(const char *path, struct slice text);
/* The whole file; mem_free. NULL = it does not exist. */
char *file_get(const char *path);
/* Opens f->path, which must work. */
struct file_input *file_opened(const struct file_fixture *f);

/* Every record of a file with that content as one line "number:value" or "number!reason:value",
 * joined by '\n', values cut at 99 bytes; "fail: text" for a refusal. Static memory. */
const char *file_read(struct file_fixture *f, enum file_format format, struct slice text);

#endif
