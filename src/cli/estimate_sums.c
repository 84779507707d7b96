/* `estimate`, third step: how many tickets there are to be asked for, and what the packs add up to
 * in money and time.
 */
#include "base/mem.h"
#include "cli/estimate.h"
#include "model/money.h"
#include "route/price.h"

#define PPM             1000000
#define SECOND_US       INT64_C(1000000)
#define ENOUGH_RESULTS  100
#define ASSUMED_WAIT_US INT64_C(500000) /* until the first token */
#define ASSUMED_SPEED   60              /* tokens a second (facts of DeepSeek V4 Flash) */

void estimate_add(struct estimate *e, int64_t *sum, int64_t v)
{
    if (__builtin_add_overflow(*sum, v, sum)) {
        *sum = 0;
        e->overflow = true;
    }
}

/* a × b ÷ c, rounded; c > 0. */
static int64_t scaled(struct estimate *e, int64_t a, int64_t b, int64_t c)
{
    __int128 v = ((__int128)a * b + c / 2) / c;
    if (v <= INT64_MAX)
        return (int64_t)v;
    e->overflow = true;
    return 0;
}

/* ---- tickets ----------------------------------------------------------------------------- */

static void count_tickets(struct estimate *e)
{
    const struct sample *s = e->sample;
    const struct observed *o = e->observed;
    int64_t good = (int64_t)s->count + s->copies, offsets = s->offsets > 0 ? s->offsets : 1;

    e->tickets = scaled(e, good, s->pending, offsets);
    e->dead = scaled(e, s->dead, s->pending, offsets);
    e->tombstones = scaled(e, s->tombstones, s->pending, offsets);
    e->copies_ppm = good > 0 ? s->copies * PPM / good : 0;
    if (o->results >= ENOUGH_RESULTS && o->reused * PPM / o->results > e->copies_ppm) {
        e->copies_ppm = o->reused * PPM / o->results;
        e->copies_observed = true;
    }
    e->copies = scaled(e, e->tickets, e->copies_ppm, PPM);
    e->asked = s->count > 0 ? e->tickets - e->copies : 0;
}

/* More was pending than was fed to the packer. */
static void scale_lines(struct estimate *e)
{
    for (size_t i = 0; e->fed < e->asked && e->fed > 0 && i < e->line_count; i++) {
        struct estimate_line *l = &e->lines[i];
        int64_t *all[] = {&l->calls,         &l->tickets,       &l->input_tokens, &l->cached_tokens,
                          &l->cost_pusd,     &l->output_tokens, &l->upper_pusd,   &l->solo_pusd,
                          &l->uncached_pusd, &l->cache_pusd};
        for (size_t k = 0; k < sizeof all / sizeof *all; k++)
            *all[k] = scaled(e, *all[k], e->asked, e->fed);
    }
}

/* ---- money ------------------------------------------------------------------------------- */

static int64_t *part_of(struct estimate *e, enum call_purpose purpose)
{
    if (purpose == PURPOSE_SHADOW)
        return &e->shadow_pusd;
    return purpose == PURPOSE_GUARD ? &e->guard_pusd : &e->first_pusd;
}

static void add_lines(struct estimate *e)
{
    const struct observed *o = e->observed;
    for (size_t i = 0; i < e->line_count; i++) {
        const struct estimate_line *l = &e->lines[i];
        estimate_add(e, &e->calls, l->calls);
        estimate_add(e, &e->input_tokens, l->input_tokens);
        estimate_add(e, &e->cached_tokens, l->cached_tokens);
        estimate_add(e, &e->output_tokens, l->output_tokens);
        estimate_add(e, part_of(e, l->purpose), l->cost_pusd);
        estimate_add(e, &e->upper_pusd, l->upper_pusd);
        e->unpriced_calls += l->priced ? 0 : l->calls;
        if (l->purpose != PURPOSE_FIRST)
            continue;
        estimate_add(e, &e->uncached_pusd, l->uncached_pusd);
        estimate_add(e, &e->solo_pusd, l->solo_pusd);
        estimate_add(e, &e->cache_pusd, l->cache_pusd);
    }
    if (o->first_pusd > 0)
        e->again_ppm = scaled(e, o->again_pusd, PPM, o->first_pusd);
    e->again_pusd = scaled(e, e->first_pusd, e->again_ppm, PPM);
    estimate_add(e, &e->cost_pusd, e->first_pusd);
    estimate_add(e, &e->cost_pusd, e->again_pusd);
    estimate_add(e, &e->cost_pusd, e->shadow_pusd);
    estimate_add(e, &e->cost_pusd, e->guard_pusd);
}

/* The first calls of all tiers with one model's prices, nothing cached. */
static void add_other(struct estimate *e, int model)
{
    const struct config_model *m = &e->config->models[model];
    int index = price_index(m, e->start_unix_us);
    struct estimate_other other = {.model = model};
    if (index < 0)
        return;
    struct price p = price_at(m, index);
    for (size_t i = 0; i < e->line_count; i++) {
        const struct estimate_line *l = &e->lines[i];
        int64_t input = 0, output = 0;
        if (l->purpose != PURPOSE_FIRST)
            continue;
        e->overflow |= !money_mul(l->input_tokens, p.input, &input) ||
                       !money_mul(l->output_tokens, p.output, &output);
        estimate_add(e, &other.cost_pusd, input);
        estimate_add(e, &other.cost_pusd, output);
    }
    e->others[e->other_count++] = other;
}

/* ---- time -------------------------------------------------------------------------------- */

static struct estimate_pace *pace_of(struct estimate *e, int provider)
{
    for (size_t i = 0; i < e->pace_count; i++) {
        if (e->paces[i].provider == provider)
            return &e->paces[i];
    }
    e->paces[e->pace_count] = (struct estimate_pace){.provider = provider};
    return &e->paces[e->pace_count++];
}

static int64_t latency_of(const struct estimate *e, const struct estimate_line *l)
{
    const struct observed_model *m = &e->observed->models[l->model];
    if (e->latency_us >= 0)
        return e->latency_us;
    if (m->calls >= ESTIMATE_ENOUGH_CALLS)
        return m->latency_us / m->calls;
    return ASSUMED_WAIT_US + l->output_tokens / l->calls * SECOND_US / ASSUMED_SPEED;
}

static int64_t per_minute(struct estimate *e, int64_t n, int64_t limit)
{
    return limit > 0 ? scaled(e, n, 60, limit) : 0;
}

/* latency_us holds the sum over all calls so far. */
static void finish_pace(struct estimate *e, struct estimate_pace *p)
{
    const struct config_provider *c = &e->config->providers[p->provider];
    int64_t flight = p->latency_us / c->max_in_flight / SECOND_US;
    int64_t requests = per_minute(e, p->calls, c->requests_per_minute);
    int64_t tokens = per_minute(e, p->tokens, c->tokens_per_minute);
    p->latency_us = p->calls > 0 ? p->latency_us / p->calls : 0;
    p->bound = PACE_IN_FLIGHT;
    p->seconds = flight + 1;
    if (requests > p->seconds) {
        p->bound = PACE_REQUESTS;
        p->seconds = requests;
    }
    if (tokens > p->seconds) {
        p->bound = PACE_TOKENS;
        p->seconds = tokens;
    }
    p->seconds += p->latency_us / SECOND_US; /* the last ones come back */
    if (p->seconds > e->seconds)
        e->seconds = p->seconds;
}

static void add_time(struct estimate *e)
{
    e->paces = mem_array((size_t)e->config->provider_count, sizeof *e->paces);
    e->price_changes_unix_us = INT64_MAX;
    for (size_t i = 0; i < e->line_count; i++) {
        const struct estimate_line *l = &e->lines[i];
        const struct config_model *m = &e->config->models[l->model];
        struct estimate_pace *p = pace_of(e, m->provider);
        int64_t sum = scaled(e, l->calls, l->calls > 0 ? latency_of(e, l) : 0, 1);
        int64_t change = price_until(m, e->start_unix_us);
        p->calls += l->calls;
        estimate_add(e, &p->tokens, l->input_tokens);
        estimate_add(e, &p->tokens, l->output_tokens);
        estimate_add(e, &p->latency_us, sum);
        if (change < e->price_changes_unix_us)
            e->price_changes_unix_us = change;
    }
    for (size_t i = 0; i < e->pace_count; i++)
        finish_pace(e, &e->paces[i]);
}

/* ---- all of it --------------------------------------------------------------------------- */

enum status estimate_make(const struct sample *s, const struct observed *o,
                          const struct estimate_options *options, struct estimate *out,
                          struct fail *fail)
{
    *out = (struct estimate){.config = s->config,
                             .sample = s,
                             .observed = o,
                             .start_unix_us = options->start_unix_us,
                             .latency_us = options->latency_us};
    count_tickets(out);
    estimate_pack(out);
    scale_lines(out);
    add_lines(out);
    out->others = mem_array((size_t)s->config->model_count, sizeof *out->others);
    for (int i = 0; i < s->config->model_count; i++)
        add_other(out, i);
    add_time(out);
    if (!out->overflow)
        return ST_OK;
    estimate_deinit(out);
    return fail_set(fail, ST_OVERFLOW, 0,
                    "the sum does not fit: above USD 9,223,372; check models.<name>.price");
}

void estimate_deinit(struct estimate *e)
{
    mem_free(e->lines);
    mem_free(e->others);
    mem_free(e->paces);
    e->lines = NULL;
    e->others = NULL;
    e->paces = NULL;
}
