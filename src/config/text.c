/* Rules for texts: names, topics, URLs, time zones and the like.
 *
 * Used by the key table; each rule pairs a test with the words that tell what is expected. Looks
 * at the text alone (and, for time zones, at the machine's zone database); what needs two keys at
 * once is in check.c.
 */
#include "config/text.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/json.h"
#include "base/regex.h"
#include "base/utf8.h"

#define ZONE_FOLDER  "/usr/share/zoneinfo/"
#define LETTERS      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define DIGITS       "0123456789"
#define TOKEN_SIGNS  "!#$%&'*+-.^_`|~"
#define CATEGORY_MAX 64

static bool made_of(struct slice s, const char *allowed)
{
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] == '\0' || !strchr(allowed, s.p[i]))
            return false;
    }
    return s.n > 0;
}

/* Splits at the first `sign`; false when there is none. */
static bool cut(struct slice s, char sign, struct slice *head, struct slice *tail)
{
    const char *at = s.n ? memchr(s.p, sign, s.n) : NULL;

    if (!at)
        return false;
    *head = slice_of(s.p, (size_t)(at - s.p));
    *tail = slice_of(at + 1, s.n - head->n - 1);
    return true;
}

static bool valid_any(struct slice s)
{
    return s.n > 0;
}

static bool valid_regex(struct slice s)
{
    struct regex *re;

    if (s.n == 0 || regex_new(s, &re, NULL) != ST_OK)
        return false;
    regex_free(re);
    return true;
}

static bool valid_name(struct slice s)
{
    return s.n <= 64 && made_of(s, LETTERS DIGITS "._-");
}

static bool valid_offer(struct slice s)
{
    return s.n <= 128 && made_of(s, LETTERS DIGITS "._-/:@+");
}

static bool valid_topic(struct slice s)
{
    return s.n <= 249 && made_of(s, LETTERS DIGITS "._-") && !slice_eq(s, SLICE_LIT(".")) &&
           !slice_eq(s, SLICE_LIT(".."));
}

static bool valid_group(struct slice s)
{
    return s.n <= 200 && made_of(s, LETTERS DIGITS "._-");
}

static bool valid_port(struct slice s)
{
    int64_t port = 0;

    return s.n <= 5 && made_of(s, DIGITS) && slice_to_i64(s, &port) == ST_OK && port >= 1 &&
           port <= 65535;
}

static bool valid_address6(struct slice s)
{
    char text[INET6_ADDRSTRLEN];
    struct in6_addr address;

    return snprintf(text, sizeof(text), SLICE_FMT, SLICE_ARG(s)) < (int)sizeof(text) &&
           inet_pton(AF_INET6, text, &address) == 1;
}

/* host, host:port or [v6]:port; *port is SLICE_NONE when there is none. */
static bool split_host(struct slice s, struct slice *host, struct slice *port)
{
    struct slice head, tail;

    *port = SLICE_NONE;
    if (s.n > 0 && s.p[0] == '[') {
        if (!cut(slice_of(s.p + 1, s.n - 1), ']', host, &tail) || !valid_address6(*host))
            return false;
        if (tail.n > 0) {
            *port = slice_of(tail.p + 1, tail.n - 1);
            return tail.p[0] == ':' && valid_port(*port);
        }
        return true;
    }
    *host = s;
    if (cut(s, ':', &head, &tail)) {
        *host = head;
        *port = tail;
        if (!valid_port(tail))
            return false;
    }
    return host->n <= 253 && made_of(*host, LETTERS DIGITS ".-_") && host->p[0] != '.' &&
           host->p[0] != '-';
}

/* The next of a comma-separated list, without blanks and without "PROTOCOL://". */
static bool next_broker(struct slice *left, struct slice *host, bool *valid)
{
    struct slice one = *left, port;

    if (!left->p)
        return false;
    if (!cut(*left, ',', &one, left))
        *left = SLICE_NONE;
    one = slice_trim(one);
    ptrdiff_t scheme = slice_find(one, SLICE_LIT("://"));
    if (scheme > 0)
        one = slice_of(one.p + scheme + 3, one.n - (size_t)scheme - 3);
    *valid = split_host(one, host, &port);
    return true;
}

static bool valid_brokers(struct slice s)
{
    struct slice left = s, host;
    bool valid = true;

    while (valid && next_broker(&left, &host, &valid))
        ;
    return valid && s.n > 0;
}

bool brokers_are_loopback(struct slice brokers)
{
    struct slice left = brokers, host;
    bool valid;

    while (next_broker(&left, &host, &valid)) {
        if (!valid || !host_is_loopback(host))
            return false;
    }
    return true;
}

static bool valid_pointer(struct slice s)
{
    return s.n > 1 && s.p[0] == '/' && json_pointer_valid(s.p);
}

static bool valid_zone(struct slice s)
{
    char path[256];
    struct stat st;

    if (slice_eq(s, SLICE_LIT("UTC")))
        return true;
    if (!made_of(s, LETTERS DIGITS "/_+-") || s.p[0] == '/' || s.p[s.n - 1] == '/')
        return false;
    return snprintf(path, sizeof(path), ZONE_FOLDER SLICE_FMT, SLICE_ARG(s)) < (int)sizeof(path) &&
           stat(path, &st) == 0 && S_ISREG(st.st_mode);
}

static bool valid_environment(struct slice s)
{
    return made_of(s, LETTERS DIGITS "_") && !strchr(DIGITS, s.p[0]);
}

static bool valid_header(struct slice s)
{
    return made_of(s, LETTERS DIGITS TOKEN_SIGNS);
}

static bool valid_identifier(struct slice s)
{
    return made_of(s, LETTERS DIGITS "_");
}

static bool valid_language(struct slice s)
{
    return s.n >= 2 && s.n <= 35 && made_of(s, LETTERS DIGITS "-") && strchr(LETTERS, s.p[0]);
}

bool url_split(struct slice text, struct url *out)
{
    struct slice after, authority;
    ptrdiff_t colon = slice_find(text, SLICE_LIT("://"));

    for (size_t i = 0; i < text.n; i++) {
        if (text.p[i] <= ' ' || text.p[i] > '~')
            return false;
    }
    if (colon <= 0)
        return false;
    struct url u = {.scheme = slice_of(text.p, (size_t)colon), .user = SLICE_NONE};
    after = slice_of(text.p + colon + 3, text.n - (size_t)colon - 3);
    size_t end = 0;
    while (end < after.n && !strchr("/?#", after.p[end]))
        end++;
    authority = slice_of(after.p, end);
    u.rest = slice_of(after.p + end, after.n - end);
    const char *at = authority.n ? memrchr(authority.p, '@', authority.n) : NULL;
    if (at) {
        u.user = slice_of(authority.p, (size_t)(at - authority.p));
        authority = slice_of(at + 1, authority.n - u.user.n - 1);
    }
    if (!split_host(authority, &u.host, &u.port))
        return false;
    *out = u;
    return true;
}

static bool scheme_is(struct slice scheme, const char *const *allowed)
{
    for (; *allowed; allowed++) {
        if (slice_eq_nocase(scheme, slice_str(*allowed)))
            return true;
    }
    return false;
}

static bool valid_url(struct slice s)
{
    struct url u;

    return url_split(s, &u) && scheme_is(u.scheme, (const char *const[]){"https", "http", NULL});
}

static bool valid_base_url(struct slice s)
{
    return valid_url(s) && !memchr(s.p, '?', s.n) && !memchr(s.p, '#', s.n);
}

static bool valid_proxy(struct slice s)
{
    struct url u;

    return url_split(s, &u) &&
           scheme_is(u.scheme, (const char *const[]){"http", "https", "socks5", "socks5h", NULL});
}

static bool valid_listen(struct slice s)
{
    struct slice host, port;

    return split_host(s, &host, &port) && port.p;
}

/* {shard} and {campaign} are the only braces that mean something. */
static bool valid_ledger_path(struct slice s)
{
    static const char *const known[] = {"{shard}", "{campaign}"};

    for (size_t i = 0; i < s.n; i++) {
        struct slice left = slice_of(s.p + i, s.n - i);
        size_t skip = 0;
        for (size_t k = 0; k < 2; k++) {
            if (left.n >= strlen(known[k]) && memcmp(left.p, known[k], strlen(known[k])) == 0)
                skip = strlen(known[k]) - 1;
        }
        if ((s.p[i] == '{' || s.p[i] == '}') && skip == 0)
            return false;
        i += skip;
    }
    return s.n > 0 && s.p[s.n - 1] != '/';
}

bool host_is_loopback(struct slice host)
{
    char text[INET6_ADDRSTRLEN];
    struct in_addr v4;
    struct in6_addr v6;

    if (slice_eq_nocase(host, SLICE_LIT("localhost")))
        return true;
    if (host.n > 2 && host.p[0] == '[')
        host = slice_of(host.p + 1, host.n - 2);
    if (snprintf(text, sizeof(text), SLICE_FMT, SLICE_ARG(host)) >= (int)sizeof(text))
        return false;
    if (inet_pton(AF_INET, text, &v4) == 1)
        return ntohl(v4.s_addr) >> 24 == 127;
    return inet_pton(AF_INET6, text, &v6) == 1 && IN6_IS_ADDR_LOOPBACK(&v6);
}

static bool valid_category(struct slice name)
{
    if (name.n == 0 || name.n > CATEGORY_MAX || slice_trim(name).n != name.n)
        return false;
    for (size_t i = 0; i < name.n; i++) {
        unsigned char c = (unsigned char)name.p[i];
        if (c < ' ' || c == 0x7f || strchr("\"\\`<>{}[]:,", c))
            return false;
    }
    return utf8_valid(name);
}

static bool valid_header_value(struct slice text)
{
    for (size_t i = 0; i < text.n; i++) {
        unsigned char c = (unsigned char)text.p[i];
        if (c < ' ' || c >= 0x7f)
            return false;
    }
    return text.n > 0;
}

static bool valid_property(struct slice name)
{
    return made_of(name, LETTERS DIGITS "._-");
}

bool property_is_secret(struct slice name)
{
    static const char *const signs[] = {
        "password", "passphrase", "secret",      "token",   "credential",    "api_key",
        "apikey",   "api-key",    "private_key", "key.pem", "authorization", "oauthbearer.config"};

    for (size_t i = 0; i < sizeof(signs) / sizeof(*signs); i++) {
        size_t n = strlen(signs[i]);
        for (size_t at = 0; at + n <= name.n; at++) {
            if (slice_eq_nocase(slice_of(name.p + at, n), slice_of(signs[i], n)))
                return true;
        }
    }
    return false;
}

const struct text_rule rule_any = {valid_any, "a text"};
const struct text_rule rule_path = {valid_any, "a path"};
const struct text_rule rule_name = {valid_name, "a name of up to 64 of [A-Za-z0-9._-]"};
const struct text_rule rule_offer = {valid_offer, "a name of up to 128 of [A-Za-z0-9._/:@+-]"};
const struct text_rule rule_property = {valid_property, "the name of a librdkafka property"};
const struct text_rule rule_category = {
    valid_category, "a name of up to 64 bytes without quotes, brackets, commas and colons"};
const struct text_rule rule_topic = {valid_topic, "a topic: up to 249 of [A-Za-z0-9._-]"};
const struct text_rule rule_group = {valid_group, "a group: up to 200 of [A-Za-z0-9._-]"};
const struct text_rule rule_brokers = {valid_brokers, "host:port, several with commas"};
const struct text_rule rule_pointer = {valid_pointer, "a JSON pointer like /customer/plan"};
const struct text_rule rule_zone = {valid_zone, "an IANA time zone like Europe/Berlin or UTC"};
const struct text_rule rule_environment = {valid_environment,
                                           "the name of an environment variable"};
const struct text_rule rule_header = {valid_header, "the name of an HTTP header"};
const struct text_rule rule_url = {valid_url, "a URL: https://host[:port][/path]"};
const struct text_rule rule_base_url = {
    valid_base_url, "a URL without query: https://host[:port][/path], http:// only on loopback"};
const struct text_rule rule_proxy = {valid_proxy,
                                     "a URL: http, https, socks5 or socks5h://host:port"};
const struct text_rule rule_listen = {valid_listen, "address:port"};
const struct text_rule rule_language = {valid_language, "a language tag like zh or pt-BR"};
const struct text_rule rule_regex = {valid_regex,
                                     "a valid regular expression (PCRE2) of 1 to 1000 bytes"};
const struct text_rule rule_header_value = {valid_header_value, "printable ASCII, not empty"};
const struct text_rule rule_identifier = {valid_identifier, "a name of [A-Za-z0-9_]"};
const struct text_rule rule_ledger_path = {
    valid_ledger_path, "a file name; {shard} and {campaign} are the only braces"};
