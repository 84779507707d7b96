/* Writing a JSON document member by member into a buf, commas and quotes taken care of.
 *
 * Amounts are written twice: NAME_pusd, the exact integer, and NAME_usd, the same as a decimal
 * string of 12 places; both null when no price is known. key is NULL inside arrays. */
#ifndef TICKETMILL_REPORT_JSON_OUT_H
#define TICKETMILL_REPORT_JSON_OUT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"

struct json_out {
    struct buf *out;
    bool comma; /* something stands before in the innermost object or array */
};

void json_out_open(struct json_out *j, const char *key, char bracket); /* '{' or '[' */
void json_out_close(struct json_out *j, char bracket);                 /* '}' or ']' */
void json_out_i64(struct json_out *j, const char *key, int64_t v);
void json_out_known(struct json_out *j, const char *key, int64_t v);      /* negative = null */
void json_out_number(struct json_out *j, const char *key, const char *v); /* as it stands */
void json_out_bool(struct json_out *j, const char *key, bool v);
/* NONE = null; what is no UTF-8 comes out as U+FFFD. */
void json_out_text(struct json_out *j, const char *key, struct slice v);
void json_out_time(struct json_out *j, const char *key, int64_t unix_us); /* 0 = null; UTC */
void json_out_usd(struct json_out *j, const char *name, int64_t pusd);    /* negative = null */

#endif
