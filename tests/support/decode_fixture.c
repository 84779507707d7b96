/* Decoding for tests of good records; see the header. */
#include "support/decode_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

const struct config_ticket decode_defaults = {.id = "/ticket_id",
                                              .subject = "/subject",
                                              .body = "/body",
                                              .language = "/language",
                                              .max_bytes = 4096,
                                              .max_text_bytes = 200};

const struct ticket_fields decode_no_fields = {NULL, 0};

struct record record_of(struct slice value)
{
    return (struct record){.timestamp_unix_ms = -1, .key = SLICE_NONE, .value = value};
}

struct ticket_content decode_with(const struct config_ticket *cfg, const char *value)
{
    struct record rec = record_of(slice_str(value));
    struct ticket_content c;
    enum reason why = REASON_NONE;
    char detail[TICKET_DETAIL_SIZE] = "";
    if (!ticket_decode(cfg, decode_no_fields, &rec, &c, &why, detail))
        fail_msg("%s: %s (%s)", value, reason_name(why), detail);
    return c;
}

struct ticket_content decode(const char *value)
{
    return decode_with(&decode_defaults, value);
}
