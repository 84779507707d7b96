/* The scanners: each reports what it finds in a folded text. Private to this room.
 *
 * Linear in the text, save for windows of a bounded number of groups of digits. */
#ifndef TICKETMILL_REDACT_SCAN_H
#define TICKETMILL_REDACT_SCAN_H

#include "redact/fold.h"

/* Where values stand, in characters of the folded text: [from, to). */
struct span {
    size_t from, to;
};

struct spans {
    struct span *v;
    size_t count, cap;
};

void spans_add(struct spans *s, size_t from, size_t to);

void scan_email(const struct fold *f, struct spans *out);
void scan_ip(const struct fold *f, struct spans *out);
void scan_iban(const struct fold *f, struct spans *out);
void scan_card(const struct fold *f, struct spans *out);
void scan_phone(const struct fold *f, struct spans *out);
void scan_national_id(const struct fold *f, struct spans *out);
void scan_key(const struct fold *f, struct spans *out);
void scan_told_secret(const struct fold *f, struct spans *out); /* a part of scan_key */

#endif
