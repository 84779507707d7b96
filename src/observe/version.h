/* Which libmicrohttpd is linked, for `--version --verbose`. Static text. */
#ifndef TICKETMILL_OBSERVE_VERSION_H
#define TICKETMILL_OBSERVE_VERSION_H

const char *observe_library_version(void);

#endif
