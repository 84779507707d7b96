/* Base64 (RFC 4648, section 4, with padding). */
#ifndef TICKETMILL_BASE_BASE64_H
#define TICKETMILL_BASE_BASE64_H

#include "base/buf.h"
#include "base/slice.h"

/* Both append; false, with nothing appended, for more than a gigabyte. */
MUST_CHECK bool base64_encode(struct buf *out, struct slice bytes);
/* False also for a text that is not Base64 to the letter: wrong alphabet or padding, white space.
 */
MUST_CHECK bool base64_decode(struct buf *out, struct slice text);

#endif
