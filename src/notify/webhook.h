/* Telling somebody's HTTP receiver about an event, signed, a bounded number of times.
 *
 * Headers and signature by the Standard Webhooks specification (standardwebhooks.com): webhook-id
 * stays the same over all tries, so that a receiver knows a repetition; webhook-timestamp is Unix
 * seconds; webhook-signature is "v1," and the Base64 of HMAC-SHA-256 over "id.timestamp.body".
 * Certificates are checked against the system's store (SSL_CERT_FILE names another one); no
 * redirect is followed, no proxy of the environment used, of the response only the status is read.
 * Blocks the caller; any thread, but only once curl's global state is its own.
 */
#ifndef TICKETMILL_NOTIFY_WEBHOOK_H
#define TICKETMILL_NOTIFY_WEBHOOK_H

#include <signal.h>
#include <stdint.h>

#include "base/clock.h"
#include "base/slice.h"
#include "base/status.h"

struct webhook {
    const char *url;    /* never told in errors: it may hold a secret */
    const char *secret; /* "whsec_" and Base64, or the key's bytes as they are; NULL = unsigned */
    int64_t timeout_us; /* for one try; all of them and the waits take timeout × tries at most */
    int64_t tries;      /* ≥ 1 */
    const volatile sig_atomic_t *stop; /* non-zero: leave off at once; NULL = nobody stops it */
};

/* POSTs the body (JSON). Tried again after failures to connect, time-outs, 408, 425, 429 and 5xx.
 * ST_OK on a 2xx; ST_CONFIG when the secret cannot be a key; ST_UNAVAILABLE otherwise: the text
 * says what the last try met, without the URL. */
MUST_CHECK enum status webhook_send(const struct webhook *w, const char *id, struct slice body,
                                    struct fail *fail);

/* The value of webhook-signature; ST_CONFIG as above. */
#define WEBHOOK_SIGNATURE_SIZE 48
MUST_CHECK enum status webhook_sign(const char *secret, const char *id, int64_t unix_s,
                                    struct slice body, char out[WEBHOOK_SIGNATURE_SIZE],
                                    struct fail *fail);

#endif
