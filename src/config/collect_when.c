/* A route's condition, which has a form of its own.
 *
 * It is decoded by its rows of the key table into a draft and then turned into the
 * fields of a route. Regular expressions are only tried here; who runs them compiles them.
 */
#include <stdio.h>

#include "config/keys.h"
#include "config/load.h"

static const char *const subjects[] = {
    [WHEN_ALWAYS] = NULL,   [WHEN_LANGUAGE] = "language", [WHEN_CODE] = "code",
    [WHEN_IMAGE] = "image", [WHEN_BYTES] = "bytes",       [WHEN_FIELD] = "field"};
static const char *const operators[] = {
    [OP_EQUALS] = "equals", [OP_IN] = "in", [OP_REGEX] = "regex", [OP_GREATER] = "greater"};

/* How many of the words are keys of the node; the last one found in *which. */
static int count_of(const struct node *node, const char *const *words, int count, int *which)
{
    int n = 0;

    for (int i = 0; i < count; i++) {
        if (words[i] && node_get(node, words[i])) {
            *which = i;
            n++;
        }
    }
    return n;
}

static void take_values(struct config_route *route, const char **values, int count)
{
    route->values = values;
    route->value_count = count;
}

static void take_field(struct load *l, const struct when_draft *draft, struct config_route *route)
{
    route->field = draft->field;
    switch (route->op) {
    case OP_EQUALS:
        take_values(route, draft->equals, draft->equals_count);
        break;
    case OP_IN:
        take_values(route, draft->in, draft->in_count);
        break;
    case OP_REGEX: {
        const char **one = arena_zalloc(l->arena, sizeof(*one));
        *one = draft->regex;
        take_values(route, one, 1);
        break;
    }
    case OP_GREATER:
        route->greater_than = draft->greater;
        break;
    }
}

static void take_draft(struct load *l, const struct when_draft *draft, struct config_route *route)
{
    switch (route->kind) {
    case WHEN_LANGUAGE:
        route->op = OP_IN;
        take_values(route, draft->language, draft->language_count);
        break;
    case WHEN_CODE:
        route->truth = draft->code;
        break;
    case WHEN_IMAGE:
        route->truth = draft->image;
        break;
    case WHEN_BYTES:
        route->op = OP_GREATER;
        route->greater_than = draft->bytes;
        break;
    case WHEN_FIELD:
        take_field(l, draft, route);
        break;
    case WHEN_ALWAYS:
        break;
    }
}

void collect_when(struct load *l, const struct key *key, struct node *node, void *object)
{
    struct config_route *route = object;
    struct when_draft draft = {0};
    int subject = WHEN_ALWAYS, op = OP_EQUALS;

    if (node->kind != NODE_MAP) {
        mistake_value(l, key, node);
        return;
    }
    decode_section(l, key->inner, node, &draft);
    int subject_count = count_of(node, subjects, 6, &subject);
    int op_count = count_of(node, operators, 4, &op);
    const struct node *at = node->key;
    if (subject_count != 1)
        mistake(l, at, NULL,
                "found %d conditions, expected one of language, code, image, bytes and field",
                subject_count);
    else if (subject == WHEN_FIELD && op_count != 1)
        mistake(l, at, NULL, "found %d tests, expected one of equals, in, regex and greater",
                op_count);
    else if (subject != WHEN_FIELD && op_count > 0)
        mistake(l, at, NULL, "equals, in, regex and greater go with field only");
    route->kind = (enum when_kind)subject;
    route->op = (enum when_op)op;
    take_draft(l, &draft, route);
}
