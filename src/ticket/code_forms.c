/* The form of a whole line, whatever its words: prompts, settings, tags, brackets, logs, schedules,
 * the end of a statement.
 */
#include "ticket/code_line.h"

/* <tag>, <a href="…">…</a>, </tag>; not <name> text or <a@b.c>. */
static int by_tag(struct slice line)
{
    char second = byte_at(line, 1);
    bool tag = line.p[0] == '<' && last_byte(line) == '>' && line.n > 2 &&
               (is_small(second) || second == '/') && !memchr(line.p, '@', line.n);
    return tag ? CODE_MEDIUM : 0;
}

/* C:\>, PS C:\Users\x>, mysql>, 127.0.0.1:6379> */
static int by_prompt(struct slice line)
{
    size_t end = 0;
    while (end < line.n && (is_name(line.p[end]) || memchr(".:@~/-()", line.p[end], 8)))
        end++;
    if (end > 2 && byte_at(line, end) == '>' && byte_at(line, end + 1) == ' ' && end + 2 < line.n)
        return CODE_MEDIUM;
    if (begins(line, "PS "))
        line = behind(line, 3);
    if (!is_capital(byte_at(line, 0)) || byte_at(line, 1) != ':' || byte_at(line, 2) != '\\')
        return 0;
    size_t n = 3;
    while (n < line.n && line.p[n] != ' ' && line.p[n] != '>')
        n++;
    return byte_at(line, n) == '>' ? CODE_ENOUGH : 0;
}

/* NAME=value without blanks, "name": value, [section], name: value; of style sheets. */
static int by_setting(struct slice line)
{
    size_t n = name_length(line);
    while (n > 0 && n < line.n && (is_name(line.p[n]) || line.p[n] == '.' || line.p[n] == '-'))
        n++;
    if (n > 0 && byte_at(line, n) == '=' && byte_at(line, n + 1) != ' ' &&
        byte_at(line, n + 1) != '=' &&
        (!memchr(line.p, ' ', line.n) || byte_at(line, n + 1) == '"'))
        return CODE_MEDIUM;
    if (line.p[0] == '"') {
        n = name_length(behind(line, 1));
        return n > 0 && begins(behind(line, n + 1), "\":") ? CODE_MEDIUM : 0;
    }
    if (line.p[0] == '[')
        return 1 + name_length(behind(line, 1)) == line.n - 1 && last_byte(line) == ']' ? CODE_WEAK
                                                                                        : 0;
    return n > 0 && is_small(line.p[0]) && byte_at(line, n) == ':' && last_byte(line) == ';'
               ? CODE_WEAK
               : 0;
}

/* An indented key of a nested list: YAML and its like. */
static int by_key(struct slice line, size_t indent)
{
    bool item = begins(line, "- ");
    struct slice key = item ? behind(line, 2) : line;
    size_t n = name_length(key);
    if (n == 0 || !is_small(key.p[0]) || byte_at(key, n) != ':' || byte_at(key, n + 1) != ' ')
        return 0;
    if (n + 1 == key.n)
        return CODE_WEAK;
    return indent >= 2 ? CODE_MEDIUM : item ? CODE_WEAK : 0;
}

static bool made_of(struct slice line, const char *signs)
{
    for (size_t i = 0; i < line.n; i++) {
        if (line.p[i] == '\0' || !strchr(signs, line.p[i]))
            return false;
    }
    return true;
}

/* Closing brackets and what may stand with them, or a line that points at something in a source. */
static int by_signs(struct slice line)
{
    switch (line.p[0]) {
    case '{':
    case '}':
    case '[':
    case ']':
    case ')':
        return !made_of(line, "{}[]();,") ? 0 : line.n > 1 ? CODE_MEDIUM : CODE_WEAK;
    case '|':
        return memchr(line.p, '^', line.n) && made_of(line, " |^~+") ? CODE_MEDIUM : 0;
    default:
        return 0;
    }
}

/* …12:34:56… with a level or a process behind it; [LEVEL]; W/Tag: */
static int by_log(struct slice line)
{
    static const char *const levels[] = {"INFO",  "WARN",  "ERROR",  "DEBUG",
                                         "FATAL", "TRACE", "SEVERE", NULL};
    if (line.n > 3 && memchr("VDIWEF", line.p[0], 6) && line.p[1] == '/' && is_capital(line.p[2]) &&
        holds(line, ": "))
        return CODE_MEDIUM;
    bool time = false;
    const char *colon = memchr(line.p, ':', line.n);
    size_t start = colon ? (size_t)(colon - line.p) : line.n;
    for (size_t i = start < 2 ? 2 : start; i + 6 <= line.n && !time; i++)
        time = line.p[i] == ':' && line.p[i + 3] == ':' && is_number(line.p[i - 1]) &&
               is_number(line.p[i + 1]) && is_number(line.p[i + 2]) && is_number(line.p[i + 4]);
    if (!time)
        return 0;
    for (const char *const *l = levels; *l; l++) {
        if (holds(line, *l))
            return CODE_STRONG;
    }
    ptrdiff_t end = slice_find(line, SLICE_LIT("]: "));
    return end > 0 && is_number(line.p[end - 1]) ? CODE_STRONG : 0;
}

/* Five fields of a crontab and a command. */
static int by_schedule(struct slice line)
{
    size_t at = 0;
    bool any = false;
    for (int field = 0; field < 5; field++) {
        size_t start = at;
        while (at < line.n && (is_number(line.p[at]) || memchr("*/,-", line.p[at], 4)))
            any |= line.p[at++] == '*';
        if (at == start || byte_at(line, at) != ' ')
            return 0;
        at++;
    }
    return any && (byte_at(line, at) == '/' || is_small(byte_at(line, at))) ? CODE_ENOUGH : 0;
}

/* =IF(…) */
static int by_formula(struct slice line)
{
    size_t n = 1;
    while (n < line.n && is_capital(line.p[n]))
        n++;
    return line.p[0] == '=' && n > 2 && byte_at(line, n) == '(' ? CODE_ENOUGH : 0;
}

/* f(x); x = 1; x.y(): the end of a statement, in a line that is no sentence. */
static int by_end(struct slice line)
{
    char last = last_byte(line);
    if (last == ')' && memchr(line.p, '(', line.n) && !holds(line, " (") && name_length(line) > 0)
        return CODE_WEAK;
    if (last != ';')
        return slice_eq(line, SLICE_LIT("end")) ? CODE_WEAK : 0;
    for (size_t i = 1; i + 1 < line.n; i++) {
        if (line.p[i] == '=' ? is_expression(behind(line, i + 1))
                             : line.p[i] == '(' && is_name(line.p[i - 1]))
            return CODE_MEDIUM;
    }
    return 0;
}

int code_form_points(struct slice line, size_t indent)
{
    int points = by_setting(line) + by_key(line, indent) + by_end(line);
    if (points >= CODE_ENOUGH)
        return points;
    switch (line.p[0]) {
    case '<':
        points += by_tag(line);
        break;
    case '=':
        points += by_formula(line);
        break;
    default:
        points += by_prompt(line) + by_schedule(line);
        break;
    }
    return points + by_signs(line) + by_log(line);
}
