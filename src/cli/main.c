/* Entry of the program: what has to be set up before anything else, then the command line. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/failpoint.h"
#include "base/log.h"
#include "base/status.h"
#include "cli/commands.h"

/* Data that did not reach its file or pipe must not look like success. */
static int close_output(int code)
{
    bool failed = ferror(stdout) != 0;
    if (fclose(stdout) == 0 && !failed)
        return code;
    fprintf(stderr, "ticketmill: standard output: %s\n", strerror(errno));
    return code != 0 ? code : status_exit(ST_SYSTEM);
}

int main(int argc, char **argv)
{
    failpoint_init();
    log_init(STDERR_FILENO, isatty(STDERR_FILENO) != 1, LOG_INFO);
    return close_output(commands_main(argc, argv));
}
