/* The text a simulated model answers with. Pure. */
#ifndef TICKETMILL_SIM_CONTENT_H
#define TICKETMILL_SIM_CONTENT_H

#include <stdint.h>

#include "base/buf.h"
#include "sim/answer.h"
#include "sim/fault.h"
#include "sim/question.h"
#include "sim/verdict.h"

/* Stand-ins for what valid text cannot hold; answer.c turns them into escapes. */
#define CONTENT_SURROGATE '\x01'
#define CONTENT_NUL       '\x02'

/* Appends the answer. hashes: 8 bytes of each text's hash; rule NULL = no fault. Of the settings
 * the shares count: `disagree_percent` of the texts, chosen by their hash, get the next category,
 * `unsure_percent` of them, chosen independently, a confidence of 0.20 to 0.49. */
void content_build(const struct question *q, const struct profile *profile, const uint64_t *hashes,
                   const struct sim_fault_rule *rule, const struct answer_settings *settings,
                   struct buf *out);

#endif
