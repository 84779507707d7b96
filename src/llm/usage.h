/* Reading of usage objects. Pure. */
#ifndef TICKETMILL_LLM_USAGE_H
#define TICKETMILL_LLM_USAGE_H

#include "base/json.h"
#include "base/slice.h"
#include "model/usage.h"

/* Nothing known. */
void usage_init(struct usage *out);

/* usage: the answer's object; raw: its text, for the cost. What makes no sense leaves
 * `present` false; parts that do not add up are cut to fit and `clamped` is set. */
void usage_read(const json *usage, struct slice raw, struct usage *out);

#endif
