/* One item of an answer: finding its members, judging them. Pure; internal to the room. */
#ifndef TICKETMILL_BATCH_ITEM_H
#define TICKETMILL_BATCH_ITEM_H

#include "base/arena.h"
#include "base/slice.h"
#include "batch/answer.h"

enum item_key { KEY_ID, KEY_CATEGORY, KEY_CONFIDENCE, KEY_SUMMARY, ITEM_KEYS };

struct item {
    struct slice raw;               /* the whole object */
    struct slice values[ITEM_KEYS]; /* raw text of the first member of that name; NONE = absent */
    int counts[ITEM_KEYS];          /* how many members have that name */
};

/* `object` begins with a JSON object; what follows its end, or the place where it breaks, is not
 * looked at. raw is all of `object`. */
void item_open(struct slice object, struct item *out);

/* A raw JSON string as text: NONE when it is no string, or holds invalid UTF-8, a NUL or a lone
 * surrogate. Borrows raw where it can, else lives in the arena. */
struct slice item_string(struct slice raw, struct arena *a);

/* Judges category, confidence and summary. ITEM_OK: *out is filled, raw_item included. */
enum item_fault item_judge(const struct item *i, const struct answer_rules *rules,
                           struct slice text, struct arena *a, struct verdict *out);

#endif
