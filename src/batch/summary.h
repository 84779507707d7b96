/* A summary as the model wrote it, made one line within its cap. Pure; internal to the room. */
#ifndef TICKETMILL_BATCH_SUMMARY_H
#define TICKETMILL_BATCH_SUMMARY_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/slice.h"

/* Every run of white space and controls becomes one space, none at the ends. Valid UTF-8 in and
 * out; the copy is in the arena. Empty when nothing visible is left. */
struct slice summary_fold(struct arena *a, struct slice s);

/* Cuts to at most `chars` code points, without a space at the end; true when it was longer. */
bool summary_cut(struct slice *s, size_t chars);

/* Is there a URL (scheme:// or www.) in the summary that its ticket's text does not hold, whatever
 * the case? A part of a longer host name does not count as held. */
bool summary_foreign_url(struct slice summary, struct slice text);

#endif
