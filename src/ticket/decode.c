/* A record's value becomes a ticket's content, or a dead letter's reason. The document is parsed
 * once and freed here; what outlives it is copied into one block. Tombstones, redaction and the
 * meaning of routing fields are the caller's business.
 */
#include "ticket/decode.h"

#include <stdio.h>

#include "base/json.h"
#include "base/mem.h"
#include "base/utf8.h"
#include "ticket/code.h"
#include "ticket/language.h"
#include "ticket/text.h"
#include "ticket/tokens.h"

#define INTEGER_DIGITS_MAX 40 /* longer ones are no ids */
#define TOKEN_MAX          1024 /* bytes of a pointer's reference token; the configuration allows fewer */

/* What is found in the document; slices live with it or with the record. */
struct found {
    struct slice id, subject, body, language, customer;
    struct fact *fields; /* mem_free */
    int field_count;
    bool has_image;
};

struct verdict_on_value {
    enum reason why;
    char *detail;
};

static bool reject(struct verdict_on_value *v, enum reason why, const char *detail)
{
    v->why = why;
    snprintf(v->detail, TICKET_DETAIL_SIZE, "%s", detail);
    return false;
}

/* What can be told before parsing. */
static bool check_bytes(const struct config_ticket *cfg, struct slice value,
                        struct verdict_on_value *v)
{
    if (!value.p)
        return reject(v, REASON_EMPTY, "the value is null");
    if (value.n > 0 && value.p[0] == '\0')
        return reject(v, REASON_UNSUPPORTED_FORMAT,
                      "the value begins with byte 0: framed for a schema registry, which is not "
                      "supported; expected plain JSON");
    if (value.n > (uint64_t)cfg->max_bytes) {
        v->why = REASON_TOO_LONG;
        snprintf(v->detail, TICKET_DETAIL_SIZE, "the value has %zu bytes; ticket.max_bytes is %lld",
                 value.n, (long long)cfg->max_bytes);
        return false;
    }
    if (slice_trim(value).n == 0)
        return reject(v, REASON_EMPTY, "the value holds no bytes but white space");
    return true;
}

static bool parse(struct slice value, json **doc, struct verdict_on_value *v)
{
    enum status st = json_parse(value, JSON_MAX_DEPTH, doc);
    if (st == ST_BAD_UTF8)
        return reject(v, REASON_INVALID_UTF8, "the value is not valid UTF-8");
    if (st == ST_TOO_DEEP)
        return reject(v, REASON_INVALID_JSON, "the value is nested too deeply");
    if (st != ST_OK)
        return reject(v, REASON_INVALID_JSON, "the value is not valid JSON");
    if (json_is(*doc, JSON_OBJECT))
        return true;
    json_free(*doc);
    return reject(v, REASON_INVALID_JSON, "the value is valid JSON but not an object");
}

/* One reference token of a pointer with ~1 and ~0 read; false when it does not fit. */
static bool pointer_token(const char **pointer, char *key, size_t size)
{
    const char *p = *pointer + 1; /* past the '/' */
    size_t n = 0;
    for (; *p && *p != '/'; p++) {
        if (n + 1 >= size)
            return false;
        key[n++] = *p;
        if (*p == '~') /* a valid pointer has 0 or 1 behind it */
            key[n - 1] = *++p == '1' ? '/' : '~';
    }
    key[n] = '\0';
    *pointer = p;
    return true;
}

/* The text of the value at a pointer, as it stands in `text`; what json_pointer finds. */
static struct slice raw_at(struct slice text, const char *pointer)
{
    char key[TOKEN_MAX];
    int64_t index;
    while (text.p && *pointer) {
        if (!pointer_token(&pointer, key, sizeof key))
            return SLICE_NONE;
        text = slice_trim(text);
        if (text.n > 0 && text.p[0] == '{')
            text = json_raw_member(text, key);
        else if (slice_to_i64(slice_str(key), &index) == ST_OK && index >= 0)
            text = json_raw_item(text, (size_t)index);
        else
            text = SLICE_NONE;
    }
    return text;
}

/* Of a JSON number's text. */
static bool is_integer(struct slice s)
{
    size_t i = s.p[0] == '-' ? 1 : 0;
    while (i < s.n && s.p[i] >= '0' && s.p[i] <= '9')
        i++;
    return i == s.n && s.n <= INTEGER_DIGITS_MAX;
}

static bool key_serves(struct slice key)
{
    return key.n > 0 && key.n <= TICKET_ID_MAX && !memchr(key.p, '\0', key.n) && utf8_valid(key);
}

static bool find_id(const struct config_ticket *cfg, const struct record *rec, const json *doc,
                    struct found *f, struct verdict_on_value *verdict)
{
    const json *v = json_pointer(doc, cfg->id);
    if (json_is(v, JSON_STRING)) {
        f->id = json_str(v);
    } else if (json_is(v, JSON_NUMBER)) {
        struct slice digits = raw_at(rec->value, cfg->id);
        f->id = digits.p && is_integer(digits) ? digits : SLICE_NONE;
    }
    if (f->id.n > TICKET_ID_MAX) {
        verdict->why = REASON_INVALID_JSON;
        snprintf(verdict->detail, TICKET_DETAIL_SIZE, "the ticket id has %zu bytes; at most %d",
                 f->id.n, TICKET_ID_MAX);
        return false;
    }
    if (f->id.n == 0)
        f->id = key_serves(rec->key) ? rec->key : SLICE_NONE;
    return true;
}

/* A string that says something, else NONE. */
static struct slice text_at(const json *doc, const char *pointer)
{
    struct slice s = json_str(json_pointer(doc, pointer));
    return s.p && !text_blank(s) ? s : SLICE_NONE;
}

static bool any_image(const json *attachments)
{
    static const struct slice prefix = SLICE_LIT("image/");
    if (!json_is(attachments, JSON_ARRAY))
        return false;
    for (const json *v = json_first(attachments); v; v = json_next(v)) {
        struct slice type = json_str(json_get(v, "type"));
        if (type.n >= prefix.n && slice_eq_nocase(slice_of(type.p, prefix.n), prefix))
            return true;
    }
    return false;
}

static struct fact fact_at(const json *doc, struct slice value, const char *pointer)
{
    const json *v = json_pointer(doc, pointer);
    struct slice digits;
    switch (json_type(v)) {
    case JSON_STRING:
        return (struct fact){FACT_TEXT, json_str(v)};
    case JSON_NUMBER:
        digits = raw_at(value, pointer);
        return (struct fact){digits.p ? FACT_NUMBER : FACT_ABSENT, digits};
    case JSON_BOOL:
        return (struct fact){FACT_BOOL,
                             json_bool(v, false) ? SLICE_LIT("true") : SLICE_LIT("false")};
    case JSON_NULL:
    case JSON_ARRAY:
    case JSON_OBJECT:
        break;
    }
    return (struct fact){FACT_ABSENT, SLICE_NONE};
}

static void find_fields(struct ticket_fields fields, const struct record *rec, const json *doc,
                        struct found *f)
{
    f->fields = mem_array((size_t)fields.count, sizeof *f->fields);
    f->field_count = fields.count;
    for (int i = 0; i < fields.count; i++)
        f->fields[i] = fact_at(doc, rec->value, fields.v[i]);
}

static bool find(const struct config_ticket *cfg, const struct record *rec, const json *doc,
                 struct found *f, struct verdict_on_value *v)
{
    f->subject = text_at(doc, cfg->subject);
    f->body = text_at(doc, cfg->body);
    if (!f->subject.p && !f->body.p)
        return reject(v, REASON_EMPTY, "neither subject nor body holds text");
    if (!find_id(cfg, rec, doc, f, v))
        return false;
    struct slice tag = json_str(json_pointer(doc, cfg->language));
    f->language = tag.p && language_plausible(tag) ? tag : SLICE_NONE;
    f->has_image = any_image(json_get(doc, "attachments"));
    f->customer = cfg->customer ? fact_at(doc, rec->value, cfg->customer).text : SLICE_NONE;
    if (f->customer.n > TICKET_CUSTOMER_MAX)
        f->customer.n = utf8_floor(f->customer, TICKET_CUSTOMER_MAX);
    return true;
}

/* "subject\n\nbody", cleaned; mem_free. */
static char *join(const struct found *f, size_t *n)
{
    char *whole = mem_alloc(f->subject.n + 2 + f->body.n);
    *n = f->subject.p ? text_clean(f->subject, whole) : 0;
    if (f->subject.p && f->body.p) {
        memcpy(whole + *n, "\n\n", 2);
        *n += 2;
    }
    if (f->body.p)
        *n += text_clean(f->body, whole + *n);
    return whole;
}

/* Copies s to *at and moves on; NONE stays NONE. */
static struct slice keep(char **at, struct slice s)
{
    if (!s.p)
        return SLICE_NONE;
    struct slice copy = slice_of(*at, s.n);
    memcpy(*at, s.p, s.n);
    *at += s.n;
    return copy;
}

/* One block: the fields first, which are to be aligned, then room for texts. */
static char *block_new(const struct found *f, size_t text_room)
{
    size_t n = (size_t)f->field_count * sizeof *f->fields + f->id.n + f->language.n +
               f->customer.n + text_room;
    for (int i = 0; i < f->field_count; i++)
        n += f->fields[i].text.n;
    return mem_alloc(n);
}

static char *keep_fields(char *block, const struct found *f)
{
    struct fact *fields = (struct fact *)(void *)block;
    char *at = block + (size_t)f->field_count * sizeof *fields;
    for (int i = 0; i < f->field_count; i++)
        fields[i] = (struct fact){f->fields[i].kind, keep(&at, f->fields[i].text)};
    return at;
}

static void fill(const struct config_ticket *cfg, const struct found *f, struct ticket_content *out)
{
    size_t whole_n, max = (size_t)cfg->max_text_bytes;
    char *whole = join(f, &whole_n);
    char *block = block_new(f, whole_n < max ? whole_n : max);
    char *at = keep_fields(block, f);

    *out = (struct ticket_content){.block = block};
    out->id = keep(&at, f->id);
    out->customer = keep(&at, f->customer);
    struct slice tag = keep(&at, f->language);
    out->text = slice_of(at, text_cut(slice_of(whole, whole_n), max, at));
    mem_free(whole);
    out->flags = whole_n > max ? FLAG_TEXT_CUT : 0;
    out->est_tokens = tokens_estimate(out->text);
    sha256(out->text, out->content_hash);
    out->facts = (struct facts){
        .language = tag.p ? language_of_tag(tag) : language_detect(out->text),
        .language_tag = tag,
        .has_code = text_has_code(out->text),
        .has_image = f->has_image,
        .text_bytes = (int64_t)out->text.n,
        .fields = (const struct fact *)(const void *)block,
        .field_count = f->field_count,
    };
}

bool ticket_decode(const struct config_ticket *cfg, struct ticket_fields fields,
                   const struct record *rec, struct ticket_content *out, enum reason *why,
                   char detail[TICKET_DETAIL_SIZE])
{
    struct verdict_on_value v = {.why = REASON_NONE, .detail = detail};
    json *doc;
    if (!check_bytes(cfg, rec->value, &v) || !parse(rec->value, &doc, &v)) {
        *why = v.why;
        return false;
    }
    struct found f = {.id = SLICE_NONE};
    bool good = find(cfg, rec, doc, &f, &v);
    if (good) {
        find_fields(fields, rec, doc, &f);
        fill(cfg, &f, out);
        mem_free(f.fields);
    } else {
        *why = v.why;
    }
    json_free(doc);
    return good;
}
