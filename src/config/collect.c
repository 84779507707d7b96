/* Collections: lists, mappings from names to texts or objects, references by name.
 *
 * Objects lie in one array per collection, in the order of the file, zeroed first; the key table
 * says where the array and its count go. What a whole entry must fulfil is in check.c.
 */
#include <stdio.h>

#include "base/near.h"
#include "config/load.h"
#include "config/text.h"

static bool expect(struct load *l, const struct key *key, const struct node *node,
                   enum node_kind kind)
{
    if (node->kind == kind)
        return true;
    mistake_value(l, key, node);
    return false;
}

static bool count_fits(struct load *l, const struct key *key, const struct node *node)
{
    if (node->count >= key->min && node->count <= key->max)
        return true;
    mistake(l, node->key ? node->key : node, NULL, "found %d entries, expected %d to %d",
            node->count, (int)key->min, (int)key->max);
    return false;
}

static bool repeated(struct load *l, const struct node *map, const struct node *child)
{
    for (const struct node *n = map->first; n != child; n = n->next) {
        if (slice_eq(n->key->text, child->key->text)) {
            mistake(l, child->key, NULL, "the same name twice, first in line %d", n->key->line);
            return true;
        }
    }
    return false;
}

/* ---- references -------------------------------------------------------------------------- */

static const char *target_name(const struct config *c, enum ref_target target, int i)
{
    switch (target) {
    case REF_PROVIDER:
        return i < c->provider_count ? c->providers[i].name : NULL;
    case REF_MODEL:
        return i < c->model_count ? c->models[i].name : NULL;
    case REF_TIER:
        return i < c->tier_count ? c->tiers[i].name : NULL;
    }
    return NULL;
}

static const char *const homes[] = {
    [REF_PROVIDER] = "providers", [REF_MODEL] = "models", [REF_TIER] = "tiers"};

/* Index of the entry with that name, or -1; the nearest other one in *near, or NULL. */
static int find_target(const struct config *c, enum ref_target target, struct slice name,
                       const char **near)
{
    const char *known;
    int best = 99, distance;

    *near = NULL;
    for (int i = 0; (known = target_name(c, target, i)) != NULL; i++) {
        if (slice_eq(name, slice_str(known)))
            return i;
        if (near_match(name, known, &distance) && 2 * distance < (int)name.n && distance < best) {
            best = distance;
            *near = known;
        }
    }
    return -1;
}

static void refuse_target(struct load *l, const struct node *at, enum ref_target target,
                          const char *near)
{
    if (near && !at->variable)
        mistake(l, at, NULL, "not in `%s`, did you mean \"%s\"?", homes[target], near);
    else
        mistake(l, at, NULL, "found a name that is not in `%s`", homes[target]);
}

int resolve_ref(struct load *l, const struct key *key, struct node *node)
{
    struct key as_text = {.type = KEY_REF, .target = key->target, .flags = KEY_ANY_SCALAR};
    const char *near, *text = node->kind == NODE_SCALAR ? scalar_text(l, &as_text, node) : NULL;

    if (node->kind != NODE_SCALAR)
        mistake_value(l, key, node);
    if (!text)
        return -1;
    int index = find_target(l->config, key->target, slice_str(text), &near);
    if (index < 0)
        refuse_target(l, node, key->target, near);
    return index;
}

void collect_refs(struct load *l, const struct key *key, struct node *node, void *object)
{
    struct key one = {.type = KEY_REF, .target = key->target};
    int n = 0;

    if (!expect(l, key, node, NODE_LIST) || !count_fits(l, key, node))
        return;
    int *found = arena_zalloc(l->arena, (size_t)node->count * sizeof(*found));
    for (struct node *child = node->first; child; child = child->next) {
        int index = scalar_fill(l, child) ? resolve_ref(l, &one, child) : -1;
        for (int i = 0; i < n && index >= 0; i++) {
            if (found[i] == index) {
                mistake(l, child, NULL, "the same name twice");
                index = -1;
            }
        }
        if (index >= 0)
            found[n++] = index;
    }
    put_pointer(object, key->at, found);
    put_count(object, key, n);
}

void collect_tier_budgets(struct load *l, const struct key *key, struct node *node, void *object)
{
    struct key amount = {.type = KEY_MONEY,
                         .min = key->min,
                         .max = key->max,
                         .at = offsetof(struct config_tier, budget_pusd),
                         .size = sizeof(int64_t)};
    struct config *c = object;
    const char *near;

    if (!expect(l, key, node, NODE_MAP))
        return;
    for (int i = 0; i < c->tier_count; i++)
        c->tiers[i].budget_pusd = CONFIG_OFF;
    for (struct node *child = node->first; child; child = child->next) {
        int tier = find_target(c, REF_TIER, child->key->text, &near);
        size_t length = path_push(l, "<tier>");
        if (tier < 0)
            refuse_target(l, child->key, REF_TIER, near);
        else if (!repeated(l, node, child))
            decode_value(l, &amount, child, &c->tiers[tier]);
        path_pop(l, length);
    }
}

/* ---- texts ------------------------------------------------------------------------------- */

void collect_set(struct load *l, const struct key *key, struct node *node, void *object)
{
    struct key one = {.type = KEY_ENUM, .names = key->names};
    int64_t bits = 0, bit;

    if (!expect(l, key, node, NODE_LIST))
        return;
    if (node->count < key->min)
        mistake_value(l, key, node);
    for (struct node *child = node->first; child; child = child->next) {
        if (!scalar_fill(l, child))
            continue;
        if (child->kind != NODE_SCALAR || value_parse(&one, child->text, &bit) != VALUE_OK)
            mistake_value(l, &one, child);
        else if (bits & (INT64_C(1) << bit))
            mistake(l, child, NULL, "%s is given twice", key->names[bit]);
        else
            bits |= INT64_C(1) << bit;
    }
    value_put(key, object, bits);
}

void collect_values(struct load *l, const struct key *key, struct node *node, void *object)
{
    bool single = node->kind == NODE_SCALAR && (key->flags & KEY_ONE_OR_MANY);
    int n = 0;

    if (!single && (key->max <= 1 || node->kind != NODE_LIST)) {
        mistake_value(l, key, node);
        return;
    }
    if (!single && !count_fits(l, key, node))
        return;
    const char **values = arena_zalloc(l->arena, (size_t)(node->count + 1) * sizeof(*values));
    for (struct node *child = single ? node : node->first; child;
         child = single ? NULL : child->next) {
        if (scalar_fill(l, child) && (values[n] = scalar_text(l, key, child)) != NULL)
            n++;
    }
    put_pointer(object, key->at, values);
    put_count(object, key, n);
}

/* The value of a pair, or NULL with a mistake noted. */
static const char *pair_value(struct load *l, const struct key *key, struct node *node)
{
    const struct key text = {.type = KEY_TEXT,
                             .rule = key->value_rule,
                             .max = key->flags & KEY_LINES ? 500 : 8000,
                             .flags = key->flags & KEY_LINES ? 0 : KEY_ANY_SCALAR};

    if (node->kind != NODE_SCALAR) {
        mistake_value(l, &text, node);
        return NULL;
    }
    if (!scalar_fill(l, node))
        return NULL;
    if (key->flags & KEY_LINES) /* a folded block ends with a line feed */
        node->text = arena_copy(l->arena, slice_trim(node->text));
    return scalar_text(l, &text, node);
}

void collect_pairs(struct load *l, const struct key *key, struct node *node, void *object)
{
    int n = 0;

    if (!expect(l, key, node, NODE_MAP) || !count_fits(l, key, node))
        return;
    struct config_pair *pairs = arena_zalloc(l->arena, (size_t)(node->count + 1) * sizeof(*pairs));
    for (struct node *child = node->first; child; child = child->next) {
        size_t length = path_push(l, "<name>");
        if (!repeated(l, node, child)) {
            if (key->rule && !key->rule->valid(child->key->text))
                mistake(l, child->key, NULL, "found another form of name, expected %s",
                        key->rule->expected);
            pairs[n].name = child->key->text.p;
            pairs[n].value = pair_value(l, key, child);
            n += pairs[n].value != NULL;
        }
        path_pop(l, length);
    }
    put_pointer(object, key->at, pairs);
    put_count(object, key, n);
}

/* ---- objects ----------------------------------------------------------------------------- */

/* An entry that is no mapping of its own has one nameless row: the tiers. */
static void decode_object(struct load *l, const struct key *key, struct node *node, void *object)
{
    const struct section *inner = key->inner;

    if (inner->keys[0].name[0] == '\0')
        decode_value(l, &inner->keys[0], node, object);
    else if (node->kind == NODE_MAP)
        decode_section(l, inner, node, object);
    else {
        struct key one = {.type = KEY_SECTION};
        mistake_value(l, &one, node);
        decode_section(l, inner, NULL, object);
    }
}

void collect_entries(struct load *l, const struct key *key, struct node *node, void *object)
{
    int n = 0;

    if (!expect(l, key, node, NODE_MAP) || !count_fits(l, key, node))
        return;
    char *objects = arena_zalloc(l->arena, (size_t)node->count * key->inner->size);
    for (struct node *child = node->first; child; child = child->next) {
        void *one = objects + (size_t)n * key->inner->size;
        size_t length = path_push(l, "<name>");
        if (!repeated(l, node, child)) {
            if (!key->rule->valid(child->key->text))
                mistake(l, child->key, NULL, "found another form of name, expected %s",
                        key->rule->expected);
            put_pointer(one, 0, child->key->text.p);
            decode_object(l, key, child, one);
            n++;
        }
        path_pop(l, length);
    }
    put_pointer(object, key->at, objects);
    put_count(object, key, n);
}

void collect_list(struct load *l, const struct key *key, struct node *node, void *object)
{
    bool single = node->kind == NODE_MAP && (key->flags & KEY_ONE_OR_MANY);
    int n = 0;

    if (!single && (!expect(l, key, node, NODE_LIST) || !count_fits(l, key, node)))
        return;
    char *objects = arena_zalloc(l->arena, (size_t)(node->count + 1) * key->inner->size);
    size_t length = path_push(l, single ? "" : "[]");
    for (struct node *child = single ? node : node->first; child;
         child = single ? NULL : child->next)
        decode_object(l, key, child, objects + (size_t)n++ * key->inner->size);
    path_pop(l, length);
    put_pointer(object, key->at, objects);
    put_count(object, key, n);
}
