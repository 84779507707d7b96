/* E-mail addresses as people write them: a dotted local part, '@', a domain with a letter-only last
 * label. Quoted local parts and addresses in brackets of numbers do not occur in tickets. */
#include <string.h>

#include "redact/scan.h"

enum { LOCAL_MAX = 64, DOMAIN_MAX = 253 };

static bool is_local(char c)
{
    return fold_word(c) || (c && strchr("._%+-'=", c));
}

/* Start of the local part that ends before `at`; `at` when there is none. */
static size_t local_start(const struct fold *f, size_t at)
{
    size_t from = at;
    while (from > 0 && at - from < LOCAL_MAX && is_local(f->c[from - 1]))
        from--;
    while (from < at && !fold_word(f->c[from]))
        from++;
    return from;
}

/* End of the domain from `from` on; `from` when there is none. */
static size_t domain_end(const struct fold *f, size_t from)
{
    size_t to = from, last_dot = from, good = from;
    while (to < f->n && to - from < DOMAIN_MAX &&
           (fold_word(f->c[to]) || f->c[to] == '-' || (f->c[to] == '.' && to > from))) {
        if (f->c[to] == '.') {
            if (f->c[to - 1] == '.')
                break;
            last_dot = to;
        } else if (last_dot > from && to >= last_dot + 2 && fold_letter(f->c[last_dot + 1])) {
            good = to + 1;
        }
        to++;
    }
    return good;
}

void scan_email(const struct fold *f, struct spans *out)
{
    size_t begin = 0;
    for (const char *p; (p = memchr(f->c + begin, '@', f->n - begin)) != NULL;) {
        size_t at = (size_t)(p - f->c), from = local_start(f, at), to = domain_end(f, at + 1);
        if (from < at && to > at + 1)
            spans_add(out, from, to);
        begin = at + 1;
    }
}
