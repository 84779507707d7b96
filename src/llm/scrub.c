/* Error messages without secrets.
 *
 * Ticket text is recognised by looking for pieces of the message in the user message as it was
 * sent, so an echo shorter than two pieces can stay; model names, categories and the like are in
 * the system part, parameters behind the message, and both are left alone.
 */
#include "llm/scrub.h"

#include <string.h>

#define PIECE 12 /* bytes that must be alike; any echo of twice that holds such a piece */

static void blot(char *from, size_t n)
{
    memset(from, '*', n);
}

static void scrub_key(char *message, const char *key)
{
    size_t n = key != NULL ? strlen(key) : 0;
    if (n < 4)
        return;
    for (char *at = message; (at = strstr(at, key)) != NULL; at += n)
        blot(at, n);
}

/* The JSON string that `text` begins with; all of it when it begins with something else. */
static struct slice first_string(struct slice text)
{
    if (text.n == 0 || text.p[0] != '"')
        return text;
    for (size_t i = 1; i < text.n; i++) {
        if (text.p[i] == '\\')
            i++;
        else if (text.p[i] == '"')
            return slice_of(text.p, i + 1);
    }
    return text;
}

void scrub_message(char *message, const char *key, struct slice request_body)
{
    struct slice mark = SLICE_LIT("{\"role\":\"user\",\"content\":");
    if (message[0] == '\0')
        return;
    scrub_key(message, key);
    ptrdiff_t at = request_body.n > 0 ? slice_find(request_body, mark) : -1;
    if (at < 0)
        return;
    size_t from = (size_t)at + mark.n;
    struct slice user = first_string(slice_of(request_body.p + from, request_body.n - from));
    char clean[512];
    size_t n = strlen(message);
    if (n > sizeof clean)
        n = sizeof clean;
    memcpy(clean, message, n); /* pieces overlap: compare what stood there before */
    for (size_t i = 0; i + PIECE <= n; i++)
        if (memmem(user.p, user.n, clean + i, PIECE) != NULL)
            blot(message + i, PIECE);
}
