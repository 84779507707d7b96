/* Body of a call to POST /chat/completions.
 *
 * All that is the same for every call of a model and a system message is prepared once, so that a
 * call costs one quoting of the user message. The bytes before the user message are identical
 * from call to call (providers cache prefixes).
 */
#ifndef TICKETMILL_LLM_REQUEST_H
#define TICKETMILL_LLM_REQUEST_H

#include <stdint.h>

#include "base/buf.h"
#include "base/slice.h"
#include "base/status.h"
#include "config/config.h"

struct llm_template; /* read-only once made; any thread */

/* system: the whole system message, valid UTF-8. Members come in this order: model, messages,
 * temperature, token cap, stream, response_format, service_tier, then those of extra_body; a
 * member of extra_body replaces ours of the same name. ST_CONFIG when extra_body sets what the
 * program must control: model, messages, stream, n, and every token cap. */
MUST_CHECK enum status llm_template_new(const struct config *config, int model, struct slice system,
                                        struct llm_template **out, struct fail *fail);
/* The same, asking for a stream with usage in its last chunk. */
MUST_CHECK enum status llm_template_new_stream(const struct config *config, int model,
                                               struct slice system, struct llm_template **out,
                                               struct fail *fail);
void llm_template_free(struct llm_template *t); /* takes NULL */

/* Appends the body. user_json: text of the user message (valid UTF-8); token_cap ≥ 1. */
void llm_request_build(const struct llm_template *t, struct slice user_json, int64_t token_cap,
                       struct buf *out);

#endif
