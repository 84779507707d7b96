/* E-mail addresses: from every '@' outwards, a bounded distance each way. The form is that of
 * addresses as people write them, not all that RFC 5322 allows.
 */
#include "redact/find.h"

#define LOCAL_MAX  64
#define DOMAIN_MAX 190
#define TOP_MIN    2

static bool is_local(char c)
{
    return is_alnum(c) || c == FOLD_LETTER || strchr("._%+-'&=~#!$*/^{}|`", c) != NULL;
}

/* Quotes and the like belong to the sentence when they begin the word. */
static bool may_begin(char c)
{
    return is_alnum(c) || c == FOLD_LETTER || c == '_' || c == '+';
}

static bool is_label(char c)
{
    return is_alnum(c) || c == FOLD_LETTER || c == '-';
}

/* "logo@2x.png": names of files, not of hosts. */
static bool is_file(const struct finder *f, size_t from, size_t to)
{
    static const char *const ends[] = {"png", "jpg", "jpeg", "gif", "svg",  "webp",
                                       "css", "js",  "json", "pdf", "html", NULL};
    for (const char *const *e = ends; *e; e++) {
        if (slice_eq_nocase(slice_of(f->s + from, to - from), slice_str(*e)))
            return true;
    }
    return false;
}

/* "com", "рф", "xn--p1ai" */
static bool is_top(const struct finder *f, size_t from, size_t to)
{
    bool coded = slice_eq_nocase(slice_of(f->s + from, to - from < 4 ? 0 : 4), SLICE_LIT("xn--"));
    for (size_t k = from; k < to; k++) {
        if (is_digit(f->s[k]) && !coded)
            return false;
    }
    return to - from >= TOP_MIN;
}

/* Does "(word)" or "[word]" stand at i, in whatever case? Bytes of it, with one space before and
 * behind; 0 = no. */
static size_t spelled(const struct finder *f, size_t i, const char *word)
{
    size_t start = i, n = strlen(word);
    i += at(f, i) == ' ';
    char open = at(f, i), close = open == '(' ? ')' : ']';
    if ((open != '(' && open != '[') || at(f, i + 1 + n) != close ||
        !slice_eq_nocase(slice_of(f->s + i + 1, n), slice_str(word)))
        return 0;
    i += n + 2;
    i += at(f, i) == ' ';
    return i - start;
}

/* Place behind the domain that begins at i; 0 = none begins there. It ends with the last label that
 * can be a top one: what is glued on behind it, "example.com.2", takes nothing from it. */
static size_t domain_end(const struct finder *f, size_t i, bool is_spelled)
{
    size_t end = i, label = i, last = 0, dot;
    while (end - i < DOMAIN_MAX) {
        while (end - i < DOMAIN_MAX && is_label(at(f, end)))
            end++;
        size_t stop = end;
        while (stop > label && f->s[stop - 1] == '-')
            stop--;
        if (label > i && is_file(f, label, stop))
            return 0;
        if (label > i && is_top(f, label, stop))
            last = stop;
        dot = at(f, end) == '.' ? 1 : is_spelled ? spelled(f, end, "dot") : 0;
        if (end == label || dot == 0 || !is_label(at(f, end + dot)))
            break;
        label = end += dot;
    }
    return last < label && is_digit(at(f, i)) ? 0 : last; /* "pack@7.0.beta.1" */
}

/* Where the quoted name that ends before i begins; i = there is none. */
static size_t quoted_start(const struct finder *f, size_t i, size_t floor)
{
    size_t start = i - 1;
    while (start > floor && i - start < LOCAL_MAX && f->s[start - 1] != '"' &&
           f->s[start - 1] != '\n')
        start--;
    return start > floor && f->s[start - 1] == '"' && start < i - 1 ? start - 1 : i;
}

static size_t local_start(const struct finder *f, size_t i, size_t floor)
{
    size_t start = i;
    if (i > floor && f->s[i - 1] == '"')
        return quoted_start(f, i, floor);
    while (start > floor && i - start < LOCAL_MAX && is_local(f->s[start - 1]))
        start--;
    if (before(f, start) == '?') { /* of a link: the value, not the names of what it passes on */
        for (size_t k = start; k < i; k++)
            start = f->s[k] == '=' ? k + 1 : start;
    }
    while (start < i && !may_begin(f->s[start]))
        start++;
    return start;
}

/* '@', or "%40" in links, or spelled: "name (at) host.org", "name[at]host[dot]org". Bytes of the
 * sign at i; 0 = it is none. */
static size_t sign_length(const struct finder *f, size_t i)
{
    if (f->s[i] == '@')
        return 1;
    if (f->s[i] == '%')
        return at(f, i + 1) == '4' && at(f, i + 2) == '0' ? 3 : 0;
    return f->s[i] == '(' || f->s[i] == '[' ? spelled(f, i, "at") : 0;
}

void find_emails(struct finder *f)
{
    size_t floor = 0;
    if (!find_wants(f, REDACT_EMAIL))
        return;
    for (size_t i = 0; i < f->n; i++) {
        size_t sign = sign_length(f, i);
        if (sign == 0)
            continue;
        bool is_spelled = sign > 3;
        size_t left = is_spelled && i > floor && before(f, i) == ' ' ? i - 1 : i;
        size_t start = local_start(f, left, floor), end = domain_end(f, i + sign, is_spelled);
        if (start == left || end == 0)
            continue;
        find_add(f, REDACT_EMAIL, start, end);
        floor = end;
        i = end - 1;
    }
}
