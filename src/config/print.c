/* The effective configuration as YAML, along the key table, with secrets masked.
 *
 * Texts are written in double quotes, so that nothing in them can be taken for something else;
 * "${" is written "$${". What comes out loads again as the same configuration, except that a
 * masked value is then "***".
 */
#include <ctype.h>

#include "base/json.h"
#include "config/keys.h"
#include "config/load.h"
#include "config/text.h"

#define MASK "***"

struct printer {
    const struct config *config;
    struct buf *out;
    int depth;
};

static void print_section(struct printer *p, const struct section *section, const void *object);

static void print_text(struct buf *out, struct slice s)
{
    struct buf escaped;

    buf_init(&escaped, 2 * s.n + 2);
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] == '$' && i + 1 < s.n && s.p[i + 1] == '{')
            buf_char(&escaped, '$');
        buf_char(&escaped, s.p[i]);
    }
    json_quote(out, buf_view(&escaped));
    buf_deinit(&escaped);
}

/* user:password@ in a URL becomes ***@. */
static void print_url(struct buf *out, struct slice s)
{
    struct buf masked;
    struct url url;

    if (!url_split(s, &url) || !url.user.p) {
        print_text(out, s);
        return;
    }
    buf_init(&masked, s.n + 8);
    buf_slice(&masked, url.scheme);
    buf_fmt(&masked, "://" MASK "@");
    buf_add(&masked, url.user.p + url.user.n + 1,
            (size_t)(s.p + s.n - (url.user.p + url.user.n + 1)));
    print_text(out, buf_view(&masked));
    buf_deinit(&masked);
}

static void print_scalar_text(struct buf *out, const struct key *key, const char *text)
{
    if (!text)
        buf_str(out, "null");
    else if (key->flags & KEY_SECRET) /* still a URL, so that it loads */
        buf_str(out, "\"https://masked.invalid/" MASK "\"");
    else
        print_url(out, slice_str(text));
}

/* A word that YAML reads as nothing but a text. */
static bool is_bare(const char *name)
{
    static const char *const typed[] = {"null",  "true", "false", "Null", "True",
                                        "False", "NULL", "TRUE",  "FALSE"};

    if (!isalpha((unsigned char)name[0]))
        return false;
    for (size_t i = 0; i < sizeof(typed) / sizeof(*typed); i++) {
        if (strcmp(name, typed[i]) == 0)
            return false;
    }
    return strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-/") ==
           strlen(name);
}

/* Names are not interpolated, so "${" needs no care here. */
static void print_name(struct buf *out, const char *name)
{
    if (is_bare(name))
        buf_str(out, name);
    else
        json_quote(out, slice_str(name));
    buf_char(out, ':');
}

static void print_refs(const struct config *c, const struct key *key, const void *object,
                       struct buf *out)
{
    const int *models = get_pointer(object, key->at);

    buf_char(out, '[');
    for (int i = 0; i < get_count(object, key); i++) {
        buf_str(out, i ? ", " : "");
        print_text(out, slice_str(c->models[models[i]].name));
    }
    buf_char(out, ']');
}

static void print_set(const struct key *key, const void *object, struct buf *out)
{
    int64_t bits = value_get(key, object);
    bool first = true;

    buf_char(out, '[');
    for (int i = 0; key->names[i]; i++) {
        if (bits & (INT64_C(1) << i)) {
            buf_fmt(out, "%s%s", first ? "" : ", ", key->names[i]);
            first = false;
        }
    }
    buf_char(out, ']');
}

static void print_values(struct buf *out, const char *const *values, int count)
{
    buf_char(out, '[');
    for (int i = 0; i < count; i++) {
        buf_str(out, i ? ", " : "");
        print_text(out, slice_str(values[i]));
    }
    buf_char(out, ']');
}

static void print_when(const struct config_route *r, struct buf *out)
{
    static const char *const names[] = {"", "language", "code", "image", "bytes", "field"};
    static const struct key size = {.type = KEY_SIZE};

    buf_fmt(out, "{%s: ", names[r->kind]);
    if (r->kind == WHEN_LANGUAGE)
        print_values(out, r->values, r->value_count);
    else if (r->kind == WHEN_CODE || r->kind == WHEN_IMAGE)
        buf_str(out, r->truth ? "true" : "false");
    else if (r->kind == WHEN_BYTES)
        value_print(&size, r->greater_than, out);
    else
        print_text(out, slice_str(r->field));
    if (r->kind == WHEN_FIELD && r->op == OP_GREATER) {
        buf_str(out, ", greater: ");
        buf_i64(out, r->greater_than);
    } else if (r->kind == WHEN_FIELD && r->op == OP_IN) {
        buf_str(out, ", in: ");
        print_values(out, r->values, r->value_count);
    } else if (r->kind == WHEN_FIELD) {
        buf_str(out, r->op == OP_REGEX ? ", regex: " : ", equals: ");
        print_text(out, slice_str(r->values[0]));
    }
    buf_char(out, '}');
}

static void print_ref(const struct config *c, const struct key *key, int64_t index, struct buf *out)
{
    if (index < 0)
        buf_str(out, "null");
    else
        print_text(out, slice_str(key->target == REF_PROVIDER ? c->providers[index].name
                                                              : c->tiers[index].name));
}

static bool has_tier_budgets(const struct config *c)
{
    for (int i = 0; i < c->tier_count; i++) {
        if (c->tiers[i].budget_pusd != CONFIG_OFF)
            return true;
    }
    return false;
}

static void print_value(const struct config *c, const struct key *key, const void *object,
                        struct buf *out)
{
    int64_t value = value_get(key, object);

    if (key->type == KEY_REF)
        print_ref(c, key, value, out);
    else if (value == -1 && (key->flags & KEY_NULLABLE))
        buf_str(out, "null");
    else
        value_print(key, value, out);
}

void print_inline(const struct config *c, const struct key *key, const void *object,
                  struct buf *out)
{
    if (key_is_value(key))
        print_value(c, key, object, out);
    else if (key_is_text(key))
        print_scalar_text(out, key, get_pointer(object, key->at));
    else if (key->type == KEY_JSON)
        print_json(get_pointer(object, key->at), out);
    else if (key->type == KEY_SET)
        print_set(key, object, out);
    else if (key->type == KEY_REFS)
        print_refs(c, key, object, out);
    else if (key->type == KEY_WHEN)
        print_when(object, out);
    else if (key->type == KEY_TIER_BUDGETS)
        buf_str(out, has_tier_budgets(c) ? "…" : "{}");
    else if (get_count(object, key) > 0)
        buf_str(out, "…");
    else
        buf_str(out, key->type == KEY_LIST ? "[]" : "{}");
}

/* ---- blocks ------------------------------------------------------------------------------ */

static void indent(struct printer *p)
{
    for (int i = 0; i < p->depth; i++)
        buf_str(p->out, "  ");
}

static void print_pairs(struct printer *p, const struct key *key, const void *object)
{
    const struct config_pair *pairs = get_pointer(object, key->at);

    for (int i = 0; i < get_count(object, key); i++) {
        indent(p);
        print_name(p->out, pairs[i].name);
        buf_char(p->out, ' ');
        if ((key->flags & KEY_HEADERS) ||
            (!(key->flags & KEY_LINES) && property_is_secret(slice_str(pairs[i].name))))
            buf_str(p->out, "\"" MASK "\"");
        else
            print_text(p->out, slice_str(pairs[i].value));
        buf_char(p->out, '\n');
    }
}

static void print_entries(struct printer *p, const struct key *key, const void *object)
{
    const char *entry = get_pointer(object, key->at);
    const struct section *inner = key->inner;

    for (int i = 0; i < get_count(object, key); i++, entry += inner->size) {
        indent(p);
        print_name(p->out, get_pointer(entry, 0));
        if (inner->keys[0].name[0] == '\0') {
            buf_char(p->out, ' ');
            print_inline(p->config, &inner->keys[0], entry, p->out);
            buf_char(p->out, '\n');
            continue;
        }
        buf_char(p->out, '\n');
        p->depth++;
        print_section(p, inner, entry);
        p->depth--;
    }
}

static void print_list(struct printer *p, const struct key *key, const void *object)
{
    const char *item = get_pointer(object, key->at);

    for (int i = 0; i < get_count(object, key); i++, item += key->inner->size) {
        indent(p);
        buf_str(p->out, "-\n");
        p->depth++;
        print_section(p, key->inner, item);
        p->depth--;
    }
}

static void print_tier_budgets(struct printer *p)
{
    static const struct key amount = {.type = KEY_MONEY};

    for (int i = 0; i < p->config->tier_count; i++) {
        const struct config_tier *tier = &p->config->tiers[i];
        if (tier->budget_pusd == CONFIG_OFF)
            continue;
        indent(p);
        print_name(p->out, tier->name);
        buf_char(p->out, ' ');
        value_print(&amount, tier->budget_pusd, p->out);
        buf_char(p->out, '\n');
    }
}

static bool is_block(const struct config *c, const struct key *key, const void *object)
{
    switch ((int)key->type) {
    case KEY_PAIRS:
    case KEY_ENTRIES:
    case KEY_LIST:
        return get_count(object, key) > 0;
    case KEY_TIER_BUDGETS:
        return has_tier_budgets(c);
    default:
        return key->type == KEY_SECTION;
    }
}

/* Keys that are left out where writing them would say something else. */
static bool is_absent(const struct config *c, const struct key *key, const void *object)
{
    const struct config_route *route = object;

    if (key->type == KEY_WHEN)
        return route->kind == WHEN_ALWAYS;
    if (key->type == KEY_DATE)
        return value_get(key, object) == INT64_MIN;
    if (key->type == KEY_SECTION && (key->flags & KEY_NULLABLE) && key->inner->check)
        return c->shadow.from < 0;
    if (key->type == KEY_ENTRIES || key->type == KEY_LIST)
        return get_count(object, key) == 0;
    return key->type == KEY_TEXT && !(key->flags & KEY_NULLABLE) && !get_pointer(object, key->at);
}

static void print_key(struct printer *p, const struct key *key, const void *object)
{
    if (is_absent(p->config, key, object))
        return;
    indent(p);
    buf_fmt(p->out, "%s:", key->name);
    if (!is_block(p->config, key, object)) {
        buf_char(p->out, ' ');
        print_inline(p->config, key, object, p->out);
        buf_char(p->out, '\n');
        return;
    }
    buf_char(p->out, '\n');
    p->depth++;
    if (key->type == KEY_SECTION)
        print_section(p, key->inner, object);
    else if (key->type == KEY_PAIRS)
        print_pairs(p, key, object);
    else if (key->type == KEY_ENTRIES)
        print_entries(p, key, object);
    else if (key->type == KEY_LIST)
        print_list(p, key, object);
    else
        print_tier_budgets(p);
    p->depth--;
}

static void print_section(struct printer *p, const struct section *section, const void *object)
{
    for (int i = 0; i < section->count; i++)
        print_key(p, &section->keys[i], object);
}

void config_print(const struct config *c, struct buf *out)
{
    struct printer p = {.config = c, .out = out};

    print_section(&p, &key_root, c);
}
