/* Tags are judged by their form, texts by counting letters of each script. Which language a script
 * stands for is a table; Latin and mixed scripts stay undetermined.
 */
#include "ticket/language.h"

#include "base/utf8.h"
#include "ticket/script.h"

#define TAG_MAX 35 /* the longest a tag of the registry's kinds gets (RFC 5646, 4.4.1) */

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_separator(char c)
{
    return c == '-' || c == '_';
}

/* Letters, or letters and digits, up to the next separator. */
static size_t subtag_length(struct slice tag, bool digits)
{
    size_t n = 0;
    while (n < tag.n && (is_letter(tag.p[n]) || (digits && tag.p[n] >= '0' && tag.p[n] <= '9')))
        n++;
    return n == tag.n || is_separator(tag.p[n]) ? n : 0;
}

static bool says_nothing(struct slice primary)
{
    return slice_eq_nocase(primary, SLICE_LIT("und")) ||
           slice_eq_nocase(primary, SLICE_LIT("mul")) || slice_eq_nocase(primary, SLICE_LIT("zxx"));
}

bool language_plausible(struct slice tag)
{
    if (tag.n > TAG_MAX)
        return false;
    size_t n = subtag_length(tag, false);
    if (n < 2 || n > 3 || says_nothing(slice_of(tag.p, n)))
        return false;
    while (n < tag.n) {
        struct slice rest = slice_of(tag.p + n + 1, tag.n - n - 1);
        size_t len = subtag_length(rest, true);
        if (len < 1 || len > 8)
            return false;
        n += 1 + len;
    }
    return true;
}

enum language language_detect(struct slice text)
{
    static const enum language owner[SCRIPT_COUNT] = {
        [SCRIPT_GREEK] = LANG_EL,  [SCRIPT_CYRILLIC] = LANG_RU,   [SCRIPT_HEBREW] = LANG_HE,
        [SCRIPT_ARABIC] = LANG_AR, [SCRIPT_DEVANAGARI] = LANG_HI, [SCRIPT_THAI] = LANG_TH,
        [SCRIPT_HAN] = LANG_ZH,    [SCRIPT_KANA] = LANG_JA,       [SCRIPT_HANGUL] = LANG_KO,
        [SCRIPT_LATIN] = LANG_UND, [SCRIPT_OTHER] = LANG_OTHER,
    };
    size_t letters[SCRIPT_COUNT] = {0};
    for (size_t at = 0; at < text.n;)
        letters[script_of(utf8_next(text, &at))]++;
    if (letters[SCRIPT_KANA] > 0) { /* Japanese is written in Han and kana together */
        letters[SCRIPT_KANA] += letters[SCRIPT_HAN];
        letters[SCRIPT_HAN] = 0;
    }
    /* A Chinese or Korean letter says as much as several Latin ones, and such tickets are full of
     * Latin product names. */
    for (int s = SCRIPT_HAN; s <= SCRIPT_HANGUL; s++)
        letters[s] *= 3;
    enum script best = SCRIPT_LATIN;
    for (int s = SCRIPT_LATIN; s < SCRIPT_COUNT; s++)
        if (letters[s] > letters[best])
            best = (enum script)s;
    return owner[best];
}
