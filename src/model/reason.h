/* Why a ticket is dead; the names are wire format (header ticketmill-reason). Numbers are stored
 * in the ledger: never renumber. */
#ifndef TICKETMILL_MODEL_REASON_H
#define TICKETMILL_MODEL_REASON_H

#include <stdbool.h>

#include "base/slice.h"

#define REASON_LIST(X)                                                                             \
    X(REASON_NONE, 0, "")                                                                          \
    X(REASON_INVALID_JSON, 1, "invalid_json")                                                      \
    X(REASON_INVALID_UTF8, 2, "invalid_utf8")                                                      \
    X(REASON_EMPTY, 3, "empty")                                                                    \
    X(REASON_TOO_LONG, 4, "too_long")                                                              \
    X(REASON_UNSUPPORTED_FORMAT, 5, "unsupported_format")                                          \
    X(REASON_REFUSED, 6, "refused")                                                                \
    X(REASON_POLICY, 7, "policy")                                                                  \
    X(REASON_NO_VALID_ANSWER, 8, "no_valid_answer")                                                \
    X(REASON_ATTEMPTS_EXHAUSTED, 9, "attempts_exhausted")                                          \
    X(REASON_CRASH_SUSPECT, 10, "crash_suspect")

enum reason {
#define X(id, number, name) id = number,
    REASON_LIST(X)
#undef X
};

#define REASON_COUNT 11

const char *reason_name(enum reason r);
bool reason_parse(struct slice name, enum reason *out);

#endif
