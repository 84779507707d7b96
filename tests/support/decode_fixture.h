/* Decoding of records that have to be good, with the usual places of a ticket's fields. */
#ifndef TESTS_SUPPORT_DECODE_FIXTURE_H
#define TESTS_SUPPORT_DECODE_FIXTURE_H

#include "ticket/decode.h"

extern const struct config_ticket decode_defaults; /* max_bytes 4096, max_text_bytes 200 */
extern const struct ticket_fields decode_no_fields;

struct record record_of(struct slice value);
/* Both fail the running test when the value is no good. The block is the caller's. */
struct ticket_content decode_with(const struct config_ticket *cfg, const char *value);
struct ticket_content decode(const char *value);

#endif
