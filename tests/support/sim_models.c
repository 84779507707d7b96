/* The models of a simulated run, as boot.c prepares them: one set of prices each, or none. */
#include "base/mem.h"
#include "ledger/ledger.h"
#include "llm/request.h"
#include "route/price.h"
#include "support/sim_world.h"

static void store_price(struct sim_world *w, struct ledger *ledger, struct mill_model *m)
{
    struct fail fail;
    int64_t from = m->config->prices[0].from_unix_us;
    m->prices = mem_array(1, sizeof *m->prices);
    m->prices[0] = price_at(m->config, 0);
    MUST(w, ledger_price(ledger, m->config->name, from, &m->prices[0], &fail) == ST_OK);
}

struct mill_model *sim_models(struct sim_world *w, struct ledger *ledger)
{
    const struct config *c = w->config;
    struct fail fail;
    struct mill_model *models = mem_array((size_t)c->model_count, sizeof *models);
    for (int i = 0; i < c->model_count; i++) {
        struct mill_model *m = &models[i];
        m->config = &c->models[i];
        if (m->config->price_count > 0)
            store_price(w, ledger, m);
        MUST(w, llm_template_new(c, i, buf_view(&w->system), &m->request, &fail) == ST_OK);
    }
    return models;
}
