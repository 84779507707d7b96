/* E-mail addresses: from every '@' outwards, a bounded distance each way. The form is that of
 * addresses as people write them, not all that RFC 5322 allows.
 */
#include "redact/find.h"

#define LOCAL_MAX  64
#define DOMAIN_MAX 190
#define TLD_MIN    2

static bool is_local(char c)
{
    return is_alnum(c) || c == FOLD_LETTER || strchr("._%+-'&=~#!$*/^{}|`", c) != NULL;
}

/* Quotes and the like belong to the sentence when they begin the word. */
static bool may_begin(char c)
{
    return is_alnum(c) || c == FOLD_LETTER || c == '_' || c == '+';
}

static bool is_domain(char c)
{
    return is_alnum(c) || c == FOLD_LETTER || c == '-' || c == '.';
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

/* Place behind the domain that begins at i; 0 = none begins there. */
static size_t domain_end(const struct finder *f, size_t i)
{
    size_t end = i, label = i, last = 0; /* last: where the last whole label with a dot began */
    bool letters = true;
    for (; end - i < DOMAIN_MAX && is_domain(at(f, end)); end++) {
        if (f->s[end] != '.')
            continue;
        if (end == label || !is_domain(at(f, end + 1)) || at(f, end + 1) == '.')
            break;
        label = last = end + 1;
    }
    if (last == 0 || end - last < TLD_MIN)
        return 0;
    while (end > last && f->s[end - 1] == '-')
        end--;
    for (size_t k = last; k < end; k++)
        letters &= is_alpha(f->s[k]) || f->s[k] == FOLD_LETTER || f->s[k] == '-';
    return letters && end - last >= TLD_MIN && !is_file(f, last, end) ? end : 0;
}

static size_t local_start(const struct finder *f, size_t i, size_t floor)
{
    size_t start = i;
    while (start > floor && i - start < LOCAL_MAX && is_local(f->s[start - 1]))
        start--;
    while (start < i && !may_begin(f->s[start]))
        start++;
    return start;
}

/* "name (at) host.org", "name[at]host.org": bytes of the sign at i; 0 = it is none. */
static size_t spelled_at(const struct finder *f, size_t i)
{
    char open = at(f, i), close = open == '(' ? ')' : ']';
    if ((open != '(' && open != '[') || upper(at(f, i + 1)) != 'A' || upper(at(f, i + 2)) != 'T' ||
        at(f, i + 3) != close)
        return 0;
    return 4;
}

void find_emails(struct finder *f)
{
    size_t floor = 0;
    if (!find_wants(f, REDACT_EMAIL))
        return;
    for (size_t i = 0; i < f->n; i++) {
        size_t sign = f->s[i] == '@' ? 1 : spelled_at(f, i);
        if (sign == 0)
            continue;
        size_t left = i, right = i + sign;
        if (sign > 1) {
            left -= before(f, i) == ' ';
            right += at(f, right) == ' ';
        }
        size_t start = local_start(f, left, floor), end = domain_end(f, right);
        if (start == left || end == 0)
            continue;
        find_add(f, REDACT_EMAIL, start, end);
        floor = end;
        i = end - 1;
    }
}
