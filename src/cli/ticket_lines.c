/* Opening and reading line by line, errors in one form. */
#include "cli/ticket_lines.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cli/options.h"

FILE *ticket_lines_open(const char *command, const char *path)
{
    struct fail fail;
    FILE *f = strcmp(path, "-") == 0 ? stdin : fopen(path, "re");
    if (!f) {
        fail_set(&fail, ST_SYSTEM, errno, "%s cannot be opened: %s", path, strerror(errno));
        (void)command_failed(command, &fail);
    }
    return f;
}

int ticket_lines_read(const char *command, const char *path, FILE *f,
                      void (*take)(void *self, struct slice line), void *self)
{
    char *line = NULL; /* of getline, so free() ends it */
    size_t cap = 0;
    struct fail fail;
    errno = 0;
    for (ssize_t n; (n = getline(&line, &cap, f)) >= 0;) {
        size_t whole = (size_t)n;
        take(self, slice_of(line, whole > 0 && line[whole - 1] == '\n' ? whole - 1 : whole));
    }
    free(line);
    bool broken = ferror(f);
    fail_set(&fail, ST_SYSTEM, errno, "%s cannot be read: %s", path, strerror(errno));
    if (f != stdin)
        fclose(f);
    return broken ? command_failed(command, &fail) : 0;
}
