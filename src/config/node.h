/* A YAML document as a plain tree with positions: all that the rest of the room sees of YAML.
 * Nodes and their texts live in the arena given to yaml_parse. */
#ifndef TICKETMILL_CONFIG_NODE_H
#define TICKETMILL_CONFIG_NODE_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/slice.h"

enum node_kind { NODE_SCALAR, NODE_MAP, NODE_LIST };

struct node {
    enum node_kind kind;
    int line, column;     /* from 1 */
    struct slice text;    /* scalars only; a NUL stands behind */
    bool plain;           /* written without quotes, not as a block */
    bool filled;          /* ${…} has been replaced */
    const char *variable; /* the first variable that was; NULL = none */
    struct node *key;     /* of a child of a map */
    struct node *first, *next;
    int count; /* children */
};

/* Limits of a file: what is above them is no configuration. */
#define YAML_MAX_DEPTH    16
#define YAML_MAX_CHILDREN 1000

struct yaml_error {
    int line, column;
    const char *text; /* static */
};

/* Exactly one document of maps with scalar keys, lists and scalars; no tags, anchors or aliases.
 * *root is NULL for an empty document. Repeated keys stay in the tree. ST_CONFIG with *error. */
MUST_CHECK enum status yaml_parse(struct slice text, struct arena *arena, struct node **root,
                                  struct yaml_error *error);

struct node *node_get(const struct node *map, const char *key); /* first one, or NULL */

#endif
