/* `--version`: the program's, and with verbose every library it runs on. */
#ifndef TICKETMILL_CLI_VERSION_H
#define TICKETMILL_CLI_VERSION_H

#include <stdbool.h>

void version_print(bool verbose); /* on stdout */

#endif
