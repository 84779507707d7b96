/* Phrases of prompt injection, found whatever their ASCII case, in one pass over the text,
 * only looked for where one can begin.
 */
#include "ticket/suspect.h"

#include <string.h>

static const char *const phrases[] = {
    "ignore previous",
    "ignore all previous",
    "ignore the above",
    "ignore your instructions",
    "ignore all instructions",
    "disregard previous",
    "disregard all",
    "disregard the above",
    "forget your instructions",
    "forget all previous",
    "new instructions:",
    "your system prompt",
    "you are now ",
    "act as if you",
    "as an ai language model",
    "classify all",
    "classify every",
    "label all",
    "for all tickets",
    "all other tickets",
    "the other tickets",
    "ignoriere alle",
    "ignoriere die",
    "vergiss alle anweisungen",
    "ignora las instrucciones",
    "ignora todas",
    "ignore les instructions",
    "ignore as instru",
    "<|",
    "</think",
    "[inst]",
    "<<sys>>",
    "\"results\"",
    "\"confidence\"",
    "### instruction",
    "### system",
    "忽略之前",
    "忽略以上",
    "忽略所有",
    "无视之前",
    "以前の指示を無視",
    "上記の指示を無視",
};

static unsigned char lower(unsigned char c)
{
    return c >= 'A' && c <= 'Z' ? (unsigned char)(c + 32) : c;
}

static bool begins(struct slice rest, const char *phrase)
{
    size_t n = strlen(phrase);
    if (rest.n < n)
        return false;
    for (size_t i = 0; i < n; i++) {
        if (lower((unsigned char)rest.p[i]) != (unsigned char)phrase[i])
            return false;
    }
    return true;
}

static bool begins_any(struct slice rest)
{
    unsigned char first = lower((unsigned char)rest.p[0]);
    for (size_t i = 0; i < sizeof phrases / sizeof *phrases; i++) {
        if ((unsigned char)phrases[i][0] == first && begins(rest, phrases[i]))
            return true;
    }
    return false;
}

/* Phrases begin at the start of a word; those of punctuation or Han begin anywhere. */
static bool may_begin(struct slice text, size_t at)
{
    unsigned char c = lower((unsigned char)text.p[at]);
    if (c >= 0xe4)
        return true;
    if (c == '<' || c == '[' || c == '"' || c == '#')
        return true;
    if (c < 'a' || c > 'z')
        return false;
    unsigned char before = at ? lower((unsigned char)text.p[at - 1]) : ' ';
    return before < 'a' || before > 'z';
}

bool text_suspect(struct slice text)
{
    for (size_t at = 0; at < text.n; at++) {
        if (may_begin(text, at) && begins_any(slice_of(text.p + at, text.n - at)))
            return true;
    }
    return false;
}
