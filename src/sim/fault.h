/* The ways in which the simulated provider can misbehave, by name. */
#ifndef TICKETMILL_SIM_FAULT_H
#define TICKETMILL_SIM_FAULT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/random.h"
#include "base/slice.h"
#include "base/status.h"

/* X(id, name, what it does). The names are what users write. */
#define SIM_FAULT_LIST(X)                                                                          \
    X(SIM_429, "429",                                                                              \
      "rate limit; param: seconds, fraction, date, past, absurd, ms, reset, none,"                 \
      " quota (no money)")                                                                         \
    X(SIM_500, "500", "internal error, not billed")                                                \
    X(SIM_503, "503", "unavailable, not billed")                                                   \
    X(SIM_503_RETRY, "503-retry", "overloaded with Retry-After; param: seconds")                   \
    X(SIM_502, "502", "bad gateway; param billed: after generating")                               \
    X(SIM_504, "504", "gateway timeout; param billed: after generating")                           \
    X(SIM_408, "408", "request timeout; param billed: after generating")                           \
    X(SIM_401, "401", "key refused")                                                               \
    X(SIM_402, "402", "no balance")                                                                \
    X(SIM_403, "403", "region refused")                                                            \
    X(SIM_404, "404", "no such model")                                                             \
    X(SIM_400, "400", "a parameter is not supported")                                              \
    X(SIM_REJECT, "reject", "a 418 nobody has heard of")                                           \
    X(SIM_HANG, "hang", "no answer, not billed; param: seconds until it hangs up (120)")           \
    X(SIM_HANG_BILLED, "hang-billed", "the same, but billed")                                      \
    X(SIM_LORIS, "slow-loris", "billed; one byte a second")                                        \
    X(SIM_KEEPALIVE, "keepalive", "blank lines before the answer")                                 \
    X(SIM_CUT, "cut", "billed; hangs up in the middle of the body")                                \
    X(SIM_RESET, "reset", "billed; hangs up without an answer")                                    \
    X(SIM_RESET_BEFORE, "reset-before", "hangs up before generating, not billed")                  \
    X(SIM_TRUNCATE, "truncate", "cut at the token cap, finish_reason length")                      \
    X(SIM_MISSING, "missing", "one item is left out; param: how many")                             \
    X(SIM_EXTRA, "extra", "an item nobody asked for")                                              \
    X(SIM_DUPLICATE, "duplicate", "the first item twice, alike")                                   \
    X(SIM_CONFLICT, "conflict", "the first item twice, unlike")                                    \
    X(SIM_REORDER, "reorder", "items in reverse order")                                            \
    X(SIM_FOREIGN, "foreign-id", "the first item under an unknown id")                             \
    X(SIM_WRONG_CATEGORY, "wrong-category", "the first item in a category that does not exist")    \
    X(SIM_PERCENT, "percent-confidence", "confidence 93 instead of 0.93")                          \
    X(SIM_LONG_SUMMARY, "long-summary", "summaries of 1,000 characters")                           \
    X(SIM_PROSE, "prose", "sentences around the answer")                                           \
    X(SIM_FENCE, "fence", "a code fence around the answer")                                        \
    X(SIM_THINK, "think", "a <think> block before the answer")                                     \
    X(SIM_BARE_ARRAY, "bare-array", "the items without the object around them")                    \
    X(SIM_BLANK, "blank", "empty content")                                                         \
    X(SIM_SPACES, "spaces", "nothing but spaces")                                                  \
    X(SIM_NULL_CONTENT, "null-content", "content null")                                            \
    X(SIM_PARTS, "parts", "content as an array of parts")                                          \
    X(SIM_REFUSAL, "refusal", "the model refuses")                                                 \
    X(SIM_FILTER, "filter", "200 with finish_reason content_filter")                               \
    X(SIM_POLICY, "policy-400", "the provider's content filter, not billed")                       \
    X(SIM_OVERSIZE, "oversize-400",                                                                \
      "context length, when the call has more tickets than param"                                  \
      " (0), or bytes with a B behind it")                                                         \
    X(SIM_NO_USAGE, "no-usage", "usage is left out")                                               \
    X(SIM_BAD_USAGE, "bad-usage", "more cached than input tokens, negative output")                \
    X(SIM_HTML, "html", "200 with an HTML page")                                                   \
    X(SIM_EMPTY, "empty", "200 without a body")                                                    \
    X(SIM_ERROR_200, "error-200", "200 with an error object")                                      \
    X(SIM_SURROGATE, "surrogate",                                                                  \
      "a lone surrogate in the first summary; param inner: in the"                                 \
      " answer's own JSON instead of the body's")                                                  \
    X(SIM_NUL, "nul", "a NUL in the first summary")                                                \
    X(SIM_HUGE, "huge-body", "a body that does not end; param: MiB (64)")                          \
    X(SIM_GZIP, "gzip-bomb", "a small body that unpacks to one; param: MiB (64)")                  \
    X(SIM_REDIRECT, "redirect", "302 to another host")

enum sim_fault {
#define X(id, name, text) id,
    SIM_FAULT_LIST(X)
#undef X
        SIM_FAULT_COUNT,
    SIM_NO_FAULT = -1
};

struct sim_fault_rule {
    enum sim_fault fault;
    double percent; /* of calls, 0 … 100 */
    char param[32]; /* "" = none */
    char model[64]; /* strikes calls to this one only; "" = all */
};

struct sim_fault_rules {
    struct sim_fault_rule *v;
    int count;
};

const char *sim_fault_name(enum sim_fault f);
const char *sim_fault_text(enum sim_fault f); /* what it does, for --help */

/* "NAME", "NAME:25", "NAME:25:param", "NAME::param", each with "@model" or not; without a
 * percentage 100. ST_USAGE. */
MUST_CHECK enum status sim_fault_parse(struct slice spec, struct sim_fault_rule *out,
                                       struct fail *fail);

void sim_fault_add(struct sim_fault_rules *rules, const struct sim_fault_rule *rule);
void sim_fault_clear(struct sim_fault_rules *rules);

/* The first rule that strikes, in order; NULL = none. */
const struct sim_fault_rule *sim_fault_draw(const struct sim_fault_rules *rules, struct slice model,
                                            struct random *random);

/* "[[fault:NAME]]" or "[[fault:NAME:param]]" in a ticket's text. */
bool sim_fault_in_text(struct slice text, struct sim_fault_rule *out);

#endif
