/* What a command prints as JSON or as text for people, in two further forms. Pure. */
#ifndef TICKETMILL_CLI_RENDER_H
#define TICKETMILL_CLI_RENDER_H

#include "base/buf.h"
#include "base/slice.h"

/* A JSON document as CSV, "figure,value": a line for each scalar in it, named by the keys on the
 * way to it (`cost.per_ticket.mean_usd`, `categories.0.tickets`, arrays from 0). Numbers keep every
 * digit; null is an empty cell; empty arrays and objects have no line. `document` must have passed
 * json_guard. */
void render_csv(struct slice document, struct buf *out);

/* Text in blocks (an empty line between two) as Markdown: what stands over an indented block
 * becomes a heading, the rest keeps its columns as preformatted text, so that nothing in it is
 * taken for markup. */
void render_md(struct slice text, struct buf *out);

#endif
