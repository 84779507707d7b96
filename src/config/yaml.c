/* From bytes to a tree with positions, by libfyaml's events.
 *
 * The only file that knows libfyaml. Events, not documents: a document is refused whole at its
 * first repeated key, while the decoder wants to list all mistakes. The library's own messages
 * may quote the file, which may hold a secret, so only position and kind are passed on.
 * Interpolation and the meaning of scalars are none of its business.
 */
#include "config/node.h"

#include <libfyaml.h>

#include "base/utf8.h"

struct builder {
    struct arena *arena;
    struct fy_parser *parser;
    struct yaml_error *error;
    struct node *open[YAML_MAX_DEPTH]; /* collections not yet closed */
    struct node *last[YAML_MAX_DEPTH]; /* their newest child */
    struct node *key[YAML_MAX_DEPTH];  /* key that waits for its value */
    int depth;
    struct node *root;
    int documents;
};

static enum status refuse(struct yaml_error *error, int line, int column, const char *text)
{
    *error = (struct yaml_error){line, column, text};
    return ST_CONFIG;
}

/* libfyaml skips invalid bytes and ends at a NUL without a word. */
static enum status check_bytes(struct slice text, struct yaml_error *error)
{
    int line = 1, column = 1;

    for (size_t i = 0; i < text.n; i++) {
        unsigned char c = (unsigned char)text.p[i];
        if ((c < 0x20 && c != '\n' && c != '\t' && c != '\r') || c == 0x7f)
            return refuse(error, line, column, "control character in the file");
        column = c == '\n' ? 1 : column + ((c & 0xc0) != 0x80);
        line += c == '\n';
    }
    return utf8_valid(text) ? ST_OK : refuse(error, 0, 0, "the file is not valid UTF-8");
}

static enum status refuse_event(struct builder *b, struct fy_event *event, const char *text)
{
    const struct fy_mark *mark = fy_event_start_mark(event);

    return refuse(b->error, mark ? mark->line + 1 : 0, mark ? mark->column + 1 : 0, text);
}

static struct node *make_node(struct builder *b, struct fy_event *event)
{
    const struct fy_mark *mark = fy_event_start_mark(event);
    struct node *parent_key = b->depth > 0 ? b->key[b->depth - 1] : NULL;
    struct node *n = arena_zalloc(b->arena, sizeof(*n));

    n->line = mark ? mark->line + 1 : parent_key ? parent_key->line : 1;
    n->column = mark ? mark->column + 1 : parent_key ? parent_key->column : 1;
    n->kind = event->type == FYET_MAPPING_START    ? NODE_MAP
              : event->type == FYET_SEQUENCE_START ? NODE_LIST
                                                   : NODE_SCALAR;
    if (n->kind == NODE_SCALAR) {
        struct fy_token *token = fy_event_get_token(event);
        size_t size = 0;
        const char *p = token ? fy_token_get_text(token, &size) : NULL;
        n->text = arena_copy(b->arena, slice_of(p ? p : "", size));
        enum fy_scalar_style style = token ? fy_token_scalar_style(token) : FYSS_PLAIN;
        n->plain = style == FYSS_PLAIN;
        if (style == FYSS_SINGLE_QUOTED || style == FYSS_DOUBLE_QUOTED)
            n->column--; /* the mark is behind the quote */
    }
    return n;
}

/* Puts a finished node where it belongs; a scalar in key position waits for its value. */
static enum status attach(struct builder *b, struct fy_event *event, struct node *n)
{
    if (b->depth == 0) {
        b->root = n;
        return ST_OK;
    }
    int top = b->depth - 1;
    struct node *parent = b->open[top];
    if (parent->kind == NODE_MAP && !b->key[top]) {
        if (n->kind != NODE_SCALAR)
            return refuse_event(b, event, "a key must be a plain word");
        b->key[top] = n;
        return ST_OK;
    }
    n->key = b->key[top];
    b->key[top] = NULL;
    if (++parent->count > YAML_MAX_CHILDREN)
        return refuse_event(b, event, "more than 1000 entries");
    if (b->last[top])
        b->last[top]->next = n;
    else
        parent->first = n;
    b->last[top] = n;
    return ST_OK;
}

static enum status take_node(struct builder *b, struct fy_event *event)
{
    if (fy_event_get_tag_token(event))
        return refuse_event(b, event, "tags (!…) are not allowed");
    if (event->type == FYET_ALIAS || fy_event_get_anchor_token(event))
        return refuse_event(b, event, "anchors and aliases (&…, *…) are not allowed");
    struct node *n = make_node(b, event);
    enum status st = attach(b, event, n);
    if (st != ST_OK || n->kind == NODE_SCALAR)
        return st;
    if (b->depth == YAML_MAX_DEPTH)
        return refuse_event(b, event, "nested too deeply");
    b->open[b->depth] = n;
    b->last[b->depth] = b->key[b->depth] = NULL;
    b->depth++;
    return ST_OK;
}

static enum status take_event(struct builder *b, struct fy_event *event)
{
    switch (event->type) {
    case FYET_DOCUMENT_START:
        if (++b->documents > 1)
            return refuse_event(b, event, "a second document; expected one");
        return ST_OK;
    case FYET_MAPPING_START:
    case FYET_SEQUENCE_START:
    case FYET_SCALAR:
    case FYET_ALIAS:
        return take_node(b, event);
    case FYET_MAPPING_END:
    case FYET_SEQUENCE_END:
        b->depth--;
        return ST_OK;
    case FYET_NONE:
    case FYET_STREAM_START:
    case FYET_STREAM_END:
    case FYET_DOCUMENT_END:
        return ST_OK;
    }
    return ST_OK;
}

static enum status refuse_syntax(struct fy_diag *diag, struct yaml_error *error)
{
    void *at = NULL;
    struct fy_diag_error *e = fy_diag_errors_iterate(diag, &at);

    if (!e)
        return refuse(error, 0, 0, "not valid YAML");
    return refuse(error, e->line, e->column,
                  e->module == FYEM_SCAN    ? "not valid YAML: quotes, indentation or a character"
                  : e->module == FYEM_PARSE ? "not valid YAML: structure"
                                            : "not valid YAML");
}

static enum status build(struct builder *b, struct fy_diag *diag, struct slice text)
{
    enum status st = ST_OK;
    struct fy_event *event;

    if (fy_parser_set_string(b->parser, text.n ? text.p : "", text.n) != 0)
        return refuse(b->error, 0, 0, "not valid YAML");
    while (st == ST_OK && (event = fy_parser_parse(b->parser)) != NULL) {
        st = take_event(b, event);
        fy_parser_event_free(b->parser, event);
    }
    if (st == ST_OK && fy_parser_get_stream_error(b->parser))
        st = refuse_syntax(diag, b->error);
    return st;
}

enum status yaml_parse(struct slice text, struct arena *arena, struct node **root,
                       struct yaml_error *error)
{
    enum status st = check_bytes(text, error);

    if (st != ST_OK)
        return st;
    struct fy_diag_cfg diag_cfg;
    fy_diag_cfg_default(&diag_cfg);
    diag_cfg.fp = NULL;
    struct fy_diag *diag = fy_diag_create(&diag_cfg);
    if (!diag)
        return refuse(error, 0, 0, "the YAML library cannot be set up");
    fy_diag_set_collect_errors(diag, true);
    struct fy_parse_cfg cfg = {
        .flags = FYPCF_QUIET | FYPCF_COLLECT_DIAG | FYPCF_JSON_NONE | FYPCF_DEFAULT_VERSION_1_2,
        .diag = diag,
    };
    struct builder b = {.arena = arena, .error = error, .parser = fy_parser_create(&cfg)};
    st =
        b.parser ? build(&b, diag, text) : refuse(error, 0, 0, "the YAML library cannot be set up");
    if (b.parser)
        fy_parser_destroy(b.parser);
    fy_diag_destroy(diag);
    if (st == ST_OK)
        *root = b.root;
    return st;
}

struct node *node_get(const struct node *map, const char *key)
{
    if (!map || map->kind != NODE_MAP)
        return NULL;
    for (struct node *n = map->first; n; n = n->next) {
        if (slice_eq(n->key->text, slice_str(key)))
            return n;
    }
    return NULL;
}
