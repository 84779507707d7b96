/* Entry points of the commands. argv[0] is the command's name; the return value is the exit
 * status. */
#ifndef TICKETMILL_CLI_COMMANDS_H
#define TICKETMILL_CLI_COMMANDS_H

int cmd_simulate(int argc, char **argv);

#endif
