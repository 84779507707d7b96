/* Which libcurl, with its TLS library, is linked, for `--version --verbose`. Static text. */
#ifndef TICKETMILL_LLM_VERSION_H
#define TICKETMILL_LLM_VERSION_H

const char *llm_library_version(void);

#endif
