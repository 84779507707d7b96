/* Which libuv is linked, for `--version --verbose`. Static text. */
#ifndef TICKETMILL_PIPELINE_VERSION_H
#define TICKETMILL_PIPELINE_VERSION_H

const char *pipeline_library_version(void);

#endif
