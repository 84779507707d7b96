/* The part of `check` that connects to the endpoints: no request is sent, so nothing is billed. An
 * endpoint that is away is no reason for a run not to start, so this only warns.
 */
#include "cli/endpoints.h"

#include <stdio.h>

#include "base/human.h"
#include "base/mem.h"
#include "llm/reach.h"
#include "pipeline/loop.h"
#include "report/table.h"

struct visit {
    struct visits *all;
    int provider, endpoint;
    struct llm_reached reached;
};

struct visits {
    const struct config *config;
    struct visit *v;
    int count, left;
    struct loop *loop;
};

static void on_reached(void *arg, const struct llm_reached *r)
{
    struct visit *v = arg;
    v->reached = *r;
    if (--v->all->left == 0)
        loop_stop(v->all->loop);
}

/* The configuration as far as connecting needs it: without keys. */
static void strip(const struct config *from, struct config *to)
{
    *to = (struct config){.provider_count = from->provider_count};
    to->providers = mem_array((size_t)from->provider_count, sizeof *to->providers);
    for (int i = 0; i < from->provider_count; i++) {
        to->providers[i] = from->providers[i];
        to->providers[i].key_env = to->providers[i].key_file = NULL;
        to->providers[i].max_in_flight = to->providers[i].endpoint_count;
    }
}

static void list_visits(struct visits *all, const bool *used)
{
    const struct config *c = all->config;
    for (int i = 0; i < c->provider_count; i++) {
        for (int k = 0; used[i] && k < c->providers[i].endpoint_count; k++) {
            all->v = mem_grow(all->v, (size_t)all->count + 1, sizeof *all->v);
            all->v[all->count++] = (struct visit){.all = all, .provider = i, .endpoint = k};
        }
    }
    all->left = all->count;
}

/* ST_CONFIG: a CA file is missing, for instance. */
static enum status visit_all(struct visits *all, const bool *used, struct fail *fail)
{
    struct config bare;
    struct llm_client_options o = {.config = &bare, .used = used, .clock = &clock_system};
    struct llm_client *client = NULL;
    strip(all->config, &bare);
    enum status st = loop_new(&all->loop, fail);
    if (st == ST_OK)
        o.reactor = loop_reactor(all->loop);
    if (st == ST_OK)
        st = llm_client_new(&o, &client, fail);
    if (st == ST_OK) {
        for (int i = 0; i < all->count; i++)
            llm_client_reach(client, all->v[i].provider, all->v[i].endpoint, on_reached,
                             &all->v[i]);
        loop_run(all->loop);
    }
    llm_client_free(client);
    loop_free(all->loop);
    mem_free(bare.providers);
    return st;
}

static void cell_time(struct table *t, int64_t us)
{
    char text[HUMAN_SIZE];
    human_latency(us, text);
    table_cell(t, text);
}

static void print_visits(const struct visits *all)
{
    static const char *const heads[] = {"endpoint", "DNS", "connect", "TLS", "address"};
    struct table t;
    struct buf out, name;
    buf_init(&out, SIZE_MAX);
    buf_init(&name, SIZE_MAX);
    table_init(&t, heads, "lrrrl", (int)(sizeof heads / sizeof *heads));
    for (int i = 0; i < all->count; i++) {
        const struct visit *v = &all->v[i];
        const struct config_provider *p = &all->config->providers[v->provider];
        buf_clear(&name);
        buf_fmt(&name, "%s/%s", p->name, p->endpoints[v->endpoint].name);
        table_cell(&t, name.p);
        cell_time(&t, v->reached.ok ? v->reached.dns_us : -1);
        cell_time(&t, v->reached.ok ? v->reached.connect_us : -1);
        cell_time(&t, v->reached.ok ? v->reached.tls_us : -1);
        table_cell(&t, v->reached.ok ? v->reached.address : v->reached.message);
    }
    table_print(&t, &out);
    fwrite(out.p, 1, out.n, stdout);
    buf_deinit(&name);
    buf_deinit(&out);
}

static bool warn(const struct visits *all, const bool *used)
{
    bool good = true;
    for (int i = 0; i < all->config->provider_count; i++) {
        bool any = false;
        for (int k = 0; k < all->count; k++)
            any = any || (all->v[k].provider == i && all->v[k].reached.ok);
        if (!used[i] || any)
            continue;
        good = false;
        fprintf(stderr,
                "providers.%s: none of its endpoints can be reached from here; `ticketmill probe` "
                "tells more\n",
                all->config->providers[i].name);
    }
    return good;
}

bool check_endpoints(const struct config *c, const bool *used)
{
    struct visits all = {.config = c};
    struct fail fail;
    bool good = true;
    list_visits(&all, used);
    if (all.count == 0)
        return true;
    if (visit_all(&all, used, &fail) == ST_OK) {
        puts("endpoints: connections tried, nothing sent");
        print_visits(&all);
        good = warn(&all, used);
    } else {
        fprintf(stderr, "endpoints: not looked at: %s\n", fail.text);
        good = false;
    }
    mem_free(all.v);
    return good;
}
