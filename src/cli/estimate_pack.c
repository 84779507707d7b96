/* `estimate`, second step: the tickets of the sample go through the run's packer, as many times as
 * it takes to make up what is pending, and every pack is priced as a call.
 *
 * A pack is full before it leaves: in a run tickets wait for a place in flight, so packs fill. What
 * the packs add up to is estimate_sums.c's.
 */
#include "base/mem.h"
#include "batch/pack.h"
#include "batch/prompt.h"
#include "cli/estimate.h"
#include "model/money.h"
#include "route/price.h"
#include "ticket/tokens.h"

#define FEED_MAX       INT64_C(1000000) /* more tickets than this are scaled up */
#define ANSWER_FRAME   24               /* tokens of an answer around its items (prompt.h) */
#define ENOUGH_TICKETS 50

struct fed {
    struct pack_item item;
    const struct sampled *t;
    bool mirrored; /* this is the question to the other tier */
};

struct output {
    bool known, told;
    int64_t milli;
};

struct packing {
    struct estimate *e;
    struct packer *packer;
    struct pack_item **picked;
    struct token_scale *scales;           /* per model */
    struct output (*outputs)[LANG_COUNT]; /* per model */
    struct price *rates, *dearest;        /* per model */
};

/* ---- what a model is expected to do ------------------------------------------------------ */

/* Half of the longest summary, by the formula of the token cap without its reserve of a quarter. */
static int64_t assumed_output_milli(const struct config *c, enum language l)
{
    struct config_model endless = {.context_tokens = INT64_C(1) << 40,
                                   .max_output_tokens = INT64_C(1) << 40};
    struct config_classification half = c->classification;
    struct token_cap_input in = {.tickets = 1000, .cjk = language_is_cjk(l)};
    half.summary_chars /= 2;
    int64_t more = prompt_token_cap(&endless, &half, &in);
    in.tickets = 500;
    return (more - prompt_token_cap(&endless, &half, &in)) * 2 * 4 / 5;
}

int64_t estimate_output_milli(const struct estimate *e, int model, enum language l, bool *told)
{
    const struct observed_model *m = &e->observed->models[model];
    *told = true;
    if (m->language_tickets[l] >= ENOUGH_TICKETS)
        return m->language_output[l] * 1000 / m->language_tickets[l];
    if (m->tickets >= ENOUGH_TICKETS)
        return m->output_tokens * 1000 / m->tickets;
    *told = false;
    return assumed_output_milli(e->config, l);
}

static struct output output_of(struct packing *p, int model, enum language l)
{
    struct output *o = &p->outputs[model][l];
    if (!o->known) {
        o->milli = estimate_output_milli(p->e, model, l, &o->told);
        o->known = true;
    }
    return *o;
}

/* Input tokens by size and script, corrected by what earlier calls of the model really had. */
static struct token_scale scale_of(const struct estimate *e, int model)
{
    const struct observed_model *m = &e->observed->models[model];
    const struct sample *s = e->sample;
    struct token_scale scale;
    __int128 sum = 0;
    int64_t n = 0;
    token_scale_init(&scale);
    for (size_t i = 0; i < s->count; i++) {
        sum += s->v[i].model == model ? s->v[i].prompt_tokens : 0;
        n += s->v[i].model == model;
    }
    if (m->calls < ESTIMATE_ENOUGH_CALLS || n == 0)
        return scale;
    __int128 guess = (__int128)m->calls * s->system_tokens + m->tickets * sum / n;
    if (guess > 0 && guess < INT64_MAX)
        token_scale_learn(&scale, (int64_t)guess, m->input_tokens);
    return scale;
}

static int64_t cached_part(const struct estimate *e, int model, int64_t input)
{
    const struct observed_model *m = &e->observed->models[model];
    if (m->calls < ESTIMATE_ENOUGH_CALLS || m->input_tokens <= 0)
        return 0;
    return (int64_t)((__int128)input * m->cached_tokens / m->input_tokens);
}

/* ---- one call ---------------------------------------------------------------------------- */

struct call {
    int tier, model;
    enum call_purpose purpose;
    enum language language;
    int64_t tickets, est_tokens, prompt_tokens, body_bytes;
};

static struct estimate_line *line_of(struct estimate *e, const struct call *c)
{
    for (size_t i = 0; i < e->line_count; i++) {
        struct estimate_line *l = &e->lines[i];
        if (l->tier == c->tier && l->model == c->model && l->purpose == c->purpose)
            return l;
    }
    e->lines = mem_grow(e->lines, e->line_count + 1, sizeof *e->lines);
    e->lines[e->line_count] =
        (struct estimate_line){.tier = c->tier, .model = c->model, .purpose = c->purpose};
    return &e->lines[e->line_count++];
}

static void add_cost(struct estimate *e, int64_t *sum, int64_t tokens, int64_t rate)
{
    int64_t cost = 0;
    e->overflow |= !money_mul(tokens, rate, &cost);
    estimate_add(e, sum, cost);
}

static int64_t expected_output(struct packing *p, const struct call *c, int64_t tickets)
{
    struct output o = output_of(p, c->model, c->language);
    return (o.milli * tickets + 500) / 1000 + (o.told ? 0 : ANSWER_FRAME);
}

static void add_amounts(struct packing *p, struct estimate_line *l, const struct call *c,
                        int64_t input, int64_t output)
{
    struct estimate *e = p->e;
    const struct price *rate = &p->rates[c->model];
    int64_t cached = cached_part(e, c->model, input), upper = 0;
    int64_t system = token_scale_apply(&p->scales[c->model], e->sample->system_tokens);

    estimate_add(e, &l->cached_tokens, cached);
    l->priced = rate->priced;
    if (!rate->priced)
        return;
    add_cost(e, &l->cost_pusd, input - cached, rate->input);
    add_cost(e, &l->cost_pusd, cached, rate->cached);
    add_cost(e, &l->cost_pusd, output, rate->output);
    add_cost(e, &l->uncached_pusd, input, rate->input);
    add_cost(e, &l->uncached_pusd, output, rate->output);
    if (rate->cached < rate->input)
        add_cost(e, &l->cache_pusd, system, rate->input - rate->cached);
    int64_t frames = (c->tickets - 1) * system; /* the same tickets, one a call */
    add_cost(e, &l->solo_pusd, input + frames, rate->input);
    add_cost(e, &l->solo_pusd, c->tickets * expected_output(p, c, 1), rate->output);

    const struct config_model *m = &e->config->models[c->model];
    int64_t cap =
        prompt_token_cap(m, &e->config->classification,
                         &(struct token_cap_input){
                             .tickets = (size_t)c->tickets,
                             .cjk = language_is_cjk(c->language),
                             .prompt_tokens = token_scale_apply(
                                 &p->scales[c->model], e->sample->system_tokens + c->est_tokens)});
    e->oversize_calls += cap == 0;
    int64_t bytes = e->sample->frame_bytes[c->model] + c->body_bytes + c->tickets - 1;
    for (int64_t rest = cap / 10; rest > 0; rest /= 10)
        bytes++;
    e->overflow |= price_bound(&p->dearest[c->model], m, bytes, cap, &upper) != ST_OK;
    estimate_add(e, &l->upper_pusd, upper);
}

static void add_call(struct packing *p, const struct call *c)
{
    struct estimate *e = p->e;
    struct estimate_line *l = line_of(e, c);
    int64_t input =
        token_scale_apply(&p->scales[c->model], e->sample->system_tokens + c->prompt_tokens);
    int64_t output = expected_output(p, c, c->tickets);
    l->calls++;
    l->tickets += c->tickets;
    estimate_add(e, &l->input_tokens, input);
    estimate_add(e, &l->output_tokens, output);
    add_amounts(p, l, c, input, output);
}

/* ---- packs ------------------------------------------------------------------------------- */

static void add_guard(struct packing *p, const struct sampled *t)
{
    add_call(p, &(struct call){.tier = t->tier,
                               .model = t->model,
                               .purpose = PURPOSE_GUARD,
                               .language = t->language,
                               .tickets = 1,
                               .est_tokens = t->est_tokens,
                               .prompt_tokens = t->prompt_tokens,
                               .body_bytes = t->body_bytes});
}

static void take_packs(struct packing *p, int route, bool flush)
{
    size_t n;
    while ((n = packer_next(p->packer, route, 0, flush, p->picked)) > 0) {
        const struct fed *first = p->picked[0]->ticket;
        struct call c = {.tier = first->mirrored ? first->t->mirror_tier : first->t->tier,
                         .model = first->mirrored ? first->t->mirror : first->t->model,
                         .purpose = first->mirrored ? PURPOSE_SHADOW : PURPOSE_FIRST,
                         .language = first->t->language,
                         .tickets = (int64_t)n};
        for (size_t i = 0; i < n; i++) {
            struct fed *f = p->picked[i]->ticket;
            c.est_tokens += f->t->est_tokens;
            c.prompt_tokens += f->t->prompt_tokens;
            c.body_bytes += f->t->body_bytes;
            if (n > 1 && f->t->guarded && !f->mirrored)
                add_guard(p, f->t);
            mem_free(f);
        }
        add_call(p, &c);
    }
}

static void feed(struct packing *p, const struct sampled *t, bool mirrored)
{
    int model = mirrored ? t->mirror : t->model, tier = mirrored ? t->mirror_tier : t->tier;
    struct fed *f = mem_zalloc(sizeof *f);
    f->t = t;
    f->mirrored = mirrored;
    f->item = (struct pack_item){
        .est_tokens = token_scale_apply(&p->scales[model], t->est_tokens),
        .bytes = (size_t)t->text_bytes,
        .route = tier * p->e->config->model_count + model,
        .language = t->language,
        .attempt_class = mirrored ? PURPOSE_SHADOW : PURPOSE_FIRST,
        .solo = t->alone,
        .ticket = f,
    };
    packer_add(p->packer, &f->item, 0);
    take_packs(p, f->item.route, false);
}

static void feed_all(struct packing *p)
{
    struct estimate *e = p->e;
    const struct sample *s = e->sample;
    e->fed = s->count == 0 ? 0 : e->asked < FEED_MAX ? e->asked : FEED_MAX;
    for (int64_t i = 0; i < e->fed; i++) {
        const struct sampled *t = &s->v[(size_t)i % s->count];
        feed(p, t, false);
        if (t->mirror >= 0)
            feed(p, t, true);
    }
    for (int route = 0; route < e->config->tier_count * e->config->model_count; route++)
        take_packs(p, route, true);
}

static void prepare(struct packing *p)
{
    struct estimate *e = p->e;
    const struct config *c = e->config;
    size_t models = (size_t)c->model_count;
    const struct pack_limits limits = {.max_tickets = c->packing.max_tickets,
                                       .max_tokens = c->packing.max_tokens,
                                       .max_bytes = c->packing.max_bytes,
                                       .linger_us = INT64_MAX / 2,
                                       .solo_above_tokens = c->packing.solo_above_tokens};
    p->packer = packer_new(&limits);
    p->picked = mem_array((size_t)limits.max_tickets, sizeof(struct pack_item *));
    p->scales = mem_array(models, sizeof *p->scales);
    p->outputs = mem_array(models, sizeof *p->outputs);
    p->rates = mem_array(models, sizeof *p->rates);
    p->dearest = mem_array(models, sizeof *p->dearest);
    for (int i = 0; i < c->model_count; i++) {
        const struct config_model *m = &c->models[i];
        int64_t until = e->start_unix_us + c->providers[m->provider].timeout_us;
        int index = price_index(m, e->start_unix_us);
        p->scales[i] = scale_of(e, i);
        if (index >= 0)
            p->rates[i] = price_at(m, index);
        p->dearest[i] = price_dearest(m, e->start_unix_us, until);
    }
}

void estimate_pack(struct estimate *e)
{
    struct packing p = {.e = e};
    prepare(&p);
    feed_all(&p);
    packer_free(p.packer);
    mem_free(p.picked);
    mem_free(p.scales);
    mem_free(p.outputs);
    mem_free(p.rates);
    mem_free(p.dearest);
}
