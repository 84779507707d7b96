/* Phrases of prompt injection, found whatever their ASCII case, in one pass over the text,
 * only looked for where one can begin.
 */
#include "ticket/suspect.h"

/* By their first byte, each list ended by NULL. */
static const char *const with_i[] = {"ignore previous",
                                     "ignore all previous",
                                     "ignore the above",
                                     "ignore your instructions",
                                     "ignore all instructions",
                                     "ignoriere alle",
                                     "ignoriere die",
                                     "ignora las instrucciones",
                                     "ignora todas",
                                     "ignore les instructions",
                                     "ignore as instru",
                                     NULL};
static const char *const with_d[] = {"disregard previous", "disregard all", "disregard the above",
                                     NULL};
static const char *const with_f[] = {"forget your instructions", "forget all previous",
                                     "for all tickets", NULL};
static const char *const with_n[] = {"new instructions:", NULL};
static const char *const with_y[] = {"your system prompt", "you are now ", NULL};
static const char *const with_a[] = {"act as if you", "as an ai language model",
                                     "all other tickets", NULL};
static const char *const with_c[] = {"classify all", "classify every", NULL};
static const char *const with_l[] = {"label all", NULL};
static const char *const with_t[] = {"the other tickets", NULL};
static const char *const with_v[] = {"vergiss alle anweisungen", NULL};
static const char *const with_angle[] = {"<|", "</think", "<<sys>>", NULL};
static const char *const with_bracket[] = {"[inst]", NULL};
static const char *const with_quote[] = {"\"results\"", "\"confidence\"", NULL};
static const char *const with_hash[] = {"### instruction", "### system", NULL};
static const char *const with_e5[] = {"忽略之前", "忽略以上", "忽略所有", NULL};
static const char *const with_e6[] = {"无视之前", NULL};
static const char *const with_e4[] = {"以前の指示を無視", "上記の指示を無視", NULL};
static const char *const *const phrases[256] = {
    ['i'] = with_i,     ['d'] = with_d,    ['f'] = with_f,     ['n'] = with_n,
    ['y'] = with_y,     ['a'] = with_a,    ['c'] = with_c,     ['l'] = with_l,
    ['t'] = with_t,     ['v'] = with_v,    ['<'] = with_angle, ['['] = with_bracket,
    ['"'] = with_quote, ['#'] = with_hash, [0xe5] = with_e5,   [0xe6] = with_e6,
    [0xe4] = with_e4,
};

static unsigned char lower(unsigned char c)
{
    return c >= 'A' && c <= 'Z' ? (unsigned char)(c + 32) : c;
}

static bool begins(struct slice rest, const char *phrase)
{
    size_t n = 0;
    for (; phrase[n] && n < rest.n; n++) {
        if (lower((unsigned char)rest.p[n]) != (unsigned char)phrase[n])
            return false;
    }
    return !phrase[n];
}

static bool begins_any(struct slice rest)
{
    const char *const *list = phrases[lower((unsigned char)rest.p[0])];
    for (; list && *list; list++) {
        if (begins(rest, *list))
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
