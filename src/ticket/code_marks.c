/* What stands in a line: calls, comparisons, inline code, names of exceptions, places in files. One
 * pass that stops only at bytes that can begin such a sign, so prose costs little more than reading
 * it.
 */
#include "ticket/code_line.h"

/* A name with something no word has: a point or underscore inside, or a capital after a small
 * letter. `end` is behind its last byte. */
static bool is_made_up_name(struct slice s, size_t end)
{
    bool inner = false;
    size_t i = end;
    while (i > 0 && (is_name(s.p[i - 1]) || (s.p[i - 1] == '.' && i < end))) {
        i--;
        if (s.p[i] == '_' || s.p[i] == '.' ||
            (i + 1 < end && is_small(s.p[i]) && is_capital(s.p[i + 1])))
            inner = inner || i + 1 < end;
    }
    return inner && i < end && !is_number(s.p[i]);
}

/* name(…) without a blank between: f(), a.b(c), f('x'). Not "item(s)" or "photo(1)". */
static int call(struct slice s, size_t at)
{
    size_t end = at > 0 && s.p[at - 1] == '!' ? at - 1 : at; /* Rust, Ruby */
    if (end == 0 || !is_name(s.p[end - 1]))
        return 0;
    char next = byte_at(s, at + 1);
    if (next == ')' || next == '"' || next == '\'' || next == '*' || next == '$' || next == '&')
        return CODE_MEDIUM;
    return is_made_up_name(s, end) ? CODE_MEDIUM : 0;
}

/* `…` around something that is no plain word. */
static int inline_code(struct slice s, size_t at)
{
    size_t end = at + 1;
    bool sign = false;
    for (; end < s.n && s.p[end] != '`'; end++)
        sign |= !is_name(s.p[end]) && s.p[end] != ' ';
    return end < s.n && sign ? CODE_MEDIUM : 0;
}

static int brace(struct slice s, size_t at)
{
    if (at + 1 == s.n)
        return CODE_MEDIUM;
    if (s.p[at + 1] == '"' && holds(behind(s, at + 2), "\":"))
        return CODE_ENOUGH; /* JSON */
    if (s.p[at + 1] == ':' && is_small(byte_at(s, at + 2)))
        return CODE_MEDIUM; /* Elixir, Ruby */
    struct slice rest = behind(s, at + 1);
    return byte_at(s, at + 1) == '{' || (holds(rest, "{") && holds(rest, "} }")) ? CODE_MEDIUM : 0;
}

/* Of a name or two at the line's beginning, nothing else. */
static bool is_target(struct slice s)
{
    for (size_t i = 0; i < s.n; i++) {
        if (!is_name(s.p[i]) && !memchr(" .[]$*:'\"->", s.p[i], 11))
            return false;
    }
    return s.n > 0 && !is_number(s.p[0]);
}

/* Is there something to compare on both sides of two bytes, with a blank between or without? */
static bool is_between(struct slice s, size_t at)
{
    char before = at > 0 ? s.p[at - 1] : ' ', next = byte_at(s, at + 2);
    if (before == ' ' && at > 1)
        before = s.p[at - 2];
    if (next == '=' || next == ' ')
        next = byte_at(s, at + 3);
    return before != ' ' && before != '=' && next != ' ' && next != '=';
}

static int equals(struct slice s, size_t at)
{
    char before = at > 0 ? s.p[at - 1] : ' ', next = byte_at(s, at + 1);
    if (next == '=')
        return is_between(s, at) ? CODE_MEDIUM : 0;
    if (before == '!' || before == '+' || before == ':')
        return is_between(s, at - 1) ? CODE_MEDIUM : 0;
    if (next == '>')
        return before == ')' || holds(behind(s, at), "=> {") || holds(behind(s, at), "=> (")
                   ? CODE_MEDIUM
                   : 0;
    if (before != ' ' || next != ' ')
        return 0;
    struct slice target = slice_trim(slice_of(s.p, at));
    return is_target(target) && is_expression(behind(s, at + 2)) ? CODE_MEDIUM : 0;
}

static int less(struct slice s, size_t at)
{
    char before = at > 0 ? s.p[at - 1] : ' ', next = byte_at(s, at + 1);
    if (next == '-' && before == ' ' && byte_at(s, at + 2) == ' ')
        return is_target(slice_trim(slice_of(s.p, at))) && holds(s, "(") ? CODE_MEDIUM : 0;
    if (next == '<' && before == ' ' && holds(s, "::"))
        return CODE_WEAK;
    return next == '/' && is_small(byte_at(s, at + 2)) ? CODE_MEDIUM : 0;
}

static int greater(struct slice s, size_t at)
{
    if (begins(behind(s, at), ">&1"))
        return CODE_STRONG;
    bool arrow =
        at > 1 && s.p[at - 1] == '-' && is_name(s.p[at - 2]) && is_name(byte_at(s, at + 1));
    return arrow ? CODE_MEDIUM : 0;
}

static size_t digits_at(struct slice s, size_t at)
{
    size_t n = 0;
    while (at + n < s.n && is_number(s.p[at + n]))
        n++;
    return n;
}

/* Does a file name end here: one with the extension of a source, or a path? */
static bool file_ends(struct slice s, size_t at)
{
    static const char *const extensions[] = {".c",    ".h",  ".py", ".js", ".ts",  ".go",
                                             ".rs",   ".rb", ".cs", ".kt", ".php", ".cc",
                                             ".java", ".pl", ".sh", NULL};
    for (const char *const *e = extensions; *e; e++) {
        size_t n = strlen(*e);
        if (at > n && memcmp(s.p + at - n, *e, n) == 0)
            return true;
    }
    size_t i = at, points = 0, slashes = 0;
    for (; i > 0 && (is_name(s.p[i - 1]) || memchr("./-", s.p[i - 1], 3)); i--) {
        points += s.p[i - 1] == '.' && slashes == 0;
        slashes += s.p[i - 1] == '/';
    }
    bool address = slashes > 1 && i < at && s.p[i] == '/' && byte_at(s, i + 1) == '/';
    return points == 1 && slashes > 0 && !address;
}

static int colon(struct slice s, size_t at)
{
    char next = byte_at(s, at + 1);
    if (next == ':')
        return at > 0 && is_name(s.p[at - 1]) && is_name(byte_at(s, at + 2)) ? CODE_MEDIUM : 0;
    if (is_number(next)) {
        size_t n = digits_at(s, at + 1);
        bool twice = byte_at(s, at + 1 + n) == ':' && is_number(byte_at(s, at + 2 + n)) &&
                     byte_at(s, at + 2 + n + digits_at(s, at + 2 + n)) == ')';
        return twice || file_ends(s, at) ? CODE_MEDIUM : 0;
    }
    struct slice rest = behind(s, at);
    if (begins(rest, ":in `") || begins(rest, ":in '"))
        return CODE_STRONG;
    return begins(rest, ": error:") || begins(rest, ": warning:") ? CODE_MEDIUM : 0;
}

/* \d+ \w* \s{2}: a pattern, not a path; \begin{. */
static int backslash(struct slice s, size_t at)
{
    char kind = byte_at(s, at + 1), count = byte_at(s, at + 2);
    if (at + 1 == s.n) /* the line goes on */
        return at > 0 && s.p[at - 1] == ' ' ? CODE_MEDIUM : 0;
    size_t n = at + 1;
    while (n < s.n && is_small(s.p[n]))
        n++;
    if (n > at + 2 && byte_at(s, n) == '{')
        return CODE_MEDIUM;
    bool pattern =
        kind != '\0' && strchr("dwsbDWS", kind) && count != '\0' && strchr("{+*$)", count);
    return pattern ? CODE_STRONG : 0;
}

static int dollar(struct slice s, size_t at)
{
    char next = byte_at(s, at + 1);
    if (next == '(' || (next == '{' && is_name(byte_at(s, at + 2))))
        return CODE_MEDIUM;
    return is_small(next) || next == '_' || (is_capital(next) && is_capital(byte_at(s, at + 2)))
               ? CODE_WEAK
               : 0;
}

static int slash(struct slice s, size_t at)
{
    static const char *const roots[] = {"/var/",  "/usr/", "/etc/", "/opt/",
                                        "/home/", "/tmp/", NULL};
    struct slice rest = behind(s, at);
    if (at > 0 && s.p[at - 1] != ' ')
        return 0;
    if (begins(rest, "/dev/null"))
        return CODE_STRONG;
    for (const char *const *r = roots; *r; r++) {
        if (begins(rest, *r))
            return CODE_WEAK;
    }
    return 0;
}

static int pipe_or_and(struct slice s, size_t at)
{
    static const char *const tools[] = {"| grep ", "| awk ",   "| sed ",  "| jq ",
                                        "| sort",  "| xargs ", "| tail ", "| head ",
                                        "&& ",     "|| ",      NULL};
    if (at == 0 || s.p[at - 1] != ' ')
        return 0;
    for (const char *const *t = tools; *t; t++) {
        if (begins(behind(s, at), *t))
            return CODE_MEDIUM;
    }
    return 0;
}

static int hexadecimal(struct slice s, size_t at)
{
    size_t n = 0;
    if (byte_at(s, at + 1) != 'x' || (at > 0 && is_name(s.p[at - 1])))
        return 0;
    while (at + 2 + n < s.n &&
           (is_number(s.p[at + 2 + n]) || memchr("abcdefABCDEF", s.p[at + 2 + n], 12)))
        n++;
    return n >= 6 ? CODE_WEAK : 0;
}

/* NullPointerException, KeyError; with a package in front it is enough alone. */
static int exception(struct slice s, size_t at)
{
    static const char *const codes[] = {"ECONN", "ETIMEDOUT",  "EACCES", "ENOENT",
                                        "EPIPE", "EADDRINUSE", "EPERM",  NULL};
    struct slice rest = behind(s, at);
    char before = at > 0 ? s.p[at - 1] : ' ';
    if (!is_name(before)) {
        for (const char *const *c = codes; *c; c++) {
            if (begins(rest, *c))
                return CODE_STRONG;
        }
        return 0;
    }
    size_t n = begins(rest, "Exception") ? 9 : begins(rest, "Error") ? 5 : 0;
    if (n == 0 || !is_small(before) || is_name(byte_at(s, at + n)))
        return 0;
    size_t i = at;
    while (i > 0 && is_name(s.p[i - 1]))
        i--;
    if (!is_capital(s.p[i]))
        return 0;
    return i > 1 && s.p[i - 1] == '.' && is_name(s.p[i - 2]) ? CODE_ENOUGH : CODE_STRONG;
}

/* a.b.Class: a name in a package. */
static int point(struct slice s, size_t at)
{
    if (at == 0 || !is_small(s.p[at - 1]) || !is_capital(byte_at(s, at + 1)) ||
        !is_small(byte_at(s, at + 2)))
        return 0;
    size_t i = at;
    bool another = false;
    for (; i > 0 && (is_small(s.p[i - 1]) || s.p[i - 1] == '.' || is_number(s.p[i - 1])); i--)
        another |= s.p[i - 1] == '.';
    return another && is_small(s.p[i]) ? CODE_STRONG : 0;
}

static int query(struct slice s, size_t at)
{
    struct slice rest = behind(s, at);
    if (begins(rest, "SELECT ") && holds(rest, " FROM "))
        return CODE_ENOUGH;
    return begins(rest, "INSERT INTO ") || begins(rest, "DELETE FROM ") ? CODE_STRONG : 0;
}

/* " --option" */
static int option(struct slice s, size_t at)
{
    bool found =
        at > 0 && s.p[at - 1] == ' ' && byte_at(s, at + 1) == '-' && is_small(byte_at(s, at + 2));
    return found ? CODE_WEAK : 0;
}

static int mark(struct slice s, size_t at)
{
    switch (s.p[at]) {
    case '(':
        return call(s, at);
    case '`':
        return inline_code(s, at);
    case '{':
        return brace(s, at);
    case '=':
        return equals(s, at);
    case '<':
        return less(s, at);
    case '>':
        return greater(s, at);
    case ':':
        return colon(s, at);
    case '\\':
        return backslash(s, at);
    case '$':
        return dollar(s, at);
    case '/':
        return slash(s, at);
    case '|':
    case '&':
        return pipe_or_and(s, at);
    case '0':
        return hexadecimal(s, at);
    case 'E':
        return exception(s, at);
    case '.':
        return begins(behind(s, at), "./") && is_small(byte_at(s, at + 2)) &&
                       byte_at(s, at - 1) == ' '
                   ? CODE_WEAK
                   : point(s, at);
    case '-':
        return option(s, at);
    case 'S':
    case 'I':
    case 'D':
        return query(s, at);
    case 'H':
        return begins(behind(s, at), "HTTP/1.") ? CODE_ENOUGH : 0;
    default:
        return 0;
    }
}

int code_marks_points(struct slice line)
{
    static const bool stops[256] = {
        ['('] = true,  ['`'] = true, ['{'] = true, ['='] = true, ['<'] = true,
        ['>'] = true,  [':'] = true, ['$'] = true, ['/'] = true, ['|'] = true,
        ['\\'] = true, ['&'] = true, ['0'] = true, ['E'] = true, ['.'] = true,
        ['-'] = true,  ['S'] = true, ['I'] = true, ['D'] = true, ['H'] = true};
    int points = 0;
    for (size_t i = 0; i < line.n && points < CODE_ENOUGH; i++) {
        if (stops[(unsigned char)line.p[i]])
            points += mark(line, i);
    }
    return points;
}
