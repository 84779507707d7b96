/* Is an endpoint there? DNS, connect and TLS, each with its time; no request, so nothing to pay.
 * Loop thread only. Uses the provider's settings as a call does: CA file, proxy, time-out.
 */
#ifndef TICKETMILL_LLM_REACH_H
#define TICKETMILL_LLM_REACH_H

#include "llm/client.h"

struct llm_reached {
    bool ok;
    int64_t dns_us, connect_us, tls_us; /* of each step by itself; -1 = not got there, or none */
    char address[64];                   /* that was connected to; "" = none */
    char message[256];                  /* why not, one printable line; "" when ok */
};

/* done() is called once, from the loop, never from in here; not at all when the client is freed
 * before. provider is one of those used. */
void llm_client_reach(struct llm_client *client, int provider, int endpoint,
                      void (*done)(void *arg, const struct llm_reached *r), void *arg);

#endif
