/* Regular expressions of the configuration (PCRE2), matched within fixed bounds.
 *
 * Texts that strangers write meet patterns that somebody wrote in a hurry: matching gives up
 * before it can hold the program up. Patterns and texts are UTF-8, \w and \d know all scripts,
 * nothing is anchored. Made once, read-only afterwards: any thread may match.
 */
#ifndef TICKETMILL_BASE_REGEX_H
#define TICKETMILL_BASE_REGEX_H

#include "base/slice.h"

#define REGEX_PATTERN_MAX 1000 /* bytes */

struct regex;

/* ST_CONFIG when the pattern does not compile; the text says where and why and holds nothing of
 * the pattern. */
MUST_CHECK enum status regex_new(struct slice pattern, struct regex **out, struct fail *fail);
void regex_free(struct regex *re); /* takes NULL */

enum regex_result {
    REGEX_NO,
    REGEX_YES,
    REGEX_GAVE_UP /* more steps, depth or memory than a sane match takes, or invalid UTF-8 */
};
enum regex_result regex_match(const struct regex *re, struct slice text);
/* One that is searched for everywhere in a text: what it does is counted, so that all of one
 * search stays within a budget, whatever the text. Slower than regex_new's. Errors as there. */
MUST_CHECK enum status regex_new_counted(struct slice pattern, struct regex **out,
                                         struct fail *fail);

/* Tells `take` of every match, left to right: bytes from … to - 1, never empty, never overlapping.
 * re: of regex_new_counted. text: valid UTF-8. REGEX_GAVE_UP, perhaps after some matches, when the
 * search takes more steps than REGEX_STEPS + REGEX_STEPS_BYTE a byte of the text, or passes a limit
 * of regex_match; that depends on pattern and text only, not on time. */
#define REGEX_STEPS      100000
#define REGEX_STEPS_BYTE 64
enum regex_result regex_each(const struct regex *re, struct slice text,
                             void (*take)(void *self, size_t from, size_t to), void *self);

#endif
