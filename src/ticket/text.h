/* Making a text fit to be sent: without control characters, within a size. Pure. */
#ifndef TICKETMILL_TICKET_TEXT_H
#define TICKETMILL_TICKET_TEXT_H

#include <stdbool.h>

#include "base/slice.h"

#define TEXT_ELISION "\n[\xe2\x80\xa6]\n" /* "[…]" on a line of its own, for what was left out */

/* Copies valid UTF-8 to out (room for s.n bytes): CR LF and CR become LF, other control characters
 * (C0, DEL, C1) except TAB and LF are left out. Returns the bytes written. */
size_t text_clean(struct slice s, char *out);

/* Copies valid UTF-8 to out (room for max_bytes). What is longer keeps two thirds of the room for
 * its head and the rest for its tail, TEXT_ELISION between them, cut between code points; without
 * room for that, its head alone. Returns the bytes written, at most max_bytes. A ticket's
 * content_hash never follows a cut that is made later than decoding. */
size_t text_cut(struct slice s, size_t max_bytes, char *out);

bool text_blank(struct slice s); /* nothing but white space, zero-width or invisible characters */

#endif
