/* A pack of three tickets, and answers to it. */
#ifndef TESTS_SUPPORT_ANSWER_FIXTURE_H
#define TESTS_SUPPORT_ANSWER_FIXTURE_H

#include "batch/answer.h"

extern const struct answer_rules rules; /* billing, refund, other; summaries of 40 characters */
extern const struct answer_sent sent;   /* k7q, x9f, m2d */
extern struct arena arena;

#define ITEM(id, category, confidence, summary)                                                    \
    "{\"id\":\"" id "\",\"category\":\"" category "\",\"confidence\":" confidence                  \
    ",\"summary\":\"" summary "\"}"
#define K       ITEM("k7q", "billing", "0.93", "Charged twice.")
#define X       ITEM("x9f", "refund", "0.8", "Wants money back.")
#define M       ITEM("m2d", "other", "0.5", "Says hello.")
#define OTHER_K ITEM("k7q", "refund", "0.93", "Charged twice.")
#define FULL    "{\"results\":[" K "," X "," M "]}"

/* The arena for a group of tests. */
int make_arena(void **state);
int drop_arena(void **state);

struct answer check(struct slice content);
void states_of(const struct answer *a, char out[4]); /* V valid, - missing, ! invalid, C conflict */

#endif
