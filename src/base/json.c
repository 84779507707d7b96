/* The one file that includes cJSON. Reading: json_guard.c decides what is JSON, cJSON builds the
 * tree, the look-ups here are thin. Writing does not use cJSON at all: the program's own output
 * is put together by hand in a buf with json_quote, and json_print exists for the few places
 * that pass on a part of somebody else's document.
 */
#include "base/json.h"

#include <cjson/cJSON.h>
#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/mem.h"

#define MAX_EXACT INT64_C(9007199254740991) /* 2^53 − 1: above it doubles skip integers */

static pthread_once_t hooks_once = PTHREAD_ONCE_INIT;

static void set_hooks(void)
{
    cJSON_InitHooks(&(cJSON_Hooks){.malloc_fn = mem_alloc, .free_fn = mem_free});
}

enum status json_parse(struct slice text, int max_depth, json **out)
{
    enum status st = json_guard(text, max_depth);
    if (st != ST_OK)
        return st;
    pthread_once(&hooks_once, set_hooks);
    const char *parsed_to = NULL;
    json *doc = cJSON_ParseWithLengthOpts(text.p, text.n, &parsed_to, 0);
    if (!doc)
        return ST_BAD_JSON;
    if (slice_trim(slice_of(parsed_to, (size_t)(text.p + text.n - parsed_to))).n > 0) {
        cJSON_Delete(doc);
        return ST_BAD_JSON;
    }
    *out = doc;
    return ST_OK;
}

void json_free(json *doc)
{
    cJSON_Delete(doc);
}

enum json_type json_type(const json *v)
{
    switch (v ? v->type & 0xff : cJSON_NULL) {
    case cJSON_True:
    case cJSON_False:
        return JSON_BOOL;
    case cJSON_Number:
        return JSON_NUMBER;
    case cJSON_String:
        return JSON_STRING;
    case cJSON_Array:
        return JSON_ARRAY;
    case cJSON_Object:
        return JSON_OBJECT;
    default:
        return JSON_NULL;
    }
}

bool json_is(const json *v, enum json_type t)
{
    return v && json_type(v) == t;
}

const json *json_get(const json *object, const char *key)
{
    if (!json_is(object, JSON_OBJECT))
        return NULL;
    const json *v = object->child;
    while (v && strcmp(v->string, key) != 0)
        v = v->next;
    return v;
}

size_t json_count_key(const json *object, const char *key)
{
    size_t n = 0;
    if (json_is(object, JSON_OBJECT))
        for (const json *v = object->child; v; v = v->next)
            n += strcmp(v->string, key) == 0;
    return n;
}

const json *json_first(const json *array_or_object)
{
    return array_or_object ? array_or_object->child : NULL;
}

const json *json_next(const json *v)
{
    return v ? v->next : NULL;
}

const char *json_key(const json *v)
{
    return v ? v->string : NULL;
}

size_t json_size(const json *array_or_object)
{
    size_t n = 0;
    for (const json *v = json_first(array_or_object); v; v = v->next)
        n++;
    return n;
}

struct slice json_str(const json *v)
{
    return json_is(v, JSON_STRING) ? slice_str(v->valuestring) : SLICE_NONE;
}

bool json_bool(const json *v, bool fallback)
{
    return json_is(v, JSON_BOOL) ? (v->type & 0xff) == cJSON_True : fallback;
}

/* A whole number no double lies about. */
static bool is_exact_integer(double d)
{
    return d >= -(double)MAX_EXACT && d <= (double)MAX_EXACT && (double)(int64_t)d == d;
}

enum status json_i64(const json *v, int64_t *out)
{
    if (!json_is(v, JSON_NUMBER))
        return ST_NOT_FOUND;
    if (!is_exact_integer(v->valuedouble))
        return ST_OVERFLOW;
    *out = (int64_t)v->valuedouble;
    return ST_OK;
}

enum status json_number(const json *v, double *out)
{
    if (!json_is(v, JSON_NUMBER))
        return ST_NOT_FOUND;
    if (!isfinite(v->valuedouble))
        return ST_OVERFLOW;
    *out = v->valuedouble;
    return ST_OK;
}

/* Cuts the next reference token off *pointer, which stands at a '/'. */
static struct slice next_token(const char **pointer)
{
    const char *start = *pointer + 1;
    size_t n = strcspn(start, "/");
    *pointer = start + n;
    return slice_of(start, n);
}

/* Does the token, with ~1 for '/' and ~0 for '~', spell key? */
static bool token_spells(struct slice token, const char *key)
{
    size_t i = 0;
    for (; i < token.n && *key; key++) {
        char c = token.p[i++];
        if (c == '~' && i < token.n)
            c = token.p[i++] == '1' ? '/' : '~';
        if (c != *key)
            return false;
    }
    return i == token.n && !*key;
}

static const json *array_item(const json *array, struct slice token)
{
    int64_t index;
    bool leading_zero = token.n > 1 && token.p[0] == '0';
    if (leading_zero || (token.n > 0 && token.p[0] == '-') || slice_to_i64(token, &index) != ST_OK)
        return NULL;
    const json *v = array->child;
    for (; v && index > 0; index--)
        v = v->next;
    return v;
}

static const json *member(const json *object, struct slice token)
{
    const json *v = object->child;
    while (v && !token_spells(token, v->string))
        v = v->next;
    return v;
}

const json *json_pointer(const json *doc, const char *pointer)
{
    if (!json_pointer_valid(pointer))
        return NULL;
    while (doc && *pointer) {
        struct slice token = next_token(&pointer);
        if (json_is(doc, JSON_OBJECT))
            doc = member(doc, token);
        else if (json_is(doc, JSON_ARRAY))
            doc = array_item(doc, token);
        else
            doc = NULL;
    }
    return doc;
}

bool json_pointer_valid(const char *pointer)
{
    if (*pointer && *pointer != '/')
        return false;
    for (const char *p = strchr(pointer, '~'); p; p = strchr(p + 1, '~'))
        if (p[1] != '0' && p[1] != '1')
            return false;
    return true;
}

void json_quote(struct buf *b, struct slice s)
{
    static const char short_form[0x20] = {
        ['\b'] = 'b', ['\t'] = 't', ['\n'] = 'n', ['\f'] = 'f', ['\r'] = 'r',
    };
    if (!s.p) {
        buf_str(b, "null");
        return;
    }
    buf_char(b, '"');
    size_t plain = 0; /* start of the run not yet appended */
    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char)s.p[i];
        if (c >= 0x20 && c != '"' && c != '\\')
            continue;
        buf_add(b, s.p + plain, i - plain);
        plain = i + 1;
        if (c >= 0x20)
            buf_add(b, (char[]){'\\', (char)c}, 2);
        else if (short_form[c])
            buf_add(b, (char[]){'\\', short_form[c]}, 2);
        else
            buf_fmt(b, "\\u%04x", c);
    }
    buf_add(b, s.p + plain, s.n - plain);
    buf_char(b, '"');
}

static void print_number(struct buf *b, double d)
{
    if (is_exact_integer(d) && !(d == 0 && signbit(d))) {
        buf_i64(b, (int64_t)d);
        return;
    }
    if (!isfinite(d)) { /* read from something like 1e400; reads back as the same */
        buf_str(b, d < 0 ? "-1e999" : "1e999");
        return;
    }
    char text[32];
    int digits = 15; /* the fewest that read back as the same double */
    do
        snprintf(text, sizeof text, "%.*g", digits, d);
    while (strtod(text, NULL) != d && ++digits <= 17);
    buf_str(b, text);
}

static void print_members(struct buf *b, const json *v, bool with_keys)
{
    for (const json *item = v->child; item; item = item->next) {
        if (item != v->child)
            buf_char(b, ',');
        if (with_keys) {
            json_quote(b, slice_str(item->string));
            buf_char(b, ':');
        }
        json_print(b, item);
    }
}

/* Recursion is bounded by the depth json_guard let through. */
void json_print(struct buf *b, const json *v)
{
    switch (json_type(v)) {
    case JSON_NULL:
        buf_str(b, "null");
        break;
    case JSON_BOOL:
        buf_str(b, json_bool(v, false) ? "true" : "false");
        break;
    case JSON_NUMBER:
        print_number(b, v->valuedouble);
        break;
    case JSON_STRING:
        json_quote(b, json_str(v));
        break;
    case JSON_ARRAY:
        buf_char(b, '[');
        print_members(b, v, false);
        buf_char(b, ']');
        break;
    case JSON_OBJECT:
        buf_char(b, '{');
        print_members(b, v, true);
        buf_char(b, '}');
        break;
    }
}
