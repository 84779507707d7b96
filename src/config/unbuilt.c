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

    if (key->type == KEY_SECTION) /* shadow: null */
        return c->shadow.from < 0;
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

static void add_line(const struct config *c, const char *key, const char *what, struct buf *out)
{
    buf_fmt(out, "%s: %s: not available yet%s\n", c->path, key, what);
}

/* All models of the tier are at one provider: its index; -1 when they are not. */
static int provider_of(const struct config *c, const struct config_tier *tier)
{
    int provider = c->models[tier->models[0]].provider;

    for (int i = 1; i < tier->model_count; i++) {
        if (c->models[tier->models[i]].provider != provider)
            return -1;
    }
    return provider;
}

static void add_routing(const struct config *c, struct buf *out)
{
    if (c->route_count > 1)
        add_line(c, "routes", "; one route without `when` is", out);
    if (c->route_count == 0)
        return;
    const struct config_tier *tier = &c->tiers[c->routes[c->route_count - 1].tier];
    int provider = provider_of(c, tier);
    if (provider < 0)
        add_line(c, "tiers", "; models at one provider are", out);
    else if (c->only_provider >= 0 && c->only_provider != provider)
        add_line(c, "only_provider", "; the provider of the one tier is", out);
}

void config_unbuilt(const struct config *c, struct buf *out)
{
    for (int i = 0; i < c->impl->set_count; i++) {
        if (!is_built(c, &c->impl->set[i]))
            add(c, &c->impl->set[i], "not available yet", out);
    }
    for (int i = 0; i < c->provider_count; i++) {
        if (c->providers[i].endpoint_count > 1)
            add_line(c, "providers.<name>.endpoints", "; one endpoint is", out);
    }
    add_routing(c, out);
}
