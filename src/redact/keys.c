/* Keys, tokens and passwords: by the prefixes that services give them, by their form (JSON web
 * tokens, PEM blocks), behind "Bearer", and behind a word for password or key when what follows
 * does not look like a word of the sentence.
 */
#include "redact/find.h"

/* Bytes that are looked at before it is clear that something is a key; its end may be further. */
#define LOOK       128
#define TOKEN_LOOK 512 /* the first part of a web token may hold names of keys */

static bool in_token(char c)
{
    return is_alnum(c) || c == '_' || c == '-';
}

static bool in_bearer(char c)
{
    return in_token(c) || (c != '\0' && strchr(".~+/=", c) != NULL);
}

static const struct prefix {
    const char *text;
    size_t tail; /* fewest bytes behind it */
} prefixes[] = {
    {"sk-", 16},
    {"sk_live_", 10},
    {"sk_test_", 10},
    {"rk_live_", 10},
    {"pk_live_", 10},
    {"whsec_", 16},
    {"AKIA", 16},
    {"ASIA", 16},
    {"ghp_", 20},
    {"gho_", 20},
    {"ghu_", 20},
    {"ghs_", 20},
    {"ghr_", 20},
    {"github_pat_", 20},
    {"glpat-", 16},
    {"xoxb-", 10},
    {"xoxp-", 10},
    {"xoxa-", 10},
    {"xoxs-", 10},
    {"xoxr-", 10},
    {"xapp-", 10},
    {"hooks.slack.com/services/", 20},
    {"AIza", 30},
    {"ya29.", 20},
    {"npm_", 30},
    {"hf_", 20},
    {"SG.", 30},
    {"dop_v1_", 30},
    {"shpat_", 20},
    {"pypi-", 40},
    {"AGE-SECRET-KEY-1", 40},
};

static bool starts(const struct finder *f, size_t i, const char *word)
{
    size_t n = strlen(word);
    return i + n <= f->n && memcmp(f->s + i, word, n) == 0;
}

static size_t run(const struct finder *f, size_t i, size_t most, bool (*is_part)(char c))
{
    size_t end = i;
    while (end < f->n && end - i < most && is_part(f->s[end]))
        end++;
    while (end > i && strchr(".~+/-", f->s[end - 1]))
        end--; /* the sentence's */
    return end;
}

static bool has_digit(const struct finder *f, size_t from, size_t to)
{
    for (size_t i = from; i < to; i++) {
        if (is_digit(f->s[i]))
            return true;
    }
    return false;
}

static size_t prefixed_end(const struct finder *f, size_t i)
{
    for (size_t k = 0; k < sizeof prefixes / sizeof *prefixes; k++) {
        const struct prefix *p = &prefixes[k];
        if (p->text[0] != f->s[i] || p->text[1] != at(f, i + 1) || !starts(f, i, p->text))
            continue;
        size_t from = i + strlen(p->text);
        bool (*is_part)(char c) = strchr("./", f->s[from - 1]) ? in_bearer : in_token;
        size_t end = run(f, from, LOOK, is_part);
        bool is_key = end - from >= p->tail && has_digit(f, from, end);
        return is_key ? run(f, from, SIZE_MAX, is_part) : 0;
    }
    return 0;
}

/* eyJ… . … . … ; the last part may be empty. */
static size_t web_token_end(const struct finder *f, size_t i)
{
    size_t end, dots = 0;
    if (!starts(f, i, "eyJ"))
        return 0;
    for (end = i; end - i < TOKEN_LOOK && (in_token(at(f, end)) || at(f, end) == '.'); end++)
        dots += f->s[end] == '.' && in_token(at(f, end + 1));
    return dots >= 1 && end - i >= 30 ? run(f, i, SIZE_MAX, in_bearer) : 0;
}

static bool says(const struct finder *f, size_t i, const char *word) /* word: lower case */
{
    for (; *word; word++, i++) {
        if (upper(at(f, i)) != upper(*word))
            return false;
    }
    return true;
}

/* The token behind "Bearer " or "Basic ": "bearer of bad news" has none. */
static void take_bearer(struct finder *f, size_t i)
{
    static const char *const header[] = {"authorization", NULL};
    size_t from = i + (says(f, i, "bearer ") ? 7 : 6);
    if (from == i + 6 && !(says(f, i, "basic ") && find_context(f, i, header, 20)))
        return;
    size_t end = run(f, from, SIZE_MAX, in_bearer);
    if (end - from >= (from == i + 7 ? 16 : 8) && has_digit(f, from, end))
        find_add(f, REDACT_KEY, from, end);
}

/* ---- behind a word for it ------------------------------------------------------------------ */

static const char *const passwords[] = {
    "password", "passwort",   "kennwort",     "passphrase", "passwd",     "pwd",
    "pass",     "passcode",   "mot de passe", "mdp",        "contraseña", "clave",
    "senha",    "pin",        "zugangsdaten", "parola",     "密码",       "密碼",
    "口令",     "パスワード", "비밀번호",     "pw",         "пароль",     "Пароль",
    "hasło",    "wachtwoord", "şifre",        NULL};
static const char *const secrets[] = {
    "api key",     "apikey",    "api-key", "api_key",   "secret",    "token", "access key",
    "access_key",  "schlüssel", "clé api", "clé d'api", "clave api", "chave", "chiave",
    "license key", "密钥",      "令牌",    "apiキー",   "トークン",  NULL};

struct looks {
    int letters, digits, symbols, odd; /* odd: symbols that no word or phrase has */
};

/* Place behind the word at i, without what closes a sentence or a quotation. */
static size_t word_end(const struct finder *f, size_t i, size_t most, struct looks *l)
{
    size_t end = i;
    *l = (struct looks){0, 0, 0, 0};
    while (end < f->n && end - i < most && f->s[end] != ' ' && f->s[end] != '\n' &&
           f->s[end] != '\t' && f->s[end] != FOLD_SCRIPT && !strchr("\"`<>", f->s[end]))
        end++;
    while (end > i && strchr(".,;:?)]}'\x82", f->s[end - 1])) /* \x82: FOLD_SIGN */
        end--;
    for (size_t k = i; k < end; k++) {
        char c = f->s[k];
        if (is_digit(c))
            l->digits++;
        else if (is_alpha(c) || c == FOLD_LETTER)
            l->letters++;
        else
            l->symbols++;
        l->odd += strchr("$#@%&*_+^~|\\", c) != NULL || (c == '!' && k + 1 < end);
    }
    return end;
}

static bool is_strong(const struct looks *l)
{
    int n = l->letters + l->digits + l->symbols;
    return n >= 6 && l->letters > 0 && (l->digits > 0 || l->odd > 0);
}

/* Is the word at i said to be it: behind a colon, an equals sign, "is"? */
static bool is_told(const struct finder *f, size_t i)
{
    static const char *const verbs[] = {" is ",  " ist ", " est ",    " es ", " era ",
                                        " war ", " was ", " lautet ", NULL};
    while (i > 0 && strchr("\"'`( ", f->s[i - 1]) && i > 1 && f->s[i - 2] != '\n') {
        if (f->s[i - 1] == ' ')
            break;
        i--;
    }
    for (const char *const *v = verbs; *v; v++) {
        size_t n = strlen(*v);
        if (i >= n && says(f, i - n, *v))
            return true;
    }
    if (i > 3 && f->s[i - 1] == ' ' && f->s[i - 2] == FOLD_LETTER && f->s[i - 3] == ' ')
        return true; /* "è", "é" */
    while (i > 0 && f->s[i - 1] == ' ')
        i--;
    return i > 0 && (f->s[i - 1] == ':' || f->s[i - 1] == '=' || f->s[i - 1] == FOLD_SCRIPT);
}

/* Most words stand behind another one that is no verb: decided by its last letter. */
static bool may_be_told(const struct finder *f, size_t i)
{
    char last = i > 1 ? f->s[i - 2] : '\0';
    return before(f, i) != ' ' || !is_alpha(last) || strchr("satrSATR", last) != NULL;
}

/* Place behind the placeholders at i: they stand for something that is gone already. */
static size_t skip_placeholders(const struct finder *f, size_t i)
{
    while (at(f, i) == '[') {
        size_t end = i + 1;
        while (end - i < LOOK && (is_alnum(at(f, end)) || strchr("_-.", at(f, end))) && end < f->n)
            end++;
        if (at(f, end) != ']' || !is_digit(f->s[end - 1]))
            break;
        i = end + 1;
    }
    return i;
}

/* Place behind the word at *i if it is a password or key by what stands before it; 0 = it is not.
 * *i: where it begins. */
static size_t told_end(const struct finder *f, size_t *i)
{
    struct looks l;
    size_t word = *i, from = *i = skip_placeholders(f, word);
    if (!may_be_told(f, word))
        return 0;
    size_t end = word_end(f, from, LOOK, &l);
    bool only_digits = l.digits >= 4 && l.letters + l.symbols == 0;
    if (end == from || (!is_strong(&l) && !only_digits) || starts(f, from, "http") ||
        !is_told(f, word))
        return 0;
    bool is_one = find_context(f, word, passwords, 30) ||
                  (!only_digits && l.digits > 0 && find_context(f, word, secrets, 30));
    return is_one ? word_end(f, from, SIZE_MAX, &l) : 0;
}

static bool begins_word(const struct finder *f, size_t i)
{
    return !is_class(f->s[i], IS_BEFORE) && is_class(before(f, i), IS_BEFORE);
}

/* "scheme://name:password@host": place behind the password, *i where it begins; 0 = there is none
 * behind the "://" at i. All up to the last '@' of the name: passwords may hold some. */
static size_t link_end(const struct finder *f, size_t *i)
{
    size_t colon = 0, sign = 0, k = *i + 3;
    if (!starts(f, *i, "://"))
        return 0;
    for (; k < f->n && !strchr("/?# \n\t\"<>", f->s[k]) && f->s[k] != FOLD_SCRIPT; k++) {
        if (f->s[k] == ':' && colon == 0)
            colon = k;
        if (f->s[k] == '@')
            sign = k;
    }
    if (colon == 0 || sign <= colon + 1)
        return 0;
    *i = colon + 1;
    return sign;
}

/* ---- PEM ------------------------------------------------------------------------------------ */

/* Also what stands between its lines where it is quoted: '>', or "\n" within a string. */
static bool in_pem(char c)
{
    return is_alnum(c) || (c != '\0' && strchr("+/= \n\r\t\\>", c) != NULL);
}

/* "-----BEGIN … PRIVATE KEY-----", "… KEY BLOCK-----": place behind the line's end; 0 = it is none.
 */
static size_t pem_line(const struct finder *f, size_t i, const char *verb)
{
    size_t end = i + 5 + strlen(verb);
    if (!starts(f, i, "-----") || !starts(f, i + 5, verb))
        return 0;
    for (size_t k = 0; k < 40; k++, end++) {
        if (starts(f, end, "PRIVATE KEY-----"))
            return end + 16;
        if (starts(f, end, "PRIVATE KEY BLOCK-----"))
            return end + 22;
        if (at(f, end) == '\n' || at(f, end) == '-')
            return 0;
    }
    return 0;
}

/* Place behind the key whose first line ends at i. Up to the next line of dashes there may be
 * headers; when it is not the key's last one, the key was cut: as far as it can be one. */
static size_t pem_end(const struct finder *f, size_t i)
{
    size_t next = i;
    while (next < f->n && !starts(f, next, "-----"))
        next++;
    size_t end = pem_line(f, next, "END ");
    if (end > 0)
        return end;
    for (end = i; end < next && (in_pem(f->s[end]) || strchr(":,-", f->s[end])); end++)
        ;
    while (strchr(" \n\r\t", f->s[end - 1]))
        end--;
    return end;
}

static size_t take_pem(struct finder *f, size_t i, size_t floor)
{
    size_t end = pem_line(f, i, "BEGIN "), from = i;
    if (end > 0) {
        end = pem_end(f, end);
    } else if ((end = pem_line(f, i, "END ")) > 0) { /* its beginning was left out */
        while (from > floor && in_pem(f->s[from - 1]))
            from--;
        while (strchr(" \n\r\t", f->s[from]))
            from++;
    } else {
        return i + 1;
    }
    find_add(f, REDACT_KEY, from, end);
    return end;
}

void find_keys(struct finder *f)
{
    size_t floor = 0;
    if (!find_wants(f, REDACT_KEY))
        return;
    for (size_t i = 0; i < f->n; i++) {
        char c = f->s[i];
        size_t end = 0, from = i;
        if (c == '-' && starts(f, i, "-----") && before(f, i) != '-') {
            floor = take_pem(f, i, floor);
            i = floor - 1;
            continue;
        }
        if (!is_word(before(f, i)) && is_alpha(c)) {
            if (c == 'B' || c == 'b')
                take_bearer(f, i);
            end = c == 'e' ? web_token_end(f, i) : prefixed_end(f, i);
        }
        if (c == ':')
            end = link_end(f, &from);
        if (end == 0 && begins_word(f, i))
            end = told_end(f, &from);
        if (end > from) {
            find_add(f, REDACT_KEY, from, end);
            i = end - 1;
        }
    }
}
