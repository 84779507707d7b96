/* Line by line: what a line of code, a trace or a log looks like. A cheap filter for routing, with
 * no claim to parse anything; how often it is right is for the labelled comparison to tell.
 */
#include "ticket/code.h"

#define ENOUGH 3 /* code-like lines that make a ticket contain code */

/* s is not empty, nor is word. */
static bool starts(struct slice s, const char *word)
{
    if (s.p[0] != word[0])
        return false;
    size_t n = strlen(word);
    return s.n >= n && memcmp(s.p, word, n) == 0;
}

static bool starts_any(struct slice line, const char *const *words)
{
    for (; *words; words++)
        if (starts(line, *words))
            return true;
    return false;
}

static bool has(struct slice s, const char *needle)
{
    return slice_find(s, slice_str(needle)) >= 0;
}

/* Fences and lines that hardly stand in prose. */
static bool is_sure(struct slice line)
{
    static const char *const openings[] = {"```",
                                           "~~~",
                                           "Traceback (most recent call last)",
                                           "#!/",
                                           "#include <",
                                           "#include \"",
                                           "<?php",
                                           "<!DOCTYPE html",
                                           "Exception in thread ",
                                           "diff --git ",
                                           NULL};
    if (starts_any(line, openings))
        return true;
    bool java = starts(line, "at ") && line.p[line.n - 1] == ')' && has(line, "(");
    bool python = starts(line, "File \"") && has(line, "\", line ");
    return java || python;
}

static bool is_keyword_line(struct slice line)
{
    static const char *const openings[] = {
        "def ",          "class ", "return ", "import ", "from ",    "const ",       "let ",
        "var ",          "func ",  "fn ",     "public ", "private ", "function ",    "if (",
        "if(",           "for (",  "for(",    "while (", "while(",   "} else",       "else {",
        "try {",         "try:",   "except",  "catch (", "elif ",    "package ",     "using ",
        "static ",       "void ",  "int ",    "struct ", "SELECT ",  "INSERT INTO ", "UPDATE ",
        "CREATE TABLE ", "async ", "await ",  NULL};
    if (!starts_any(line, openings))
        return false;
    /* Prose begins with some of these words too: code has one of these characters as well. */
    static const char marks[] = "(){};=:*\"<>";
    for (size_t i = 0; i < line.n; i++)
        if (memchr(marks, line.p[i], sizeof(marks) - 1))
            return true;
    return false;
}

/* One of " = ", " := ", " == ", " => ", " += ", "->". */
static bool is_assignment(struct slice line)
{
    if (memchr(line.p, '=', line.n))
        return has(line, " = ") || has(line, " := ") || has(line, " == ") || has(line, " => ") ||
               has(line, " += ") || has(line, "->");
    return memchr(line.p, '>', line.n) && has(line, "->");
}

static bool is_codelike(struct slice line)
{
    static const char *const openings[] = {"$ ",    "# ", ">>> ", "> npm ", "sudo ",
                                           "curl ", "//", "/*",   "</",     NULL};
    char last = line.p[line.n - 1];
    if (last == ';' || last == '{' || last == '}')
        return true;
    bool tag = line.p[0] == '<' && last == '>' && line.n > 2;
    bool call = last == ')' && has(line, "(") && !has(line, " (");
    return tag || call || starts_any(line, openings) || is_keyword_line(line) ||
           is_assignment(line);
}

bool text_has_code(struct slice text)
{
    int hits = 0;
    while (text.n > 0) {
        const char *end = memchr(text.p, '\n', text.n);
        size_t n = end ? (size_t)(end - text.p) : text.n;
        struct slice line = slice_trim(slice_of(text.p, n));
        text = slice_of(text.p + n + (end != NULL), text.n - n - (end != NULL));
        if (line.n == 0)
            continue;
        if (is_sure(line))
            return true;
        if (is_codelike(line) && ++hits >= ENOUGH)
            return true;
    }
    return false;
}
