/* Signals outside of the loop.
 *
 * Nothing is in flight there and the books survive a kill, so leaving at once is in order. While
 * the loop runs, loop.h has the signals and run.c decides.
 */
#include "pipeline/signals.h"

#include <signal.h>
#include <stddef.h>
#include <unistd.h>

#define INTERRUPTED 5 /* the contract's exit status; status.h has none for it */

static void leave(int signo)
{
    (void)signo;
    _exit(INTERRUPTED);
}

bool signals_hangup_matters(void)
{
    struct sigaction now;
    return sigaction(SIGHUP, NULL, &now) == 0 && now.sa_handler != SIG_IGN;
}

static void set_all(void (*handler)(int signo))
{
    struct sigaction act = {.sa_handler = handler};
    sigemptyset(&act.sa_mask);
    sigaction(SIGTERM, &act, NULL);
    sigaction(SIGINT, &act, NULL);
    if (signals_hangup_matters())
        sigaction(SIGHUP, &act, NULL);
}

void signals_leave(void)
{
    set_all(leave);
}

void signals_ignore(void)
{
    set_all(SIG_IGN);
}
