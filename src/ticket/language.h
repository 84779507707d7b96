/* Which language a ticket is in: its own field when that is a plausible tag, else its script.
 *
 * Script tells a language only where few share it; Latin text stays LANG_UND, since guessing
 * between its languages needs more than counting. How often it is right: make labelled. Pure. */
#ifndef TICKETMILL_TICKET_LANGUAGE_H
#define TICKETMILL_TICKET_LANGUAGE_H

#include <stdbool.h>

#include "base/slice.h"
#include "model/language.h"

/* Well-formed enough to be a BCP 47 tag: 2–3 letters, then subtags of 1–8 letters or digits after
 * '-' ('_' is taken too: en_US), 35 bytes at most. "und", "mul" and "zxx" say nothing: false. */
bool language_plausible(struct slice tag);

/* By counting letters of each script; the script of most letters wins. Letters weigh by what they
 * say (a Chinese or Japanese one four times a Latin one, of other scripts twice), and Latin ones in
 * addresses, paths and identifiers not at all, since people write about such things in any
 * language. Within a script, letters that only one of its languages has decide: Chinese or
 * Japanese, Russian, Ukrainian or another, Arabic, Persian or another. text must be valid UTF-8. */
enum language language_detect(struct slice text);

#endif
