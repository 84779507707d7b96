/* How much a single line looks like code, in points. For code.c; its two halves are code_start.c
 * (how a line begins) and code_marks.c (what stands in it). Pure; lines need not be valid UTF-8. */
#ifndef TICKETMILL_TICKET_CODE_LINE_H
#define TICKETMILL_TICKET_CODE_LINE_H

#include <stdbool.h>

#include "base/slice.h"

/* 4 points make a text code: prose hardly ever looks like that. 3: code, if there is a second sign;
 * 2: two of them are enough; 1: seen in code, but elsewhere too. */
enum { CODE_ENOUGH = 4, CODE_STRONG = 3, CODE_MEDIUM = 2, CODE_WEAK = 1 };

/* line: trimmed, not empty; indent: blanks in front of it. */
int code_word_points(struct slice line);
int code_form_points(struct slice line, size_t indent);
int code_marks_points(struct slice line);

/* ---- shared by these ---- */

static inline bool is_small(char c)
{
    return c >= 'a' && c <= 'z';
}

static inline bool is_capital(char c)
{
    return c >= 'A' && c <= 'Z';
}

static inline bool is_number(char c)
{
    return c >= '0' && c <= '9';
}

/* Of a name in most languages. */
static inline bool is_name(char c)
{
    return is_small(c) || is_capital(c) || is_number(c) || c == '_';
}

/* The byte at i, or a blank outside of the line. */
static inline char byte_at(struct slice s, size_t i)
{
    return i < s.n ? s.p[i] : ' ';
}

static inline char last_byte(struct slice s)
{
    return s.n > 0 ? s.p[s.n - 1] : ' ';
}

static inline struct slice behind(struct slice s, size_t at)
{
    return at < s.n ? slice_of(s.p + at, s.n - at) : slice_of(s.p + s.n, 0);
}

static inline bool begins(struct slice s, const char *word)
{
    size_t n = strlen(word);
    return s.n >= n && memcmp(s.p, word, n) == 0;
}

static inline bool holds(struct slice s, const char *needle)
{
    return slice_find(s, slice_str(needle)) >= 0;
}

/* Bytes of the name at the line's beginning. */
static inline size_t name_length(struct slice s)
{
    size_t n = 0;
    while (n < s.n && is_name(s.p[n]))
        n++;
    return n > 0 && !is_number(s.p[0]) ? n : 0;
}

/* What stands behind an assignment in code, not in a list of prices: a call, text in quotes, a
 * list, a variable, one word and the end of a statement. */
static inline bool is_expression(struct slice s)
{
    s = slice_trim(s);
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        if (c == '"' || c == '\'' || c == '[' || c == '{' || c == '$')
            return true;
        if (c == '(' && i > 0 && is_name(s.p[i - 1]))
            return true;
    }
    return last_byte(s) == ';' && !memchr(s.p, ' ', s.n);
}

#endif
