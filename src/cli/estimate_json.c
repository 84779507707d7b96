/* `estimate --format json`, and the part of it that is kept in the ledger beside the sums.
 */
#include "cli/estimate.h"
#include "report/json_out.h"

static void add_sample(const struct estimate *e, struct json_out *j)
{
    const struct sample *s = e->sample;
    json_out_open(j, "sample", '{');
    json_out_text(j, "source", slice_str(s->source));
    json_out_known(j, "partitions", s->partitions > 0 ? s->partitions : -1);
    json_out_i64(j, "pending", s->pending);
    json_out_i64(j, "records", s->records);
    json_out_text(j, "prompt_version", slice_str(s->prompt_version));
    json_out_close(j, '}');
}

static void add_tickets(const struct estimate *e, struct json_out *j)
{
    json_out_open(j, "tickets", '{');
    json_out_i64(j, "to_classify", e->tickets);
    json_out_i64(j, "copies", e->copies);
    json_out_bool(j, "copies_observed", e->copies_observed);
    json_out_i64(j, "asked", e->asked);
    json_out_i64(j, "dead", e->dead);
    json_out_i64(j, "tombstones", e->tombstones);
    json_out_close(j, '}');
}

static void add_line(const struct estimate *e, const struct estimate_line *l, struct json_out *j)
{
    const struct config_model *m = &e->config->models[l->model];
    bool seen = e->observed->models[l->model].calls >= ESTIMATE_ENOUGH_CALLS;
    json_out_open(j, NULL, '{');
    json_out_text(j, "tier", slice_str(e->config->tiers[l->tier].name));
    json_out_text(j, "model", slice_str(m->name));
    json_out_text(j, "provider", slice_str(e->config->providers[m->provider].name));
    json_out_text(j, "purpose", slice_str(purpose_name(l->purpose)));
    json_out_bool(j, "observed", seen);
    json_out_i64(j, "tickets", l->tickets);
    json_out_i64(j, "calls", l->calls);
    json_out_i64(j, "input_tokens", l->input_tokens);
    json_out_i64(j, "cached_tokens", l->cached_tokens);
    json_out_i64(j, "output_tokens", l->output_tokens);
    json_out_usd(j, "expected", l->priced ? l->cost_pusd : -1);
    json_out_usd(j, "at_most", l->priced ? l->upper_pusd : -1);
    json_out_close(j, '}');
}

static void add_lines(const struct estimate *e, struct json_out *j)
{
    json_out_open(j, "lines", '[');
    for (size_t i = 0; i < e->line_count; i++)
        add_line(e, &e->lines[i], j);
    json_out_close(j, ']');
}

static void add_money(const struct estimate *e, struct json_out *j)
{
    json_out_open(j, "cost", '{');
    json_out_usd(j, "expected", e->cost_pusd);
    json_out_usd(j, "per_1000",
                 e->tickets > 0 ? (int64_t)((__int128)e->cost_pusd * 1000 / e->tickets) : -1);
    json_out_usd(j, "at_most", e->upper_pusd);
    json_out_usd(j, "first", e->first_pusd);
    json_out_usd(j, "again", e->again_pusd);
    json_out_usd(j, "shadow", e->shadow_pusd);
    json_out_usd(j, "guard", e->guard_pusd);
    json_out_i64(j, "unpriced_calls", e->unpriced_calls);
    json_out_close(j, '}');
    json_out_open(j, "saving", '{');
    json_out_usd(j, "one_ticket_a_call", e->solo_pusd);
    json_out_usd(j, "packing", e->solo_pusd - e->uncached_pusd);
    json_out_usd(j, "caching", e->uncached_pusd - e->first_pusd);
    json_out_usd(j, "caching_possible", e->cache_pusd);
    json_out_close(j, '}');
}

static void add_others(const struct estimate *e, struct json_out *j)
{
    json_out_open(j, "other_models", '[');
    for (size_t i = 0; i < e->other_count; i++) {
        const struct config_model *m = &e->config->models[e->others[i].model];
        json_out_open(j, NULL, '{');
        json_out_text(j, "model", slice_str(m->name));
        json_out_text(j, "provider", slice_str(e->config->providers[m->provider].name));
        json_out_usd(j, "cost", e->others[i].cost_pusd);
        json_out_close(j, '}');
    }
    json_out_close(j, ']');
}

static void add_time(const struct estimate *e, struct json_out *j)
{
    static const char *const bounds[] = {"in_flight", "requests", "tokens"};
    json_out_open(j, "time", '{');
    json_out_time(j, "start", e->start_unix_us);
    json_out_i64(j, "seconds", e->seconds);
    json_out_open(j, "providers", '[');
    for (size_t i = 0; i < e->pace_count; i++) {
        const struct estimate_pace *p = &e->paces[i];
        json_out_open(j, NULL, '{');
        json_out_text(j, "provider", slice_str(e->config->providers[p->provider].name));
        json_out_i64(j, "calls", p->calls);
        json_out_i64(j, "tokens", p->tokens);
        json_out_i64(j, "latency_us", p->latency_us);
        json_out_i64(j, "seconds", p->seconds);
        json_out_text(j, "bound_by", slice_str(bounds[p->bound]));
        json_out_close(j, '}');
    }
    json_out_close(j, ']');
    json_out_close(j, '}');
}

static void add_said(struct json_out *j, const char *key, const struct buf *said)
{
    struct slice rest = buf_view(said);
    json_out_open(j, key, '[');
    for (ptrdiff_t end; (end = slice_find(rest, SLICE_LIT("\n"))) >= 0;) {
        json_out_text(j, NULL, slice_of(rest.p, (size_t)end));
        rest = slice_of(rest.p + end + 1, rest.n - (size_t)end - 1);
    }
    json_out_close(j, ']');
}

void estimate_basis(const struct estimate *e, struct buf *out)
{
    struct json_out j = {.out = out};
    json_out_open(&j, NULL, '{');
    add_sample(e, &j);
    add_lines(e, &j);
    json_out_close(&j, '}');
}

void estimate_json(const struct estimate *e, struct buf *out)
{
    struct json_out j = {.out = out};
    struct buf said;
    buf_init(&said, SIZE_MAX);
    json_out_open(&j, NULL, '{');
    json_out_text(&j, "schema", SLICE_LIT("ticketmill.estimate/1"));
    add_sample(e, &j);
    add_tickets(e, &j);
    json_out_i64(&j, "calls", e->calls);
    json_out_i64(&j, "input_tokens", e->input_tokens);
    json_out_i64(&j, "cached_tokens", e->cached_tokens);
    json_out_i64(&j, "output_tokens", e->output_tokens);
    add_lines(e, &j);
    add_money(e, &j);
    add_others(e, &j);
    add_time(e, &j);
    estimate_warnings(e, &said);
    add_said(&j, "warnings", &said);
    buf_clear(&said);
    estimate_assumptions(e, &said);
    add_said(&j, "assumptions", &said);
    json_out_close(&j, '}');
    buf_char(out, '\n');
    buf_deinit(&said);
}
