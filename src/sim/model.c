/* A call to the simulated model from its body to its answer, without delivering it.
 *
 * Limits and faults are drawn here, so that one seed gives one run as long as calls come in the
 * same order. The verdicts do not depend on either.
 */
#include <math.h>
#include <time.h>

#include "base/mem.h"
#include "sim/core.h"
#include "sim/scan.h"

#define NORMAL_P99 2.3263478740408408 /* 99th percentile of the normal distribution */
#define SHA_LEAD   8                  /* bytes of a text's hash that decide about it */

/* Log-normal with the configured median and 99th percentile; the normal number by Box and
 * Muller. */
static int64_t draw_latency(struct sim *sim)
{
    double p50 = (double)sim->now.latency_p50_us, p99 = (double)sim->now.latency_p99_us;
    if (p50 <= 0)
        return 0;
    double sigma = p99 > p50 ? log(p99 / p50) / NORMAL_P99 : 0;
    double u = 1 - random_unit(&sim->random), v = random_unit(&sim->random);
    double z = sqrt(-2 * log(u)) * cos(2 * acos(-1.0) * v);
    return (int64_t)(p50 * exp(sigma * z));
}

static bool prompt_matches(const struct sim_prompt *p, const struct question *q)
{
    return p->model_n == q->model.n && p->system_n == q->system_raw.n &&
           p->format_n == q->format_raw.n && memcmp(p->bytes, q->model.p, q->model.n) == 0 &&
           (p->system_n == 0 || memcmp(p->bytes + p->model_n, q->system_raw.p, p->system_n) == 0) &&
           (p->format_n == 0 ||
            memcmp(p->bytes + p->model_n + p->system_n, q->format_raw.p, p->format_n) == 0);
}

static void learn_prompt(struct sim *sim, struct sim_prompt *p, const struct question *q)
{
    struct buf bytes, system;
    buf_init(&bytes, SIZE_MAX);
    buf_slice(&bytes, q->model);
    buf_slice(&bytes, q->system_raw);
    buf_slice(&bytes, q->format_raw);
    buf_init(&system, SIZE_MAX);
    if (q->system_raw.p != NULL && !scan_unescape(q->system_raw, &system))
        buf_clear(&system);
    mem_free(p->bytes);
    profile_free(p->profile);
    p->bytes = buf_take(&bytes, NULL);
    p->model_n = q->model.n;
    p->system_n = q->system_raw.n;
    p->format_n = q->format_raw.n;
    p->profile = profile_new(buf_view(&system), q->format_raw, (const char *const *)sim->categories,
                             sim->category_count);
    buf_deinit(&system);
}

/* The prompt of this call; *seen tells whether it is an old acquaintance. */
static const struct sim_prompt *find_prompt(struct sim *sim, const struct question *q, bool *seen)
{
    *seen = true;
    for (int i = 0; i < sim->prompt_count; i++)
        if (prompt_matches(&sim->prompts[i], q))
            return &sim->prompts[i];
    *seen = false;
    struct sim_prompt *p = &sim->prompts[sim->prompt_next];
    sim->prompt_next = (sim->prompt_next + 1) % SIM_MAX_PROMPTS;
    if (sim->prompt_count < SIM_MAX_PROMPTS)
        sim->prompt_count++;
    learn_prompt(sim, p, q);
    return p;
}

/* A marker in a text comes before the rules. */
static const struct sim_fault_rule *choose_fault(struct sim *sim, const struct question *q,
                                                 struct sim_fault_rule *marked)
{
    for (int i = 0; i < q->ticket_count; i++)
        if (sim_fault_in_text(q->tickets[i].text, marked))
            return marked;
    return sim_fault_draw(&sim->now.faults, q->model, &sim->random);
}

/* Hashes every text: the leading bytes decide about it, the whole names it in the ledger. */
static uint64_t *hash_texts(struct exchange *x, const struct question *q)
{
    uint64_t *leads = mem_array((size_t)q->ticket_count + 1, sizeof *leads);
    x->bill.texts = mem_array((size_t)q->ticket_count + 1, sizeof *x->bill.texts);
    x->bill.text_count = q->ticket_count;
    for (int i = 0; i < q->ticket_count; i++) {
        uint8_t hash[SHA256_SIZE];
        sha256(q->tickets[i].text, hash);
        for (int k = 0; k < SHA_LEAD; k++)
            leads[i] = leads[i] << 8 | hash[k];
        x->bill.texts[i] = bill_text(x->sim->bill, hash);
    }
    return leads;
}

static struct answer_settings settings_for(const struct sim *sim, struct slice model)
{
    const struct sim_switches *now = &sim->now;
    return (struct answer_settings){.usage = sim->usage,
                                    .cached_percent = sim->cached_percent,
                                    .now_unix_s = (int64_t)time(NULL),
                                    .number = sim->calls,
                                    .bill_percent = now->bill_percent,
                                    .ignore_cap = now->ignore_cap,
                                    .tokens_per_second = now->tokens_per_second,
                                    .disagree_percent = switches_percent(&now->disagree, model),
                                    .unsure_percent = switches_percent(&now->unsure, model)};
}

static void answer_question(struct exchange *x, const struct question *q)
{
    struct sim *sim = x->sim;
    struct sim_fault_rule marked;
    const struct sim_fault_rule *rule = choose_fault(sim, q, &marked);
    struct answer_settings settings = settings_for(sim, q->model);
    const struct sim_prompt *prompt = find_prompt(sim, q, &settings.prefix_seen);
    uint64_t *leads = hash_texts(x, q);
    answer_build(q, prompt->profile, leads, rule, &settings, &x->answer);
    mem_free(leads);
    x->bill.fault = sim_fault_name(rule != NULL ? rule->fault : SIM_NO_FAULT);
    x->bill.max_tokens = q->max_tokens;
    x->bill.prompt_tokens = x->answer.prompt_tokens;
    x->bill.cached_tokens = x->answer.cached_tokens;
    x->bill.completion_tokens = x->answer.completion_tokens;
}

/* Until the first token, and of an answer in one piece the time of all others. */
static int64_t generating_us(struct sim *sim, const struct answer *a)
{
    int64_t us = draw_latency(sim), rate = sim->now.tokens_per_second;
    if (rate > 0 && a->delivery != DELIVER_EVENTS)
        us += a->completion_tokens * 1000000 / rate;
    return us;
}

int64_t model_answer(struct exchange *x, const char *call_id)
{
    struct sim *sim = x->sim;
    const struct question *q = &sim->question;
    struct fail fail;
    bill_arrived(sim->bill);
    sim->calls++;
    if (question_read(&sim->question, buf_view(&x->body), &fail) != ST_OK) {
        answer_error(&x->answer, 400, "invalid_request", "invalid_request_error", fail.text);
        return 0;
    }
    x->bill.model = mem_slice(q->model);
    x->bill.call_id = mem_str(call_id != NULL ? call_id : "");
    x->bill.at_unix_us = x->arrived_unix_us;
    if (!switches_know(&sim->now, q->model)) {
        answer_error(&x->answer, 404, "model_not_found", "invalid_request_error",
                     "The model does not exist.");
        return 0;
    }
    answer_question(x, q);
    if (x->answer.at_once || !limits_admit(x, q->max_tokens))
        return 0;
    return generating_us(sim, &x->answer);
}
