/* Scalars as YAML has them: what is in the quotes, and what ${…} stands for.
 *
 * Comes between the tree and the typed values. Environment variables are put in after parsing, so
 * a value with a colon or a quote in it cannot change the structure of the file, and their
 * contents are not looked at for further variables.
 */
#include <ctype.h>
#include <stdlib.h>

#include "base/utf8.h"
#include "config/load.h"
#include "config/text.h"

#define FILLED_MAX (64 * 1024) /* bytes of a scalar after ${…} */
#define TEXT_MAX   1000        /* bytes of a text whose row names no other bound */

static bool is_variable(struct slice name)
{
    for (size_t i = 0; i < name.n; i++) {
        if (!isalpha((unsigned char)name.p[i]) && name.p[i] != '_' &&
            (i == 0 || !isdigit((unsigned char)name.p[i])))
            return false;
    }
    return name.n > 0;
}

/* `inside` is what stands between ${ and }. */
static bool fill_one(struct load *l, struct node *node, struct slice inside, struct buf *out)
{
    ptrdiff_t colon = slice_find(inside, SLICE_LIT(":-"));
    struct slice name = colon < 0 ? inside : slice_of(inside.p, (size_t)colon);

    if (!is_variable(name)) {
        mistake(l, node, NULL, "${…} needs the name of a variable: ${NAME} or ${NAME:-default}");
        return false;
    }
    char *variable = arena_str(l->arena, name);
    const char *value = getenv(variable);
    if (!node->variable)
        node->variable = variable;
    if (colon >= 0 && (!value || !*value)) {
        buf_add(out, inside.p + colon + 2, inside.n - (size_t)colon - 2);
        return true;
    }
    if (!value) {
        mistake(l, node, NULL, "the environment variable %.100s is not set and has no default",
                variable);
        return false;
    }
    buf_str(out, value);
    return true;
}

static bool fill_all(struct load *l, struct node *node, struct buf *out)
{
    struct slice left = node->text;

    while (left.n > 0) {
        ptrdiff_t at = slice_find(left, SLICE_LIT("${"));
        if (at < 0)
            break;
        bool escaped = at > 0 && left.p[at - 1] == '$';
        buf_add(out, left.p, (size_t)at - escaped);
        left = slice_of(left.p + at, left.n - (size_t)at);
        if (escaped) { /* $${ is a literal ${ */
            buf_add(out, left.p, 2);
            left = slice_of(left.p + 2, left.n - 2);
            continue;
        }
        ptrdiff_t end = slice_find(left, SLICE_LIT("}"));
        if (end < 0) {
            mistake(l, node, NULL, "${ without a closing }; a literal ${ is written $${");
            return false;
        }
        if (!fill_one(l, node, slice_of(left.p + 2, (size_t)end - 2), out))
            return false;
        left = slice_of(left.p + end + 1, left.n - (size_t)end - 1);
    }
    buf_slice(out, left);
    return true;
}

bool scalar_fill(struct load *l, struct node *node)
{
    struct buf out;
    bool good = true;

    if (node->kind != NODE_SCALAR || node->filled || slice_find(node->text, SLICE_LIT("${")) < 0)
        return true;
    buf_init(&out, FILLED_MAX);
    good = fill_all(l, node, &out);
    node->filled = true;
    if (good && (out.failed || !utf8_valid(buf_view(&out)))) {
        mistake(l, node, NULL, "after replacing ${…} the value is %s",
                out.failed ? "larger than 64 KiB" : "not valid UTF-8");
        good = false;
    }
    if (good)
        node->text = arena_copy(l->arena, buf_view(&out));
    buf_deinit(&out);
    return good;
}

static bool is_one_of(struct slice s, const char *const *words)
{
    for (; *words; words++) {
        if (slice_eq(s, slice_str(*words)))
            return true;
    }
    return false;
}

bool node_is_null(const struct node *node)
{
    static const char *const words[] = {"", "~", "null", "Null", "NULL", NULL};

    return node->kind == NODE_SCALAR && node->plain && is_one_of(node->text, words);
}

bool node_is_truth(const struct node *node)
{
    static const char *const words[] = {"true", "True", "TRUE", "false", "False", "FALSE", NULL};

    return node->kind == NODE_SCALAR && node->plain && is_one_of(node->text, words);
}

static size_t digits(const char *p)
{
    return strspn(p, "0123456789_");
}

bool node_is_number(const struct node *node)
{
    const char *p = node->text.p;

    if (node->kind != NODE_SCALAR || !node->plain || node->text.n == 0)
        return false;
    p += *p == '+' || *p == '-';
    if (is_one_of(slice_str(p),
                  (const char *const[]){".inf", ".Inf", ".INF", ".nan", ".NaN", ".NAN", NULL}))
        return true;
    if (p[0] == '0' && (p[1] == 'x' || p[1] == 'o'))
        return p[2] && strspn(p + 2, "0123456789abcdefABCDEF") == strlen(p + 2);
    size_t whole = digits(p), behind = p[whole] == '.' ? digits(p + whole + 1) : 0;
    if (p[0] == '_' || whole + behind == 0)
        return false;
    p += whole + (p[whole] == '.') + behind;
    if (*p == 'e' || *p == 'E') {
        p++;
        p += *p == '+' || *p == '-';
        if (digits(p) == 0)
            return false;
        p += digits(p);
    }
    return *p == '\0';
}

static bool has_control(struct slice s)
{
    for (size_t i = 0; i < s.n; i++) {
        if ((unsigned char)s.p[i] < ' ' || s.p[i] == 0x7f)
            return true;
    }
    return false;
}

const char *scalar_text(struct load *l, const struct key *key, struct node *node)
{
    bool typed = node_is_null(node) || node_is_number(node) || node_is_truth(node);
    struct slice s = node->text;

    if (node->kind == NODE_SCALAR && (node_is_number(node) || node_is_truth(node)) &&
        !node->variable && !(key->flags & KEY_ANY_SCALAR) && (!key->rule || key->rule->valid(s))) {
        mistake(l, node, NULL, "found %.40s, expected a text: put it in quotes", s.p);
        return NULL;
    }
    if (node->kind != NODE_SCALAR || (typed && !node->variable && !(key->flags & KEY_ANY_SCALAR)) ||
        (node_is_null(node) && !node->variable)) {
        mistake_value(l, key, node);
        return NULL;
    }
    if (s.n > (size_t)(key->max > 0 && key_is_text(key) ? key->max : TEXT_MAX)) {
        mistake(l, node, NULL, "found a text of %zu bytes, which is too long", s.n);
        return NULL;
    }
    if (has_control(s)) {
        mistake(l, node, NULL, "found a line break or control character, expected one line");
        return NULL;
    }
    if (key->rule && !key->rule->valid(s)) {
        mistake_value(l, key, node);
        return NULL;
    }
    return s.p;
}

const char *absolute_path(struct load *l, const char *path)
{
    struct buf joined;

    if (path[0] == '/' || l->folder[0] == '\0')
        return path;
    while (path[0] == '.' && path[1] == '/')
        path += 2;
    buf_init(&joined, FILLED_MAX);
    buf_fmt(&joined, "%s/%s", strcmp(l->folder, "/") == 0 ? "" : l->folder, path);
    const char *result = arena_str(l->arena, buf_view(&joined));
    buf_deinit(&joined);
    return result;
}
