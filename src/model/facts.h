/* What routing rules may ask about a ticket. Filled by the ticket room, read by the route room.
 *
 * Slices live with the ticket's content. Plain data; any thread.
 */
#ifndef TICKETMILL_MODEL_FACTS_H
#define TICKETMILL_MODEL_FACTS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/slice.h"
#include "model/language.h"

enum fact_kind {
    FACT_ABSENT, /* no such member, null, an object or an array */
    FACT_TEXT,   /* a string: its text, unescaped */
    FACT_NUMBER, /* its digits as written */
    FACT_BOOL    /* "true" or "false" */
};

struct fact {
    enum fact_kind kind;
    struct slice text;
};

struct facts {
    enum language language;
    struct slice language_tag; /* as written in the ticket; NONE = by script */
    bool has_code, has_image;
    int64_t text_bytes;        /* of the text as cut */
    const struct fact *fields; /* one per pointer that the rules ask for, in their order */
    int field_count;
};

/* The ticket's own tag, else that of the detected language: what rules and results go by. */
static inline struct slice facts_language(const struct facts *f)
{
    return f->language_tag.p ? f->language_tag : slice_str(language_tag(f->language));
}

#endif
