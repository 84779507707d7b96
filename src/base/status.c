/* Tables of the status list, and the filling in of `struct fail`. Knows no library's codes: those
 * are translated by each edge's errmap.c before they get here.
 */
#include "base/status.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/utf8.h"

static const struct {
    const char *name, *text;
    enum status_class class;
    int exit_code;
} statuses[ST_COUNT] = {
#define X(code, class, exit_code, text) [code] = {#code, text, class, exit_code},
    STATUS_LIST(X)
#undef X
};

static enum status known(enum status code)
{
    return (unsigned)code < ST_COUNT ? code : ST_INTERNAL;
}

const char *status_text(enum status code)
{
    return statuses[known(code)].text;
}

const char *status_name(enum status code)
{
    return statuses[known(code)].name;
}

enum status_class status_class(enum status code)
{
    return statuses[known(code)].class;
}

int status_exit(enum status code)
{
    return statuses[known(code)].exit_code;
}

/* vsnprintf into text; a cut text ends at a character, not inside one. */
static void print_text(char *text, size_t size, const char *fmt, va_list ap)
{
    int n = vsnprintf(text, size, fmt, ap);
    if (n < 0)
        text[0] = '\0';
    else if ((size_t)n >= size)
        text[utf8_cut(slice_of(text, size - 1))] = '\0';
}

enum status fail_set(struct fail *f, enum status code, int sys, const char *fmt, ...)
{
    if (!f)
        return code;
    char text[sizeof f->text]; /* arguments may point into f->text */
    va_list ap;
    va_start(ap, fmt);
    print_text(text, sizeof text, fmt, ap);
    va_end(ap);
    f->code = code;
    f->sys = sys;
    memcpy(f->text, text, sizeof text);
    return code;
}

void fail_context(struct fail *f, const char *fmt, ...)
{
    if (!f)
        return;
    char context[sizeof f->text], text[sizeof f->text];
    va_list ap;
    va_start(ap, fmt);
    print_text(context, sizeof context, fmt, ap);
    va_end(ap);
    memcpy(text, f->text, sizeof text);
    int n = snprintf(f->text, sizeof f->text, "%s: %s", context, text);
    if (n < 0 || (size_t)n >= sizeof f->text)
        f->text[utf8_cut(slice_of(f->text, sizeof f->text - 1))] = '\0';
}
