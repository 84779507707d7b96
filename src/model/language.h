/* The language of a ticket, as far as packing and token caps need to know it.
 *
 * A closed list: languages outside of it share LANG_OTHER. The exact tag a ticket came with is
 * kept beside it as text. Numbers are not stored anywhere. Pure. */
#ifndef TICKETMILL_MODEL_LANGUAGE_H
#define TICKETMILL_MODEL_LANGUAGE_H

#include <stdbool.h>

#include "base/slice.h"

/* X(id, primary subtag of BCP 47) */
#define LANGUAGE_LIST(X)                                                                           \
    X(LANG_UND, "und")   /* not told, and the script does not tell (Latin) */                      \
    X(LANG_OTHER, "mul") /* told, but not in this list */                                          \
    X(LANG_EN, "en")                                                                               \
    X(LANG_DE, "de")                                                                               \
    X(LANG_FR, "fr")                                                                               \
    X(LANG_ES, "es")                                                                               \
    X(LANG_IT, "it")                                                                               \
    X(LANG_PT, "pt")                                                                               \
    X(LANG_NL, "nl")                                                                               \
    X(LANG_PL, "pl")                                                                               \
    X(LANG_TR, "tr")                                                                               \
    X(LANG_VI, "vi")                                                                               \
    X(LANG_ID, "id")                                                                               \
    X(LANG_SV, "sv")                                                                               \
    X(LANG_CS, "cs")                                                                               \
    X(LANG_UK, "uk")                                                                               \
    X(LANG_RU, "ru")                                                                               \
    X(LANG_EL, "el")                                                                               \
    X(LANG_AR, "ar")                                                                               \
    X(LANG_FA, "fa")                                                                               \
    X(LANG_HE, "he")                                                                               \
    X(LANG_HI, "hi")                                                                               \
    X(LANG_TH, "th")                                                                               \
    X(LANG_ZH, "zh")                                                                               \
    X(LANG_JA, "ja")                                                                               \
    X(LANG_KO, "ko")

enum language {
#define X(id, tag) id,
    LANGUAGE_LIST(X)
#undef X
        LANG_COUNT
};

const char *language_tag(enum language l); /* "en"; never NULL */

/* The entry whose tag equals the primary subtag of `tag` (up to the first '-' or '_'), whatever
 * its case; LANG_OTHER when none does. */
enum language language_of_tag(struct slice tag);

/* Written without spaces and with about one token a character. */
static inline bool language_is_cjk(enum language l)
{
    return l == LANG_ZH || l == LANG_JA || l == LANG_KO;
}

#endif
