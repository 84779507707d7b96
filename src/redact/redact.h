/* Taking personal data and secrets out of a text before it leaves for a provider.
 *
 * What is found is replaced by a placeholder that keeps its meaning: [EMAIL_1], and [EMAIL_1] again
 * for the same value in the same text (without regard to case, spaces and dashes). Numbers count up
 * per kind from the first appearance, past those that the text itself uses, so that nobody can
 * write a placeholder that is taken for one of ours.
 *
 * Built-in kinds are found by scanners that need linear time whatever the text and verify checksums
 * where there are any; own patterns by PCRE2 within a budget of steps. Where finds overlap, all of
 * it becomes one placeholder, of the most telling kind: own patterns, key (tokens of known form,
 * private keys, what is said to be a password), iban (ISO 13616, mod 97), card (ISO/IEC 7812,
 * Luhn), national_id (national.c, codes.c), email, ip (v4, v6), phone.
 *
 * Pure: the same text has the same result, whenever and wherever. A redactor is read-only once
 * made: any thread.
 */
#ifndef TICKETMILL_REDACT_REDACT_H
#define TICKETMILL_REDACT_REDACT_H

#include "base/buf.h"
#include "config/config.h"

/* In the order of the bits of config.redaction.kinds; own patterns follow as REDACT_KINDS + i. */
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

/* Of config.redaction, whose names must outlive it. ST_CONFIG when an own pattern does not
 * compile. */
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
    struct slice elision; /* what stands for left-out text, if the text was cut: half of a value may
                             stand beside it, or at the end of a text without it, so the words there
                             are left out too. NONE = whole */
};

/* A text becomes at most REDACT_GROWTH times as long, and REDACT_EXTRA bytes; own patterns that
 * would make it longer have come to their limits. */
#define REDACT_GROWTH 4
#define REDACT_EXTRA  1024

/* *out: the text with placeholders, valid UTF-8; emptied first. *counts: JSON object of places by
 * kind, {"email":2}, in the order of the kinds, own ones behind (those named like a kind, in
 * whatever case, count as it); emptied first, and left empty when there are none (REDACT_DONE for
 * the words beside a cut alone). *pattern: the own pattern that gave up. */
enum redact_result redactor_apply(const struct redactor *r, const struct redact_text *t,
                                  struct buf *out, struct buf *counts, const char **pattern);

#endif
