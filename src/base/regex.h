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
/* The first match from byte `at` on: [*from, *to). at > 0: behind a match of the same text, on a
 * boundary of characters. */
enum regex_result regex_find(const struct regex *re, struct slice text, size_t at, size_t *from,
                             size_t *to);

#endif
