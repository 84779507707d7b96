/* A model's extra_body: YAML in the file, JSON text in the configuration.
 *
 * Plain scalars get the types that YAML's core schema gives them; quoted ones are texts. On
 * output, texts under names that sound like a secret are masked.
 */
#include "base/json.h"
#include "config/load.h"
#include "config/text.h"

static bool is_json_number(struct slice s)
{
    json *doc = NULL;
    bool good = json_parse(s, 1, &doc) == ST_OK && json_is(doc, JSON_NUMBER);

    json_free(doc);
    return good;
}

static void scalar_to_json(struct load *l, struct node *node, struct buf *out)
{
    if (!scalar_fill(l, node))
        return;
    if (node_is_null(node))
        buf_str(out, "null");
    else if (node_is_truth(node))
        buf_str(out, node->text.p[0] == 't' || node->text.p[0] == 'T' ? "true" : "false");
    else if (!node_is_number(node))
        json_quote(out, node->text);
    else if (is_json_number(node->text))
        buf_slice(out, node->text);
    else
        mistake(l, node, NULL, "found a number that JSON does not have, expected 12, -1 or 0.5");
}

static void node_to_json(struct load *l, struct node *node, struct buf *out)
{
    if (node->kind == NODE_SCALAR) {
        scalar_to_json(l, node, out);
        return;
    }
    buf_char(out, node->kind == NODE_MAP ? '{' : '[');
    for (struct node *child = node->first; child; child = child->next) {
        if (child != node->first)
            buf_char(out, ',');
        if (child->key) {
            if (node_get(node, child->key->text.p) != child)
                mistake(l, child->key, NULL, "the same name twice");
            json_quote(out, child->key->text);
            buf_char(out, ':');
        }
        node_to_json(l, child, out);
    }
    buf_char(out, node->kind == NODE_MAP ? '}' : ']');
}

void collect_json(struct load *l, const struct key *key, struct node *node, void *object)
{
    struct buf out;

    if (node->kind != NODE_MAP) {
        mistake_value(l, key, node);
        return;
    }
    buf_init(&out, (size_t)key->max);
    node_to_json(l, node, &out);
    if (out.failed)
        mistake(l, node->key, NULL, "as JSON it is larger than %d bytes", (int)key->max);
    else
        put_pointer(object, key->at, arena_str(l->arena, buf_view(&out)));
    buf_deinit(&out);
}

/* ---- and back ---------------------------------------------------------------------------- */

/* Length of the string that begins at p, quotes included. */
static size_t string_length(const char *p)
{
    size_t n = 1;

    while (p[n] != '"')
        n += p[n] == '\\' ? 2 : 1;
    return n + 1;
}

static void print_string(struct slice s, struct buf *out)
{
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] == '$' && s.p[i + 1] == '{')
            buf_char(out, '$');
        buf_char(out, s.p[i]);
    }
}

/* Copies the text collect_json made, character by character, so that no number changes. */
void print_json(const char *text, struct buf *out)
{
    struct slice name = SLICE_NONE;

    for (const char *p = text; *p; p++) {
        if (*p != '"') {
            buf_char(out, *p);
            continue;
        }
        struct slice s = slice_of(p, string_length(p));
        if (s.p[s.n] == ':') { /* names are not interpolated */
            name = s;
            buf_slice(out, s);
        } else if (p > text && p[-1] == ':' && property_is_secret(name)) {
            buf_str(out, "\"***\"");
        } else {
            print_string(s, out);
        }
        p += s.n - 1;
    }
}
