/* What an error answer means, over all the vendors' ways of saying it. Pure. */
#ifndef TICKETMILL_LLM_DIALECT_H
#define TICKETMILL_LLM_DIALECT_H

#include <stdbool.h>

#include "base/json.h"
#include "base/slice.h"
#include "model/failure.h"

/* An error as told by a provider. Absent fields are empty. Slices live with the document. */
struct dialect_error {
    struct slice code, type, param, message; /* code: a number comes as its digits */
    char code_digits[24];                    /* memory behind a numeric code */
    bool found;                              /* the document held an error at all */
};

/* Finds the error in a body: {"error":{…}}, {"error":"…"}, the members at top level, or
 * {"detail":…}. doc NULL = no JSON. */
void dialect_read(const json *doc, struct dialect_error *out);

/* Class of an answer with an error status (300 … 599). host: of the endpoint's URL.
 * has_retry_after: a Retry-After in one of its forms came along. */
enum failure dialect_classify(int http_status, const struct dialect_error *error, struct slice host,
                              bool has_retry_after);

#endif
