/* Names of the languages that packing tells apart, from the one list in the header, and the way
 * back from a tag. It knows nothing of scripts or texts: that is the ticket room's part.
 */
#include "model/language.h"

static const char *const tags[LANG_COUNT] = {
#define X(id, tag) tag,
    LANGUAGE_LIST(X)
#undef X
};

const char *language_tag(enum language l)
{
    return (unsigned)l < LANG_COUNT ? tags[l] : tags[LANG_UND];
}

enum language language_of_tag(struct slice tag)
{
    size_t n = 0;
    while (n < tag.n && tag.p[n] != '-' && tag.p[n] != '_')
        n++;
    struct slice primary = slice_of(tag.p, n);
    for (int l = 0; l < LANG_COUNT; l++)
        if (slice_eq_nocase(primary, slice_str(tags[l])))
            return (enum language)l;
    return LANG_OTHER;
}
