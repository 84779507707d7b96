/* Passwords and keys that somebody names: "password: x", "API key = x", "mein Passwort ist x". What
 * is named is taken for a secret only if it looks like one: "password: please reset it" is prose.
 */
#include <string.h>
#include <strings.h>

#include "redact/scan.h"

enum { VALUE_MAX = 200 };

/* Before a colon or an equals sign … */
static const char *const names[] = {
    "password", "passwd",     "passwort",   "kennwort", "passcode",     "pwd",        "pin",
    "secret",   "token",      "api key",    "apikey",   "api-key",      "api_key",    "access key",
    "pass",     "contraseña", "clave",      "senha",    "mot de passe", "wachtwoord", "parola",
    "密码",     "密碼",       "パスワード", "비밀번호", "пароль",       NULL};
/* … and before the value itself. */
static const char *const phrases[] = {
    "password is", "pin is",     "passwort ist", "contraseña es", "mot de passe est",
    "senha é",     "password è", "密码是",       "密碼是",        "パスワードは",
    NULL};

/* Do the words stand right before the character `end`, by themselves? */
static bool stands_before(const struct fold *f, size_t end, const char *const *words)
{
    const char *text = f->text.p;
    size_t at = f->at[end];
    for (const char *const *w = words; *w; w++) {
        size_t n = strlen(*w);
        if (n <= at && strncasecmp(text + at - n, *w, n) == 0 &&
            (at == n || !fold_ascii_letter(text[at - n - 1]) || !fold_ascii_letter((*w)[0])))
            return true;
    }
    return false;
}

/* Digits, or more than one kind of character and some length. */
static bool looks_secret(const struct fold *f, size_t from, size_t to)
{
    size_t digits = 0, upper = 0, lower = 0, other = 0;
    for (size_t i = from; i < to; i++) {
        char c = f->c[i];
        digits += fold_digit(c);
        upper += c >= 'A' && c <= 'Z';
        lower += (c >= 'a' && c <= 'z') || c == FOLD_LATIN;
        other += !fold_word(c);
    }
    if (to - from < 4)
        return false;
    bool mixed = (upper > 1 && lower > 0) || (other > 0 && upper + lower > 0);
    return digits > 0 || (mixed && to - from >= 6);
}

static size_t value_end(const struct fold *f, size_t from)
{
    size_t to = from;
    while (to < f->n && f->c[to] > ' ' && to - from < VALUE_MAX)
        to++;
    while (to > from && strchr(".,;:!?)\"'", f->c[to - 1]))
        to--;
    return to;
}

static size_t skip(const struct fold *f, size_t i)
{
    while (i < f->n && (f->c[i] == ' ' || f->c[i] == '"' || f->c[i] == '\''))
        i++;
    return i;
}

/* Is a value named in front of i? Then *from is where it may start. */
static bool is_named(const struct fold *f, size_t i, size_t *from)
{
    size_t end = i;
    char c = f->c[i];
    *from = skip(f, c == ' ' || c == ':' || c == '=' ? i + 1 : i);
    if (c == ':' || c == '=') {
        while (end > 0 && (f->c[end - 1] == ' ' || f->c[end - 1] == '"'))
            end--;
        return stands_before(f, end, names);
    }
    bool behind = c == ' ' || (i > 0 && f->c[i - 1] == FOLD_OTHER && fold_word(c));
    return behind && stands_before(f, i, phrases);
}

void scan_told_secret(const struct fold *f, struct spans *out)
{
    for (size_t i = 0; i < f->n;) {
        size_t from, to = i;
        if (is_named(f, i, &from))
            to = value_end(f, from);
        if (to > i && looks_secret(f, from, to)) {
            spans_add(out, from, to);
            i = to;
        } else {
            i++;
        }
    }
}
