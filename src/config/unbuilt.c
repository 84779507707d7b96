/* Features that a file asks for and this build does not have.
 *
 * Every key is parsed and checked; one whose feature is missing must not be ignored in silence,
 * so `run` refuses to start. A key counts only when it stands in the file and says something else
 * than what happens anyway.
 */
#include "config/load.h"

static void add(const struct config *c, const struct set_key *set, const char *what,
                struct buf *out)
{
    buf_fmt(out, "%s:%d:%d: %s: %s\n", c->path, set->line, set->column, set->path, what);
}

/* Does the file say what this build does anyway? */
static bool is_built(const struct config *c, const struct set_key *set)
{
    const struct key *key = set->key;
    struct slice built = slice_str(key->built);
    int64_t value;
    struct buf printed;

    if (key_is_value(key) && slice_eq(built, SLICE_LIT("null")))
        return value_get(key, set->object) == CONFIG_OFF;
    if (key_is_value(key))
        return value_parse(key, built, &value) == VALUE_OK && value == value_get(key, set->object);
    if (key_is_text(key)) {
        struct slice text = slice_str(get_pointer(set->object, key->at));
        return text.p ? slice_eq(text, built) : slice_eq(built, SLICE_LIT("null"));
    }
    buf_init(&printed, 64 * 1024);
    print_inline(c, key, set->object, &printed);
    bool same = slice_eq(buf_view(&printed), built);
    buf_deinit(&printed);
    return same;
}

void config_unbuilt(const struct config *c, struct buf *out)
{
    for (int i = 0; i < c->impl->set_count; i++) {
        if (!is_built(c, &c->impl->set[i]))
            add(c, &c->impl->set[i], "not available yet", out);
    }
}
