/* A redactor of all built-in kinds, and what it makes of a text. */
#ifndef TICKETMILL_TESTS_REDACT_FIXTURE_H
#define TICKETMILL_TESTS_REDACT_FIXTURE_H

#include "base/mem.h"
#include "redact/redact.h"

#define ALL_KINDS ((1u << REDACT_KINDS) - 1)

struct redaction {
    struct redactor *redactor;
    struct buf out, counts;
    const char *pattern;
};

static inline bool redaction_init(struct redaction *r, uint32_t kinds, struct config_pair *patterns,
                                  int count)
{
    struct config config = {.redaction = {kinds, patterns, count}};
    struct fail fail;
    buf_init(&r->out, SIZE_MAX);
    buf_init(&r->counts, SIZE_MAX);
    return redactor_new(&config, &r->redactor, &fail) == ST_OK;
}

static inline void redaction_deinit(struct redaction *r)
{
    redactor_free(r->redactor);
    buf_deinit(&r->out);
    buf_deinit(&r->counts);
}

/* What would leave: the text itself when nothing was found, NONE when it is withheld. */
static inline struct slice redaction_of(struct redaction *r, struct slice text,
                                        struct slice elision)
{
    struct redact_text t = {text, elision};
    switch (redactor_apply(r->redactor, &t, &r->out, &r->counts, &r->pattern)) {
    case REDACT_NOTHING:
        return text;
    case REDACT_DONE:
        return buf_view(&r->out);
    case REDACT_GAVE_UP:
        break;
    }
    return SLICE_NONE;
}

#endif
