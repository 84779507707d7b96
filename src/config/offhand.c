/* Reducing a configuration to one model.
 *
 * A provider that is named by its URL is written down as the few lines of YAML that a file would
 * hold and read like one, so that its defaults and checks are those of every other. Nothing is
 * read from a key's variable here but whether it is set.
 */
#include "config/offhand.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/near.h"
#include "base/utf8.h"
#include "config/load.h"
#include "config/text.h"
#include "model/money.h"

#define DEFAULT_KEY "OPENAI_API_KEY"
#define PATH_BEHIND "/chat/completions"

static bool is_set(const char *variable)
{
    const char *value = variable ? getenv(variable) : NULL;

    return value && *value;
}

/* --- the model ----------------------------------------------------------------------------- */

static int find_model(const struct config *c, const char *name)
{
    for (int i = 0; i < c->model_count; i++) {
        if (strcmp(c->models[i].name, name) == 0)
            return i;
    }
    return -1;
}

static enum status no_such_model(const struct config *c, struct fail *fail, const char *name)
{
    const char *nearest = NULL;
    int least = NEAR_FAR, distance;

    for (int i = 0; i < c->model_count; i++) {
        if (near_match(slice_str(name), c->models[i].name, &distance) && distance < least) {
            nearest = c->models[i].name;
            least = distance;
        }
    }
    return fail_set(fail, ST_USAGE, 0,
                    "--model: not one of %s%s%s; expected one of those, or --provider-url URL "
                    "with it",
                    c->path, nearest ? ", did you mean " : "", nearest ? nearest : "");
}

static bool has_key(const struct config_provider *p)
{
    return p->key_file || is_set(p->key_env);
}

int config_offhand_model(const struct config *c, int only_provider)
{
    int provider = only_provider;

    for (int i = 0; provider < 0 && i < c->provider_count; i++) {
        if (has_key(&c->providers[i]))
            provider = i;
    }
    for (int t = 0; provider >= 0 && t < c->tier_count; t++) {
        for (int i = 0; i < c->tiers[t].model_count; i++) {
            const struct config_model *m = &c->models[c->tiers[t].models[i]];
            if (m->provider == provider && m->price_count > 0)
                return c->tiers[t].models[i];
        }
    }
    for (int i = 0; provider >= 0 && i < c->model_count; i++) {
        if (c->models[i].provider == provider && c->models[i].price_count > 0)
            return i;
    }
    return -1;
}

/* --- an endpoint by its URL ---------------------------------------------------------------- */

/* With what people copy along taken off. */
static struct slice base_url(const char *url)
{
    static const struct slice behind = SLICE_LIT(PATH_BEHIND);
    struct slice s = slice_str(url);

    while (s.n > 0 && s.p[s.n - 1] == '/')
        s.n--;
    if (s.n > behind.n && memcmp(s.p + s.n - behind.n, behind.p, behind.n) == 0)
        s.n -= behind.n;
    return s;
}

static const char *key_by_host(const struct config *c, struct slice host)
{
    struct url other;

    for (int i = 0; i < c->provider_count; i++) {
        const struct config_provider *p = &c->providers[i];
        for (int e = 0; e < p->endpoint_count; e++) {
            if (url_split(slice_str(p->endpoints[e].url), &other) &&
                slice_eq_nocase(other.host, host) && p->key_env)
                return p->key_env;
        }
    }
    return NULL;
}

/* NULL = no key is sent. */
static const char *key_variable(const struct config *c, const struct offhand *o,
                                const struct url *url)
{
    const char *known = o->key_env ? o->key_env : key_by_host(c, url->host);

    if (!known)
        known = DEFAULT_KEY;
    bool may_do_without = !o->key_env && host_is_loopback(url->host);
    return may_do_without && !is_set(known) ? NULL : known;
}

/* The host as the provider's name: what is no letter, digit, '.', '-' or '_' becomes '-'. */
static void host_name(struct slice host, char out[65])
{
    size_t n = host.n < 64 ? host.n : 64;

    for (size_t i = 0; i < n; i++) {
        bool good = strchr("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_",
                           host.p[i]) != NULL;
        out[i] = good && host.p[i] ? host.p[i] : '-';
    }
    out[n] = '\0';
}

static void write_yaml(const struct config *c, const struct offhand *o, const struct url *url,
                       struct buf *yaml)
{
    char name[65];
    const char *key = key_variable(c, o, url);

    host_name(url->host, name);
    buf_fmt(yaml, "providers:\n  \"%s\":\n    endpoints:\n      - {name: main, url: ", name);
    json_quote(yaml, base_url(o->url));
    buf_str(yaml, "}\n");
    if (key) {
        buf_str(yaml, "    key_env: ");
        json_quote(yaml, slice_str(key));
    }
    buf_str(yaml, "\nmodels:\n  ");
    json_quote(yaml, slice_str(o->model));
    buf_fmt(yaml, ":\n    provider: \"%s\"\n", name);
    buf_str(yaml, "tiers: {default: [");
    json_quote(yaml, slice_str(o->model));
    buf_str(yaml, "]}\nroutes: [{tier: default}]\n");
}

/* Something of the command line that must not be read as more than a text. */
static bool plain_text(const char *text)
{
    return !text || (utf8_valid(slice_str(text)) && !strstr(text, "${"));
}

/* A mistake in lines that nobody wrote, said of the option that it came from. */
static enum status refused(const struct config_error *e, struct fail *fail)
{
    const char *what = strstr(e->text, ": ");
    const char *option = strstr(e->text, "key_env")  ? "--key-env"
                         : strstr(e->text, "models") ? "--model"
                                                     : "--provider-url";

    return fail_set(fail, ST_USAGE, 0, "%s%s", option, what ? what : ": is refused");
}

static enum status load_endpoint(const struct config *c, const struct offhand *o,
                                 struct config **out, struct fail *fail)
{
    struct config_errors errors = {0};
    struct url url;
    struct buf yaml;

    if (!plain_text(o->url) || !plain_text(o->model) || !plain_text(o->key_env) ||
        !url_split(base_url(o->url), &url))
        return fail_set(fail, ST_USAGE, 0, "--provider-url: expected https://host[:port]/v1");
    buf_init(&yaml, 64 * 1024);
    write_yaml(c, o, &url, &yaml);
    enum status st = config_load_text(buf_view(&yaml), out, &errors);
    if (st != ST_OK)
        st = refused(&errors.v[0], fail);
    config_errors_deinit(&errors);
    buf_deinit(&yaml);
    return st;
}

/* The model, known or not, at the endpoint: all the providers and models there are from now on. */
static enum status take_endpoint(struct config *c, const struct offhand *o, int *model,
                                 struct fail *fail)
{
    struct config *other;
    enum status st = load_endpoint(c, o, &other, fail);

    if (st != ST_OK)
        return st;
    c->impl->lent = other;
    if (*model >= 0) {
        other->models[0] = c->models[*model];
        other->models[0].provider = 0;
    }
    c->providers = other->providers;
    c->provider_count = other->provider_count;
    c->models = other->models;
    c->model_count = other->model_count;
    *model = 0;
    return ST_OK;
}

/* --- prices and routes --------------------------------------------------------------------- */

static enum status take_price(struct config *c, const struct offhand *o, int model,
                              struct fail *fail)
{
    struct config_price *p = arena_zalloc(&c->impl->arena, sizeof *p);

    if (!o->price_in && !o->price_out)
        return ST_OK;
    if (!o->price_in || !o->price_out)
        return fail_set(fail, ST_USAGE, 0, "--price-in and --price-out go together");
    if (money_parse_price(slice_str(o->price_in), &p->input) != ST_OK ||
        money_parse_price(slice_str(o->price_out), &p->output) != ST_OK)
        return fail_set(fail, ST_USAGE, 0,
                        "--price-in, --price-out: expected USD per million tokens like 0.18, at "
                        "most 6 decimals");
    p->from_unix_us = INT64_MIN;
    p->cached_input = p->cache_write = p->input;
    p->flex_ppm = 1000000;
    c->models[model].prices = p;
    c->models[model].price_count = 1;
    return ST_OK;
}

static void take_routes(struct config *c, int model)
{
    struct config_tier *tier = arena_zalloc(&c->impl->arena, sizeof *tier);
    struct config_route *route = arena_zalloc(&c->impl->arena, sizeof *route);
    int *models = arena_zalloc(&c->impl->arena, sizeof *models);

    *models = model;
    *tier = (struct config_tier){"default", models, 1, CONFIG_OFF};
    *route = (struct config_route){.kind = WHEN_ALWAYS, .tier = 0, .otherwise = -1, .escalate = -1};
    c->tiers = tier;
    c->routes = route;
    c->tier_count = c->route_count = 1;
    c->only_provider = -1;
    c->shadow.from = -1;
    c->guard.percent = 0;
}

enum status config_offhand(struct config *c, const struct offhand *o, struct fail *fail)
{
    int model = find_model(c, o->model);
    enum status st = ST_OK;

    if (model < 0 && !o->url)
        return no_such_model(c, fail, o->model);
    if (o->url)
        st = take_endpoint(c, o, &model, fail);
    if (st == ST_OK)
        st = take_price(c, o, model, fail);
    if (st == ST_OK)
        take_routes(c, model);
    return st;
}
