/* From a record's bytes to the text that is sent to a model, or to the reason it cannot be.
 *
 * Pure: the same bytes give the same content. The rules are section 1 of the contract; what it
 * leaves open is settled here:
 * - the value is one JSON object; of a key that stands twice in it the first one counts;
 * - id: a non-empty string, or an integer (its digits as written); any other type is as if absent.
 *   Longer than TICKET_ID_MAX is a dead letter (invalid_json). Without an id the record key
 *   serves, when it is 1 … TICKET_ID_MAX bytes of valid UTF-8 without NUL;
 * - subject and body that are no strings, or blank, are as if absent; both absent is `empty`;
 * - a value without a byte but white space is `empty` too;
 * - text: "subject\n\nbody", or the one there is; CR LF and CR become LF, other control characters
 *   except TAB are left out;
 * - text above max_text_bytes keeps two thirds from its head and one third from its tail around
 *   TEXT_ELISION, in all at most max_text_bytes, cut between code points, and FLAG_TEXT_CUT;
 * - fields for routing rules are taken as they stand in the document: numbers with every digit.
 */
#ifndef TICKETMILL_TICKET_DECODE_H
#define TICKETMILL_TICKET_DECODE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/sha256.h"
#include "base/slice.h"
#include "config/config.h"
#include "model/facts.h"
#include "model/reason.h"
#include "model/record.h"
#include "model/verdict.h"

#define TICKET_ID_MAX       512 /* bytes */
#define TICKET_DETAIL_SIZE  200
#define TICKET_CUSTOMER_MAX 256 /* bytes; what is longer is cut */

/* JSON pointers of the values that routing rules ask for; borrowed. */
struct ticket_fields {
    const char *const *v;
    int count;
};

struct ticket_content {
    char *block;     /* one allocation that holds every slice below; mem_free ends the content */
    struct slice id; /* the ticket's own or the record key; NONE = name it by position */
    struct slice customer;             /* cfg->customer's value; NONE = none */
    struct slice text;                 /* valid UTF-8, as cut, before redaction */
    uint32_t flags;                    /* FLAG_TEXT_CUT or 0 */
    uint8_t content_hash[SHA256_SIZE]; /* SHA-256 of `text` */
    int64_t est_tokens;                /* of `text`, uncorrected (tokens.h) */
    struct facts facts; /* language, code, image (an entry of /attachments whose type is image/…);
                           its slices and fields lie in `block` */
};

/* True: *out is filled and out->block is the caller's. False: *why and a detail for humans that
 * holds no ticket text; *out untouched. A tombstone (value NONE) never comes here: the caller
 * skips it; should one come, it is `empty`. */
bool ticket_decode(const struct config_ticket *cfg, struct ticket_fields fields,
                   const struct record *rec, struct ticket_content *out, enum reason *why,
                   char detail[TICKET_DETAIL_SIZE]);

#endif
