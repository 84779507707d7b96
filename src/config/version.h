/* Which libfyaml is linked, for `--version --verbose`. Static text. */
#ifndef TICKETMILL_CONFIG_VERSION_H
#define TICKETMILL_CONFIG_VERSION_H

const char *config_library_version(void);

#endif
