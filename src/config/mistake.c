/* The list of mistakes of a file: where, what was found, what is expected, what was meant.
 *
 * Used by all decoders and checks. Texts of the file are never quoted, since any of them may be a
 * secret in the wrong place: only numbers, amounts with a unit, words of an enum and misspelt
 * keys are shown, and nothing that came out of the environment.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/mem.h"
#include "config/load.h"

void config_errors_deinit(struct config_errors *e)
{
    mem_free(e->v);
    *e = (struct config_errors){0};
}

size_t path_push(struct load *l, const char *part)
{
    size_t length = strlen(l->path);
    const char *dot = length > 0 && part[0] != '\0' && part[0] != '[' ? "." : "";

    snprintf(l->path + length, sizeof(l->path) - length, "%s%s", dot, part);
    return length;
}

void path_pop(struct load *l, size_t length)
{
    l->path[length] = '\0';
}

void mistake(struct load *l, const struct node *at, const char *key, const char *fmt, ...)
{
    struct config_errors *errors = l->errors;
    struct config_error e = {.line = at ? at->line : 0, .column = at ? at->column : 0};
    size_t length = path_push(l, key ? key : "");
    int n = l->path[0] ? snprintf(e.text, sizeof(e.text), "%s: ", l->path) : 0;
    va_list args;

    path_pop(l, length);
    va_start(args, fmt);
    vsnprintf(e.text + n, sizeof(e.text) - (size_t)n, fmt, args);
    va_end(args);
    if (errors->count == MISTAKES_MAX)
        return;
    if ((errors->count & (errors->count - 1)) == 0)
        errors->v = mem_grow(errors->v, errors->count ? 2 * (size_t)errors->count : 1, sizeof(e));
    errors->v[errors->count++] = e;
}

/* Numbers with the units people write, "1h30m" included; a password has no such form. */
static bool looks_like_amount(struct slice s)
{
    static const char *const units[] = {
        "",    "ns",   "us",     "ms",      "s", "sec", "secs", "second", "seconds", "m",
        "min", "mins", "minute", "minutes", "h", "hr",  "hrs",  "hour",   "hours",   "d",
        "day", "days", "w",      "b",       "k", "kb",  "mb",   "gb",     "kib",     "mib",
        "gib", "byte", "bytes",  "%",       "$", "usd", "eur"};
    size_t at = 0;

    if (s.n == 0 || s.n > 32)
        return false;
    while (at < s.n) {
        size_t number = strspn(s.p + at, "+-.0123456789_:");
        if (number == 0 || strcspn(s.p + at, "0123456789") >= number)
            return false;
        at += number;
        at += s.p[at] == ' ';
        size_t letters = strcspn(s.p + at, "+-.0123456789_:"), i = 0;
        while (i < sizeof(units) / sizeof(*units) &&
               !slice_eq_nocase(slice_of(s.p + at, letters), slice_str(units[i])))
            i++;
        if (i == sizeof(units) / sizeof(*units))
            return false;
        at += letters;
    }
    return true;
}

static bool looks_like_word(struct slice s)
{
    return s.n > 0 && s.n <= 24 &&
           strspn(s.p, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_-") == s.n;
}

void found_text(const struct node *node, bool show_word, char out[FOUND_SIZE])
{
    const char *quote = node->plain ? "" : "\"";

    if (node->kind != NODE_SCALAR)
        snprintf(out, FOUND_SIZE, "%s%s", node->count ? "a " : "an empty ",
                 node->kind == NODE_MAP ? "mapping" : "list");
    else if (node->variable)
        snprintf(out, FOUND_SIZE, "the value of ${%.60s}", node->variable);
    else if (node->plain && node->text.n == 0)
        snprintf(out, FOUND_SIZE, "nothing");
    else if (node_is_null(node) || node_is_truth(node) || looks_like_amount(node->text) ||
             (node_is_number(node) && node->text.n <= 32) ||
             (show_word && looks_like_word(node->text)))
        snprintf(out, FOUND_SIZE, "%s" SLICE_FMT "%s", quote, SLICE_ARG(node->text), quote);
    else
        snprintf(out, FOUND_SIZE, "%s", node->text.n == 0 ? "an empty text" : "a text");
}

void mistake_value(struct load *l, const struct key *key, const struct node *node)
{
    char found[FOUND_SIZE];
    struct buf expected;

    buf_init(&expected, 300);
    value_expected(key, &expected);
    found_text(node, key->type == KEY_ENUM || key->type == KEY_SET || key->type == KEY_BOOL, found);
    mistake(l, node, NULL, "found %s, expected %s", found, buf_view(&expected).p);
    buf_deinit(&expected);
}
