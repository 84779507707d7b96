/* Walks a file along the key table: unknown and repeated keys, defaults, one value after another.
 *
 * A wrong value is noted and the default stays, so that one pass finds everything and the checks
 * behind it see sane values. Collections are in collect.c, what needs two keys in check.c.
 */
#include <limits.h>
#include <stdio.h>

#include "base/mem.h"
#include "base/near.h"
#include "config/load.h"

void put_pointer(void *object, size_t at, const void *p)
{
    memcpy((char *)object + at, &p, sizeof(p));
}

void *get_pointer(const void *object, size_t at)
{
    void *p;

    memcpy(&p, (const char *)object + at, sizeof(p));
    return p;
}

void put_count(void *object, const struct key *key, int count)
{
    memcpy((char *)object + key->count_at, &count, sizeof(count));
}

int get_count(const void *object, const struct key *key)
{
    int count;

    memcpy(&count, (const char *)object + key->count_at, sizeof(count));
    return count;
}

/* ---- one value --------------------------------------------------------------------------- */

static bool is_off(const struct key *key, const struct node *node)
{
    if (node_is_null(node))
        return true;
    struct node unquoted = *node; /* "${X:-null}" had to be quoted for the braces' sake */
    unquoted.plain = true;
    return key_is_value(key) && node->variable && node_is_null(&unquoted);
}

static void put_off(const struct key *key, void *object)
{
    if (key_is_text(key))
        put_pointer(object, key->at, NULL);
    else if (key_is_value(key))
        value_put(key, object, -1);
}

/* Amounts, hours and the like are texts in other programs' files: quotes do no harm there. */
static bool quotes_matter(const struct key *key)
{
    return key->type == KEY_BOOL || key->type == KEY_COUNT || key->type == KEY_RATIO ||
           key->type == KEY_PERCENT;
}

static void decode_integer(struct load *l, const struct key *key, struct node *node, void *object)
{
    int64_t value;

    if (key->type == KEY_REF) {
        value_put(key, object, resolve_ref(l, key, node));
        return;
    }
    if (node->kind != NODE_SCALAR || (!node->plain && !node->variable && quotes_matter(key)) ||
        value_parse(key, node->text, &value) != VALUE_OK) {
        mistake_value(l, key, node);
        return;
    }
    value_put(key, object, value);
}

static void decode_text(struct load *l, const struct key *key, struct node *node, void *object)
{
    const char *text = scalar_text(l, key, node);

    if (text)
        put_pointer(object, key->at, key->type == KEY_PATH ? absolute_path(l, text) : text);
}

static void decode_inner(struct load *l, const struct key *key, struct node *node, void *object)
{
    if (node->kind != NODE_MAP)
        mistake_value(l, key, node);
    decode_section(l, key->inner, node->kind == NODE_MAP ? node : NULL, object);
}

void decode_value(struct load *l, const struct key *key, struct node *node, void *object)
{
    typedef void decoder(struct load * l, const struct key *key, struct node *node, void *object);
    static decoder *const decoders[KEY_TYPE_COUNT] = {
        [KEY_TEXT] = decode_text,        [KEY_PATH] = decode_text,
        [KEY_JSON] = collect_json,       [KEY_SET] = collect_set,
        [KEY_VALUES] = collect_values,   [KEY_REFS] = collect_refs,
        [KEY_PAIRS] = collect_pairs,     [KEY_SECTION] = decode_inner,
        [KEY_ENTRIES] = collect_entries, [KEY_LIST] = collect_list,
        [KEY_WHEN] = collect_when,       [KEY_TIER_BUDGETS] = collect_tier_budgets,
    };

    if (!scalar_fill(l, node))
        return;
    if ((key->flags & KEY_NULLABLE) && is_off(key, node)) {
        if (key->type == KEY_SECTION)
            decode_section(l, key->inner, NULL, object);
        put_off(key, object);
        return;
    }
    (key_is_value(key) ? decode_integer : decoders[key->type])(l, key, node, object);
}

/* ---- a section --------------------------------------------------------------------------- */

static void set_default(struct load *l, const struct key *key, void *object)
{
    struct node scalar = {.kind = NODE_SCALAR, .plain = true}, *root = &scalar;
    struct yaml_error unused;

    if (!key->fallback) {
        if (key->type == KEY_REF)
            value_put(key, object, -1);
        return;
    }
    scalar.text = slice_str(key->fallback);
    if (strchr("{[", key->fallback[0]) &&
        yaml_parse(scalar.text, l->arena, &root, &unused) != ST_OK)
        root = &scalar;
    l->defaults = true;
    decode_value(l, key, root, object);
    l->defaults = false;
}

static void remember(struct load *l, const struct key *key, const struct node *node,
                     const void *object)
{
    struct config_impl *impl = l->config->impl;
    const struct node *at = node->key ? node->key : node;

    if (!key->built || l->defaults)
        return;
    if (impl->set_count == impl->set_cap) {
        impl->set_cap = impl->set_cap ? 2 * impl->set_cap : 16;
        impl->set = mem_grow(impl->set, (size_t)impl->set_cap, sizeof(*impl->set));
    }
    impl->set[impl->set_count++] = (struct set_key){
        key, object, arena_str(l->arena, slice_str(l->path)), at->line, at->column};
}

static bool is_required(const struct load *l, const struct key *key, const struct node *section)
{
    bool from_file = l->need == CONFIG_FOR_FILE && (key->flags & KEY_NOT_FOR_FILE) != 0;
    return (key->flags & KEY_REQUIRED && section) ||
           (key->flags & KEY_RUN_REQUIRED && l->need != CONFIG_FOR_LEDGER && !from_file);
}

static void decode_key(struct load *l, const struct key *key, const struct node *section,
                       void *object)
{
    size_t length = path_push(l, key->name);
    struct node *node = key->name[0] ? node_get(section, key->name) : NULL;

    if (key->type == KEY_SECTION && !node)
        decode_section(l, key->inner, NULL, object);
    else if (key->type != KEY_SECTION)
        set_default(l, key, object);
    if (node) {
        remember(l, key, node, object);
        decode_value(l, key, node, object);
    } else if (is_required(l, key, section)) {
        struct buf expected;
        buf_init(&expected, 300);
        value_expected(key, &expected);
        bool at_top = !strchr(l->path, '.');
        mistake(l,
                !section || at_top ? NULL
                : section->key     ? section->key
                                   : section,
                NULL, "is missing, expected %s", buf_view(&expected).p);
        buf_deinit(&expected);
    }
    path_pop(l, length);
}

static const struct key *find_key(const struct section *section, struct slice name)
{
    for (int i = 0; i < section->count; i++) {
        if (slice_eq(name, slice_str(section->keys[i].name)))
            return &section->keys[i];
    }
    return NULL;
}

/* A section anywhere in the table that has that very key: it may stand one level off. */
static bool find_elsewhere(const struct section *section, struct slice name, struct buf *path)
{
    if (find_key(section, name))
        return true;
    for (int i = 0; i < section->count; i++) {
        const struct key *key = &section->keys[i];
        size_t length = path->n;
        if (!key->inner)
            continue;
        buf_fmt(path, "%s%s", length ? "." : "", key->name);
        buf_str(path, key->type == KEY_ENTRIES ? ".<name>" : key->type == KEY_LIST ? "[]" : "");
        if (find_elsewhere(key->inner, name, path))
            return true;
        path->n = length;
    }
    return false;
}

/* A few edits away, or the beginning of a longer name. */
static bool is_near(struct slice found, const char *known, int *distance)
{
    bool near = near_match(found, known, distance) && 2 * *distance < (int)strlen(known);

    if (!near && found.n >= 3 && strncmp(found.p, known, found.n) == 0) {
        *distance = 1;
        near = true;
    }
    return near;
}

/* An unknown key is quoted when it can hardly be anything but a key. */
static bool is_showable(struct slice key, bool near)
{
    return key.n <= 40 && (near || strspn(key.p, "abcdefghijklmnopqrstuvwxyz_") == key.n);
}

static void refuse_unknown(struct load *l, const struct section *section, const struct node *key)
{
    const char *nearest = section->keys[0].name;
    int best = INT_MAX, distance;
    bool near = false;
    char shown[64] = "";
    struct buf path;

    for (int i = 0; i < section->count; i++) {
        bool this_near = is_near(key->text, section->keys[i].name, &distance);
        if (distance < best) {
            best = distance;
            nearest = section->keys[i].name;
            near = this_near;
        }
    }
    if (is_showable(key->text, near))
        snprintf(shown, sizeof(shown), " \"" SLICE_FMT "\"", SLICE_ARG(key->text));
    buf_init(&path, 200);
    if (!near && find_elsewhere(&key_root, key->text, &path))
        mistake(l, key, NULL, "unknown key%s, it belongs %s%s", shown,
                path.n ? "into " : "to the top", path.n ? path.p : "");
    else
        mistake(l, key, NULL, "unknown key%s, nearest known key: \"%s\"", shown, nearest);
    buf_deinit(&path);
}

static const struct node *earlier(const struct node *map, const struct node *child)
{
    for (const struct node *n = map->first; n != child; n = n->next) {
        if (slice_eq(n->key->text, child->key->text))
            return n;
    }
    return NULL;
}

static void check_names(struct load *l, const struct section *section, const struct node *map)
{
    for (const struct node *n = map->first; n; n = n->next) {
        const struct node *first = earlier(map, n);
        const struct key *key = find_key(section, n->key->text);
        if (!key)
            refuse_unknown(l, section, n->key);
        else if (first)
            mistake(l, n->key, key->name, "given twice, first in line %d", first->key->line);
    }
}

void decode_section(struct load *l, const struct section *section, const struct node *node,
                    void *object)
{
    if (node)
        check_names(l, section, node);
    for (int pass = 0; pass < 2; pass++) { /* references last: they look at their neighbours */
        for (int i = 0; i < section->count; i++) {
            if ((section->keys[i].type == KEY_REF) == pass)
                decode_key(l, &section->keys[i], node, object);
        }
    }
    if (section->check)
        section->check(l, node, object);
}
