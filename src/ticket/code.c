/* Adds up how much the lines look like code (code_line.h) over a window, since code comes in one
 * piece and single odd lines of a long text are no code. A filter for routing, with no claim to
 * parse anything; how often it is right is measured on labelled tickets (make labelled).
 */
#include "ticket/code.h"

#include "ticket/code_line.h"

#define WINDOW 16 /* lines that are not empty */

/* Quotation marks of mail in front of a line; Python's prompt looks alike and stays. */
static struct slice unquoted(struct slice line)
{
    while (line.n > 1 && line.p[0] == '>' && line.p[1] == ' ')
        line = slice_trim(behind(line, 2));
    return line;
}

static int points_of(struct slice line)
{
    struct slice text = slice_trim(line);
    if (text.n == 0)
        return -1;
    size_t indent = (size_t)(text.p - line.p) * (line.p[0] == '\t' ? 4 : 1);
    text = unquoted(text);
    if (text.n == 0)
        return 0;
    int points = code_word_points(text);
    if (points < CODE_ENOUGH)
        points += code_form_points(text, indent);
    return points < CODE_ENOUGH ? points + code_marks_points(text) : points;
}

bool text_has_code(struct slice text)
{
    int window[WINDOW] = {0}, at = 0, sum = 0;
    while (text.n > 0) {
        const char *end = memchr(text.p, '\n', text.n);
        size_t n = end ? (size_t)(end - text.p) : text.n;
        int points = points_of(slice_of(text.p, n));
        text = slice_of(text.p + n + (end != NULL), text.n - n - (end != NULL));
        if (points < 0)
            continue;
        sum += points - window[at];
        window[at] = points;
        at = (at + 1) % WINDOW;
        if (sum >= CODE_ENOUGH)
            return true;
    }
    return false;
}
