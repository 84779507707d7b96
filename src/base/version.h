/* Which versions of this room's libraries are linked, for `--version --verbose`. Static texts. */
#ifndef TICKETMILL_BASE_VERSION_H
#define TICKETMILL_BASE_VERSION_H

const char *base_cjson_version(void);
const char *base_crypto_version(void);
const char *base_pcre2_version(void); /* first call from one thread */

#endif
