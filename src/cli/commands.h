/* The commands: their entry points, and the table that help, suggestions and dispatch go by.
 *
 * Every entry point has argv[0] = the command's name and returns the exit status. */
#ifndef TICKETMILL_CLI_COMMANDS_H
#define TICKETMILL_CLI_COMMANDS_H

#include <stdbool.h>

struct command {
    const char *name, *summary;
    int (*run)(int argc, char **argv);
    bool configured; /* takes --config; a global one is handed on as its first option */
};

extern const struct command commands[]; /* ends with a NULL name */

/* Takes the program's whole command line; returns the exit status. */
int commands_main(int argc, char **argv);

int cmd_check(int argc, char **argv);
int cmd_compare(int argc, char **argv);
int cmd_ledger(int argc, char **argv);
int cmd_labels(int argc, char **argv);
int cmd_report(int argc, char **argv);
int cmd_estimate(int argc, char **argv);
int cmd_dlq(int argc, char **argv);
int cmd_demo(int argc, char **argv);
int cmd_probe(int argc, char **argv);
int cmd_run(int argc, char **argv);
int cmd_show(int argc, char **argv);
int cmd_simulate(int argc, char **argv);

#endif
