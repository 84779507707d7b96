/* What a single key cannot see: limits that depend on each other, names that must differ, money
 * that would be sent in the clear, routes that nothing can reach.
 *
 * Called by the decoder with decoded values, which may be defaults where the file was wrong, so
 * that one mistake is not told twice. Availability of features is not judged here (unbuilt.c).
 */
#include "config/check.h"

#include <ctype.h>
#include <string.h>

#include "config/load.h"
#include "config/text.h"

/* The node of a key, or the section's own when the key is left out. */
static const struct node *at_key(const struct node *section, const char *key)
{
    const struct node *node = node_get(section, key);

    return node ? node : section && section->key ? section->key : section;
}

static bool same_text(const char *a, const char *b)
{
    return a && b && strcmp(a, b) == 0;
}

/* ---- kafka ------------------------------------------------------------------------------- */

static void check_topics(struct load *l, const struct node *node, const struct config_kafka *k)
{
    const struct {
        const char *key, *topic;
    } topics[] = {{"input_topic", k->input_topic},
                  {"results_topic", k->results_topic},
                  {"dead_letter_topic", k->dead_letter_topic},
                  {"replay_topic", k->replay_topic},
                  {"runs_topic", k->runs_topic}};

    for (int i = 1; i < 5; i++) {
        for (int j = 0; j < i; j++) {
            if (same_text(topics[i].topic, topics[j].topic))
                mistake(l, at_key(node, topics[i].key), topics[i].key,
                        "is the same topic as %s; expected topics that differ", topics[j].key);
        }
    }
}

/* Properties on which a promise rests, and those that have a key of their own. */
static const char *reason_to_refuse(const char *name)
{
    static const char *const promises[] = {"transactional.id",
                                           "group.id",
                                           "isolation.level",
                                           "auto.offset.reset",
                                           "acks",
                                           "request.required.acks",
                                           "enable.idempotence",
                                           "enable.partition.eof",
                                           "transaction.timeout.ms",
                                           "auto.commit.enable",
                                           "enable.gapless.guarantee"};

    if (strncmp(name, "enable.auto.", 12) == 0)
        return "is set by ticketmill: its promises rest on it";
    for (size_t i = 0; i < sizeof(promises) / sizeof(*promises); i++) {
        if (strcmp(name, promises[i]) == 0)
            return "is set by ticketmill: its promises rest on it";
    }
    if (strcmp(name, "bootstrap.servers") == 0 || strcmp(name, "metadata.broker.list") == 0)
        return "has a key of its own: kafka.brokers";
    return NULL;
}

static void check_properties(struct load *l, const struct node *node, const struct config_kafka *k)
{
    const struct node *properties = node_get(node, "properties");

    if (!properties || properties->kind != NODE_MAP)
        return;
    for (const struct node *n = properties->first; n; n = n->next) {
        const char *name = n->key->text.p, *reason = reason_to_refuse(name);
        if (reason)
            mistake(l, n->key, "properties", "%s %s", name, reason);
        if (strcmp(name, "security.protocol") == 0 && n->kind == NODE_SCALAR &&
            slice_eq_nocase(n->text, SLICE_LIT("sasl_plaintext")) && k->brokers &&
            !brokers_are_loopback(slice_str(k->brokers)))
            mistake(l, n, "properties",
                    "sasl_plaintext sends the password in the clear; expected sasl_ssl");
    }
}

void check_kafka(struct load *l, const struct node *node, void *object)
{
    struct config *c = object;

    check_topics(l, node, &c->kafka);
    check_properties(l, node, &c->kafka);
}

/* ---- limits that depend on each other ---------------------------------------------------- */

/* Two limits of which `low` must not be above `high`. One that is left out gives way to the other;
 * when both are in the file it is a mistake. */
struct limits {
    const char *low_key, *high_key;
    int64_t *low, *high;
};

static void check_limits(struct load *l, const struct node *node, struct limits limits)
{
    if (*limits.low <= *limits.high)
        return;
    if (!node_get(node, limits.low_key))
        *limits.low = *limits.high;
    else if (!node_get(node, limits.high_key))
        *limits.high = *limits.low;
    else
        mistake(l, at_key(node, limits.low_key), limits.low_key,
                "is above %s; expected at most that", limits.high_key);
}

void check_breaker(struct load *l, const struct node *node, void *object)
{
    struct config_provider *p = object;

    check_limits(l, node,
                 (struct limits){"open", "open_max", &p->breaker.open_us, &p->breaker.open_max_us});
}

void check_classification(struct load *l, const struct node *node, void *object)
{
    const struct config_classification *k = &((struct config *)object)->classification;
    const struct node *categories = node_get(node, "categories");

    for (int i = 0; categories && i < k->category_count; i++) {
        for (int j = 0; j < i; j++) {
            if (slice_eq_nocase(slice_str(k->categories[i].name),
                                slice_str(k->categories[j].name))) {
                const struct node *at = node_get(categories, k->categories[i].name);
                mistake(l, at ? at->key : categories->key, "categories",
                        "two names differ in case only; answers could not be told apart");
            }
        }
    }
}

/* ---- URLs -------------------------------------------------------------------------------- */

static void check_plain_http(struct load *l, const struct node *at, const char *key,
                             const char *text, const char *way_out)
{
    struct url url;

    if (text && url_split(slice_str(text), &url) &&
        slice_eq_nocase(url.scheme, SLICE_LIT("http")) && !host_is_loopback(url.host))
        mistake(l, at, key,
                "http:// off loopback sends everything in the clear; expected https://%s", way_out);
}

static void check_endpoints(struct load *l, const struct node *node, struct config_provider *p)
{
    const struct node *list = node_get(node, "endpoints");
    const struct node *item = list && list->kind == NODE_LIST ? list->first : NULL;

    for (int i = 0; i < p->endpoint_count && item; i++, item = item->next) {
        struct config_endpoint *e = &p->endpoints[i];
        if (!p->plain_http)
            check_plain_http(l, at_key(item, "url"), "endpoints[].url", e->url,
                             " (or plain_http: true)");
        for (int j = 0; j < i; j++) {
            if (same_text(e->name, p->endpoints[j].name))
                mistake(l, at_key(item, "name"), "endpoints[].name",
                        "two endpoints have the same name");
        }
        if (e->url) { /* "/v1/" and "/v1" are the same base */
            size_t n = strlen(e->url);
            while (n > 0 && e->url[n - 1] == '/')
                n--;
            e->url = arena_str(l->arena, slice_of(e->url, n));
        }
    }
}

static void check_headers(struct load *l, const struct node *node, const struct config_provider *p)
{
    static const char *const ours[] = {"content-type",   "content-length", "transfer-encoding",
                                       "connection",     "host",           "expect",
                                       "accept-encoding"};
    const struct node *headers = node_get(node, "headers");

    if (!headers || headers->kind != NODE_MAP)
        return;
    for (const struct node *n = headers->first; n; n = n->next) {
        for (size_t i = 0; i < sizeof(ours) / sizeof(*ours); i++) {
            if (slice_eq_nocase(n->key->text, slice_str(ours[i])))
                mistake(l, n->key, "headers", "%s is set by ticketmill", ours[i]);
        }
        if ((p->key_env || p->key_file) && p->key_header &&
            slice_eq_nocase(n->key->text, slice_str(p->key_header)))
            mistake(l, n->key, "headers", "the same header as key_header");
    }
}

void check_provider(struct load *l, const struct node *node, void *object)
{
    struct config_provider *p = object;

    if (p->key_env && p->key_file)
        mistake(l, at_key(node, "key_file"), "key_file",
                "key_env is set too; expected one of them");
    check_limits(
        l, node,
        (struct limits){"connect_timeout", "timeout", &p->connect_timeout_us, &p->timeout_us});
    check_endpoints(l, node, p);
    check_headers(l, node, p);
}

void check_admin(struct load *l, const struct node *node, void *object)
{
    struct config *c = object;

    check_plain_http(l, at_key(node, "push_url"), "push_url", c->admin.push_url, "");
}

void check_notify(struct load *l, const struct node *node, void *object)
{
    struct config *c = object;

    check_plain_http(l, at_key(node, "webhook"), "webhook", c->notify.webhook, "");
}

/* ---- models and prices ------------------------------------------------------------------- */

void check_price_window(struct load *l, const struct node *node, void *object)
{
    struct config_price_window *w = object;

    if (!node_get(node, "cached_input"))
        w->cached_input = w->input;
    if (!node_get(node, "cache_write"))
        w->cache_write = w->input;
    if (w->weekdays == 0)
        mistake(l, at_key(node, "weekdays"), "weekdays", "expected at least one day");
    if (node && node_get(node, "from") && node_get(node, "to") && w->from_minute == w->to_minute)
        mistake(l, at_key(node, "to"), "to", "is the same as `from`; expected another hour");
}

void check_price(struct load *l, const struct node *node, void *object)
{
    struct config_price *p = object;

    (void)l;
    if (!node_get(node, "from"))
        p->from_unix_us = INT64_MIN;
    if (!node_get(node, "cached_input"))
        p->cached_input = p->input;
    if (!node_get(node, "cache_write"))
        p->cache_write = p->input;
}

static void check_price_order(struct load *l, const struct node *node, const struct config_model *m)
{
    const struct node *list = node_get(node, "price");

    if (!list || list->kind != NODE_LIST)
        return;
    const struct node *item = list->first;
    for (int i = 0; i < m->price_count && item; i++, item = item->next) {
        if (i > 0 && item->kind == NODE_MAP &&
            m->prices[i].from_unix_us <= m->prices[i - 1].from_unix_us)
            mistake(l, at_key(item, "from"), "price[].from",
                    "is not after the price before it; only the first one may do without");
    }
}

static void check_extra_body(struct load *l, const struct node *node, const struct config_model *m)
{
    static const char *const ours[] = {"model", "messages", "stream", "temperature", "n"};
    const struct node *extra = node_get(node, "extra_body");

    if (!extra || extra->kind != NODE_MAP)
        return;
    for (size_t i = 0; i < sizeof(ours) / sizeof(*ours); i++) {
        const struct node *n = node_get(extra, ours[i]);
        if (n)
            mistake(l, n->key, "extra_body", "%s is set by ticketmill", ours[i]);
    }
    const struct node *cap = m->token_param ? node_get(extra, m->token_param) : NULL;
    if (cap)
        mistake(l, cap->key, "extra_body", "the token cap is set by ticketmill");
}

void check_model(struct load *l, const struct node *node, void *object)
{
    struct config_model *m = object;

    if (!m->served_name)
        m->served_name = m->name;
    check_limits(l, node,
                 (struct limits){"max_output_tokens", "context_tokens", &m->max_output_tokens,
                                 &m->context_tokens});
    check_price_order(l, node, m);
    check_extra_body(l, node, m);
}

/* ---- routes ------------------------------------------------------------------------------ */

void check_route(struct load *l, const struct node *node, void *object)
{
    struct config_route *r = object;

    if (r->otherwise >= 0 && r->otherwise == r->tier)
        mistake(l, at_key(node, "otherwise"), "otherwise", "is the same as tier; expected another");
    if (r->escalate >= 0 && r->escalate == r->tier)
        mistake(l, at_key(node, "escalate"), "escalate", "is the same as tier; expected another");
}

void check_shadow(struct load *l, const struct node *node, void *object)
{
    struct config *c = object;

    if (node && c->shadow.from >= 0 && c->shadow.from == c->shadow.to)
        mistake(l, at_key(node, "to"), "to", "is the same as `from`; expected another tier");
}

static bool tier_has(const struct config *c, int tier, int provider)
{
    if (tier < 0)
        return false;
    for (int i = 0; i < c->tiers[tier].model_count; i++) {
        if (c->models[c->tiers[tier].models[i]].provider == provider)
            return true;
    }
    return false;
}

static void check_routes(struct load *l, const struct node *root, const struct config *c)
{
    const struct node *list = node_get(root, "routes"), *item = list ? list->first : NULL;

    if (!list || list->kind != NODE_LIST)
        return;
    for (int i = 0; i < c->route_count && item; i++, item = item->next) {
        const struct config_route *r = &c->routes[i];
        const struct node *when = node_get(item, "when");
        bool last = i == c->route_count - 1;
        if (last && when)
            mistake(l, when->key, "routes[].when",
                    "the last route must take everything; expected no `when`");
        if (!last && !when)
            mistake(l, item, "routes[]",
                    "a route without `when` takes everything; expected it to be the last");
        if (c->only_provider >= 0 && r->tier >= 0 && !tier_has(c, r->tier, c->only_provider) &&
            !tier_has(c, r->otherwise, c->only_provider))
            mistake(l, at_key(item, "tier"), "routes[].tier",
                    "has no model at only_provider, and no other tier for that case");
    }
}

void check_root(struct load *l, const struct node *node, void *object)
{
    check_routes(l, node, object);
}
