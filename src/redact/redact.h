/* Taking personal data and secrets out of a text before it leaves for a provider.
 *
 * What is found is replaced by a placeholder that keeps its meaning, [EMAIL_1]: the same value has
 * the same number within a text, by first appearance; numbers that stand in the text as such a
 * placeholder already are passed over. Built-in kinds are found by scanners in linear time that
 * verify checksums where there are any; own patterns are PCRE2 within fixed bounds. Read-only once
 * made: any thread.
 *
 * Kinds, the more telling one first where they overlap: own patterns, key (tokens of known form,
 * private keys, values behind "password:" and its like), email, iban (ISO 13616, mod 97), card
 * (ISO/IEC 7812, Luhn), national_id (forms and checksums of ids.c), ip (v4, v6), phone.
 */
#ifndef TICKETMILL_REDACT_REDACT_H
#define TICKETMILL_REDACT_REDACT_H

#include "base/buf.h"
#include "config/config.h"

/* In the order of config.redaction.kinds. */
enum redact_kind {
    REDACT_EMAIL,
    REDACT_PHONE,
    REDACT_CARD,
    REDACT_IBAN,
    REDACT_IP,
    REDACT_NATIONAL_ID,
    REDACT_KEY,
    REDACT_KINDS
};
const char *redact_kind_name(enum redact_kind k); /* "national_id" */

struct redactor;

/* ST_CONFIG when an own pattern does not compile. */
MUST_CHECK enum status redactor_new(const struct config *c, struct redactor **out,
                                    struct fail *fail);
void redactor_free(struct redactor *r); /* takes NULL */

enum redact_result {
    REDACT_NOTHING, /* nothing found: send the text as it is, *out is empty */
    REDACT_DONE,    /* *out is what may leave */
    REDACT_GAVE_UP  /* an own pattern came to its limits: the text must not leave */
};

struct redact_text {
    struct slice text;    /* valid UTF-8 */
    struct slice elision; /* what stands for left-out text, if the text was cut: values cut in two
                             beside it are withheld, as is one at its end. NONE = whole */
};

/* *out: the text with placeholders, valid UTF-8, at most 16 times as long; emptied first. *counts:
 * JSON object of places by kind, {"email":2}, in the order of the kinds, own ones behind; emptied
 * first. Kinds with a placeholder of their own count each place. `pattern`: the own pattern that
 * gave up. */
enum redact_result redactor_apply(const struct redactor *r, const struct redact_text *t,
                                  struct buf *out, struct buf *counts, const char **pattern);

#endif
