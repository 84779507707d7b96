/* Looks back from a value for a word that says what it is. */
#include "redact/near.h"

#include <string.h>

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static bool is_ascii_letter(char c)
{
    return fold_ascii_letter(c);
}

/* Does the word stand at p (n bytes left), by itself if it is ASCII? */
static bool stands_at(const char *text, size_t i, size_t n, const char *word)
{
    size_t length = strlen(word);
    if (length > n - i)
        return false;
    for (size_t k = 0; k < length; k++) {
        if (lower(text[i + k]) != word[k])
            return false;
    }
    bool left = i > 0 && is_ascii_letter(text[i - 1]) && is_ascii_letter(word[0]);
    bool right =
        i + length < n && is_ascii_letter(text[i + length]) && is_ascii_letter(word[length - 1]);
    return !left && !right;
}

bool near_word(const struct fold *f, size_t at, size_t bytes, const char *const *words)
{
    const char *text = f->text.p;
    size_t end = f->at[at], from = end > bytes ? end - bytes : 0;
    for (size_t i = end; i > from; i--) {
        if (text[i - 1] == '\n' || text[i - 1] == '!' || text[i - 1] == '?') {
            from = i;
            break;
        }
    }
    for (size_t i = from; i < end; i++) {
        for (const char *const *w = words; *w; w++) {
            if (stands_at(text + from, i - from, end - from, *w))
                return true;
        }
    }
    return false;
}
