/* The words a line begins with: fences, traces, messages of tools, commands, keywords, queries.
 * Words that prose begins with too need the rest of the line to have code's form.
 */
#include "ticket/code_line.h"

/* What must hold of a line beside its beginning. `rest` is what comes after that. */
typedef bool condition(struct slice line, struct slice rest);

static bool always(struct slice line, struct slice rest)
{
    (void)line;
    (void)rest;
    return true;
}

static bool one_word(struct slice line, struct slice rest)
{
    (void)line;
    return rest.n > 0 && !memchr(rest.p, ' ', rest.n);
}

static bool a_statement(struct slice line, struct slice rest)
{
    (void)rest;
    return last_byte(line) == ';';
}

static bool a_block(struct slice line, struct slice rest)
{
    (void)rest;
    char last = last_byte(line);
    return last == '{' || last == ':';
}

static bool quoted(struct slice line, struct slice rest)
{
    (void)line;
    return memchr(rest.p, '"', rest.n) || memchr(rest.p, '\'', rest.n);
}

static bool an_assignment(struct slice line, struct slice rest)
{
    (void)line;
    return name_length(rest) > 0 && holds(rest, "=");
}

/* name(, name =, name; and the like */
static bool a_declaration(struct slice line, struct slice rest)
{
    (void)line;
    if (byte_at(rest, 0) == '*')
        rest = behind(rest, 1);
    size_t n = name_length(rest);
    if (n == 0)
        return false;
    char next = byte_at(rest, n);
    return next == '(' || next == ';' || next == '[' ||
           (next == ' ' && byte_at(rest, n + 1) == '=');
}

static bool a_function(struct slice line, struct slice rest)
{
    (void)line;
    size_t n = name_length(rest);
    return byte_at(rest, n) == '(' || (n > 0 && n == rest.n);
}

/* Of a class: public void f(), static int x;, private final A b = … */
static bool a_member(struct slice line, struct slice rest)
{
    char last = last_byte(line);
    if (last == '{')
        return true;
    if (last != ';' && last != ')')
        return false;
    for (size_t i = 1; i < rest.n; i++) {
        if (rest.p[i] == '=' || (rest.p[i] == '(' && is_name(rest.p[i - 1])))
            return true;
    }
    return false;
}

static bool a_test(struct slice line, struct slice rest)
{
    (void)rest;
    static const char *const operators[] = {"==", "!=", "&&", "||", "null", NULL};
    char last = last_byte(line);
    if (last == '{')
        return true;
    for (const char *const *o = operators; *o; o++) {
        if (holds(line, *o))
            return true;
    }
    return false;
}

static bool a_loop(struct slice line, struct slice rest)
{
    return last_byte(line) == '{' ||
           (holds(rest, " in ") && (last_byte(line) == ':' || holds(rest, "; do")));
}

static bool an_exception(struct slice line, struct slice rest)
{
    (void)line;
    return holds(rest, "Exception") || holds(rest, "Error");
}

static bool a_panic(struct slice line, struct slice rest)
{
    (void)line;
    return holds(rest, " panicked at ");
}

static bool a_python_place(struct slice line, struct slice rest)
{
    (void)line;
    return holds(rest, "\", line ");
}

/* at a.b.C.f(C.java:12), at f (x.js:1:2) */
static bool a_frame(struct slice line, struct slice rest)
{
    (void)line;
    size_t n = 0;
    bool point = false;
    for (; n < rest.n && rest.p[n] != ' ' && rest.p[n] != '('; n++)
        point |= rest.p[n] == '.';
    if (byte_at(rest, n) == '(')
        return point;
    return byte_at(rest, n + 1) == '(' && last_byte(rest) == ')' && rest.n > 1 &&
           is_number(rest.p[rest.n - 2]) && memchr(rest.p, ':', rest.n);
}

static bool more_frames(struct slice line, struct slice rest)
{
    (void)line;
    return is_number(byte_at(rest, 0)) && holds(rest, " more");
}

/* #0  0x… in f (), #0 /a/b.php(3): f(), #1 {main} */
static bool a_numbered_frame(struct slice line, struct slice rest)
{
    (void)line;
    return is_number(byte_at(rest, 0)) &&
           (holds(rest, " 0x") || holds(rest, "{main}") || holds(rest, "): "));
}

/* on main.tf line 14, in … */
static bool a_place(struct slice line, struct slice rest)
{
    (void)line;
    return holds(rest, " line ") && holds(rest, ", in ");
}

static bool a_number(struct slice line, struct slice rest)
{
    (void)line;
    return is_number(byte_at(rest, 0)) && holds(rest, " (");
}

static bool a_repl_line(struct slice line, struct slice rest)
{
    (void)line;
    return begins(rest, "import ") || holds(rest, "=") || holds(rest, "(");
}

static bool a_prompt(struct slice line, struct slice rest)
{
    (void)line;
    return is_small(byte_at(rest, 0)) || byte_at(rest, 0) == '.' || byte_at(rest, 0) == '/';
}

/* An option: -x, --long. */
static bool with_option(struct slice line, struct slice rest)
{
    (void)line;
    for (size_t i = 0; i + 1 < rest.n; i++) {
        if (rest.p[i] == '-' && (i == 0 || rest.p[i - 1] == ' ') &&
            (is_small(rest.p[i + 1]) || is_capital(rest.p[i + 1]) || rest.p[i + 1] == '-'))
            return true;
    }
    return false;
}

static bool a_query(struct slice line, struct slice rest)
{
    (void)line;
    return holds(rest, "*") || holds(rest, " FROM ") || holds(rest, ",") || holds(rest, "(");
}

static bool a_small_query(struct slice line, struct slice rest)
{
    (void)line;
    return holds(rest, " from ") && (holds(rest, "*") || holds(rest, "(") || holds(rest, "_"));
}

static bool a_change(struct slice line, struct slice rest)
{
    (void)line;
    return (holds(rest, " SET ") || holds(rest, " set ")) && holds(rest, "=");
}

/* Ascending by their first byte. */
static const struct start {
    const char *word;
    int points;
    condition *holds;
} starts[] = {
    {"#!/", CODE_ENOUGH, always},
    {"#include <", CODE_ENOUGH, always},
    {"#include \"", CODE_ENOUGH, always},
    {"#define ", CODE_STRONG, always},
    {"#", CODE_STRONG, a_numbered_frame},
    {"$ ", CODE_STRONG, a_prompt},
    {"(error) ", CODE_MEDIUM, always},
    {"** (", CODE_MEDIUM, always},
    {"+++ b/", CODE_MEDIUM, always},
    {"--- a/", CODE_MEDIUM, always},
    {"... ", CODE_STRONG, more_frames},
    {"//", CODE_WEAK, always},
    {"/*", CODE_WEAK, always},
    {"<?php", CODE_ENOUGH, always},
    {"<?xml", CODE_ENOUGH, always},
    {"<!DOCTYPE", CODE_ENOUGH, always},
    {">>> ", CODE_STRONG, a_repl_line},
    {"@@ -", CODE_ENOUGH, always},
    {"At line:", CODE_STRONG, always},
    {"Authorization: Bearer", CODE_STRONG, always},
    {"ALTER TABLE ", CODE_STRONG, always},
    {"Caused by: ", CODE_MEDIUM, an_exception},
    {"Content-Type: ", CODE_MEDIUM, always},
    {"CMD [\"", CODE_STRONG, always},
    {"COPY . ", CODE_MEDIUM, always},
    {"CREATE TABLE ", CODE_STRONG, always},
    {"COMMIT;", CODE_MEDIUM, always},
    {"DETAIL:  ", CODE_MEDIUM, always},
    {"DELETE FROM ", CODE_STRONG, always},
    {"Exception in thread ", CODE_ENOUGH, always},
    {"Exception Type:", CODE_STRONG, always},
    {"Exception Subtype:", CODE_MEDIUM, always},
    {"ERROR ", CODE_MEDIUM, a_number},
    {"Exception code: 0x", CODE_MEDIUM, always},
    {"ENTRYPOINT [\"", CODE_STRONG, always},
    {"File \"", CODE_ENOUGH, a_python_place},
    {"Faulting application name:", CODE_STRONG, always},
    {"Faulting module name:", CODE_MEDIUM, always},
    {"FROM ", CODE_WEAK, always},
    {"GROUP BY ", CODE_MEDIUM, always},
    {"INSERT INTO ", CODE_STRONG, always},
    {"JOIN ", CODE_WEAK, always},
    {"LEFT JOIN ", CODE_MEDIUM, always},
    {"ORDER BY ", CODE_MEDIUM, always},
    {"Program received signal", CODE_ENOUGH, always},
    {"PHP Fatal ", CODE_ENOUGH, always},
    {"PHP Warning", CODE_ENOUGH, always},
    {"Refused to load the ", CODE_ENOUGH, quoted},
    {"RUN ", CODE_MEDIUM, a_prompt},
    {"Segmentation fault", CODE_STRONG, always},
    {"Stack trace:", CODE_MEDIUM, always},
    {"STATEMENT:  ", CODE_STRONG, always},
    {"SELECT ", CODE_STRONG, a_query},
    {"Traceback (most recent call last)", CODE_ENOUGH, always},
    {"Uncaught ", CODE_MEDIUM, an_exception},
    {"Unhandled exception", CODE_STRONG, always},
    {"UPDATE ", CODE_STRONG, a_change},
    {"WORKDIR /", CODE_STRONG, always},
    {"WHERE ", CODE_WEAK, always},
    {"[INFO]", CODE_MEDIUM, always},
    {"[WARN", CODE_MEDIUM, always},
    {"[ERROR]", CODE_MEDIUM, always},
    {"[DEBUG]", CODE_MEDIUM, always},
    {"```", CODE_ENOUGH, always},
    {"at ", CODE_ENOUGH, a_frame},
    {"apt-get ", CODE_STRONG, always},
    {"async ", CODE_STRONG, a_block},
    {"await ", CODE_MEDIUM, a_statement},
    {"bool ", CODE_STRONG, a_declaration},
    {"curl: (", CODE_ENOUGH, always},
    {"curl ", CODE_STRONG, with_option},
    {"cargo ", CODE_STRONG, with_option},
    {"class ", CODE_STRONG, a_block},
    {"const ", CODE_STRONG, an_assignment},
    {"char ", CODE_STRONG, a_declaration},
    {"catch (", CODE_STRONG, always},
    {"diff --git ", CODE_ENOUGH, always},
    {"docker: ", CODE_MEDIUM, always},
    {"docker ", CODE_STRONG, with_option},
    {"docker run ", CODE_STRONG, always},
    {"docker build ", CODE_STRONG, always},
    {"def ", CODE_STRONG, a_function},
    {"double ", CODE_STRONG, a_declaration},
    {"error[E", CODE_ENOUGH, always},
    {"export ", CODE_STRONG, an_assignment},
    {"elif ", CODE_STRONG, a_block},
    {"else {", CODE_STRONG, always},
    {"except ", CODE_STRONG, a_block},
    {"fatal: ", CODE_MEDIUM, always},
    {"fn ", CODE_STRONG, a_function},
    {"func ", CODE_STRONG, a_function},
    {"fun ", CODE_STRONG, a_function},
    {"function ", CODE_STRONG, a_function},
    {"function(", CODE_STRONG, always},
    {"for (", CODE_STRONG, a_loop},
    {"for(", CODE_STRONG, a_loop},
    {"for ", CODE_STRONG, a_loop},
    {"goroutine ", CODE_ENOUGH, always},
    {"git ", CODE_STRONG, with_option},
    {"git push", CODE_STRONG, always},
    {"git pull", CODE_STRONG, always},
    {"git clone", CODE_STRONG, always},
    {"git commit", CODE_STRONG, always},
    {"go build", CODE_STRONG, always},
    {"go test", CODE_STRONG, always},
    {"guard let ", CODE_STRONG, always},
    {"group by ", CODE_WEAK, always},
    {"helm ", CODE_STRONG, with_option},
    {"interface ", CODE_STRONG, a_test},
    {"int ", CODE_STRONG, a_declaration},
    {"import ", CODE_WEAK, one_word},
    {"import ", CODE_MEDIUM, quoted},
    {"import ", CODE_MEDIUM, a_statement},
    {"if (", CODE_STRONG, a_test},
    {"if(", CODE_STRONG, a_test},
    {"insert into ", CODE_STRONG, quoted},
    {"java -", CODE_STRONG, always},
    {"kubectl ", CODE_STRONG, always},
    {"let ", CODE_STRONG, an_assignment},
    {"make: ***", CODE_ENOUGH, always},
    {"mvn ", CODE_STRONG, always},
    {"mutation {", CODE_MEDIUM, always},
    {"npm ERR!", CODE_ENOUGH, always},
    {"npm error ", CODE_ENOUGH, always},
    {"npm install", CODE_STRONG, always},
    {"npm run ", CODE_STRONG, always},
    {"on ", CODE_STRONG, a_place},
    {"openssl ", CODE_STRONG, with_option},
    {"order by ", CODE_WEAK, always},
    {"panic: ", CODE_MEDIUM, always},
    {"pip install ", CODE_STRONG, always},
    {"python ", CODE_STRONG, with_option},
    {"python3 ", CODE_STRONG, always},
    {"public ", CODE_MEDIUM, a_member},
    {"private ", CODE_MEDIUM, a_member},
    {"package ", CODE_MEDIUM, a_statement},
    {"query {", CODE_MEDIUM, always},
    {"remote: ", CODE_WEAK, always},
    {"return ", CODE_WEAK, one_word},
    {"return ", CODE_WEAK, a_statement},
    {"sudo ", CODE_STRONG, always},
    {"ssh ", CODE_STRONG, with_option},
    {"systemctl ", CODE_STRONG, always},
    {"struct ", CODE_STRONG, a_declaration},
    {"struct ", CODE_STRONG, a_block},
    {"static ", CODE_MEDIUM, a_member},
    {"select ", CODE_STRONG, a_small_query},
    {"thread '", CODE_ENOUGH, a_panic},
    {"tar ", CODE_MEDIUM, with_option},
    {"try {", CODE_STRONG, always},
    {"try:", CODE_MEDIUM, always},
    {"using ", CODE_MEDIUM, a_statement},
    {"update ", CODE_STRONG, a_change},
    {"var ", CODE_STRONG, an_assignment},
    {"val ", CODE_MEDIUM, an_assignment},
    {"void ", CODE_STRONG, a_declaration},
    {"wget ", CODE_STRONG, with_option},
    {"while (", CODE_STRONG, a_test},
    {"while(", CODE_STRONG, a_test},
    {"} else", CODE_STRONG, always},
    {"} catch", CODE_STRONG, always},
    {"~~~", CODE_ENOUGH, always},
};

/* The first entry whose word begins with that byte or a later one. */
static size_t first_start(char byte)
{
    size_t low = 0, high = sizeof starts / sizeof *starts;
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        if ((unsigned char)starts[mid].word[0] < (unsigned char)byte)
            low = mid + 1;
        else
            high = mid;
    }
    return low;
}

int code_word_points(struct slice line)
{
    int best = 0;
    for (size_t i = first_start(line.p[0]); i < sizeof starts / sizeof *starts; i++) {
        const struct start *s = &starts[i];
        if (s->word[0] != line.p[0])
            break;
        if (s->points > best && begins(line, s->word) &&
            s->holds(line, behind(line, strlen(s->word))))
            best = s->points;
    }
    return best;
}
