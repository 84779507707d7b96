/* Walks JSON text in place, without building a tree: the simulator shares the machine with what
 * it measures, and a request is mostly one long string.
 *
 * The first thing that is not JSON sets `bad`; from then on everything answers false. Pure.
 */
#ifndef TICKETMILL_SIM_SCAN_H
#define TICKETMILL_SIM_SCAN_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/slice.h"

struct scan {
    const char *p, *end;
    bool more; /* a value of this container was read: a comma must come before the next */
    bool bad;
};

void scan_init(struct scan *s, struct slice text);
bool scan_open(struct scan *s, char bracket);            /* '{' or '[' */
bool scan_member(struct scan *s, struct slice *raw_key); /* false: '}' was read, or bad */
bool scan_element(struct scan *s);                       /* false: ']' was read, or bad */
bool scan_string(struct scan *s, struct slice *raw);     /* between the quotes, still escaped */
bool scan_value(struct scan *s, struct slice *raw);      /* any value, as it stands */
bool scan_end(struct scan *s);                           /* nothing but white space is left */

/* Appends the text that raw stands for; false when an escape is none. */
bool scan_unescape(struct slice raw, struct buf *out);

#endif
