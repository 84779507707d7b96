/* What SIGTERM, SIGINT and SIGHUP do while no loop runs, which is before and after a run's work. */
#ifndef TICKETMILL_PIPELINE_SIGNALS_H
#define TICKETMILL_PIPELINE_SIGNALS_H

#include <stdbool.h>

/* From here on each of them ends the process at once with 5; main thread. */
void signals_leave(void);
/* From here on none of them does anything: all is done, only the good news is left to tell. */
void signals_ignore(void);
/* Was SIGHUP ignored when the process began (nohup)? Then it stays so. */
bool signals_hangup_matters(void);

#endif
