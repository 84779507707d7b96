/* Running the variants one after the other, each in its own ledger, inside one budget.
 *
 * A variant is the configuration with one tier of one model, one prompt and one pack size, and with
 * everything off that would ask a second time or take an answer from elsewhere. What a variant is
 * stands in its ledger's name: another prompt or another offer is another file.
 */
#include <glob.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/utf8.h"
#include "batch/prompt.h"
#include "cli/options.h"
#include "cli/trial.h"
#include "ledger/query.h"
#include "model/money.h"

#define PROMPT_MAX ((size_t)64 << 10)

/* --- prompts --------------------------------------------------------------------------------- */

static enum status read_prompt(const char *path, struct buf *text, struct fail *fail)
{
    FILE *f = fopen(path, "r");
    char chunk[4096];
    size_t n;

    if (!f)
        return fail_set(fail, ST_CONFIG, 0, "%s: the prompt cannot be read", path);
    while ((n = fread(chunk, 1, sizeof chunk, f)) > 0)
        buf_add(text, chunk, n);
    fclose(f);
    if (text->failed || text->n == 0)
        return fail_set(fail, ST_CONFIG, 0, "%s: the prompt is empty or larger than 64 KiB", path);
    struct slice all = buf_view(text);
    if (!utf8_valid(all) || memchr(all.p, '\0', all.n))
        return fail_set(fail, ST_CONFIG, 0, "%s: the prompt is not valid UTF-8", path);
    if (slice_find(all, SLICE_LIT("{{categories}}")) < 0)
        return fail_set(fail, ST_CONFIG, 0, "%s: the prompt has no {{categories}} in it", path);
    return ST_OK;
}

int trial_prompt_add(struct trial *t, const char *path)
{
    struct trial_prompt p = {.name = mem_str(path ? path : "configured")};
    struct fail fail;
    struct buf text;

    buf_init(&text, PROMPT_MAX);
    if (path && read_prompt(path, &text, &fail) != ST_OK) {
        buf_deinit(&text);
        mem_free(p.name);
        return command_failed("compare", &fail);
    }
    p.text = path ? mem_slice(buf_view(&text)) : mem_str(t->config->classification.prompt_text);
    buf_deinit(&text);
    t->prompts = mem_grow(t->prompts, (size_t)t->prompt_count + 1, sizeof *t->prompts);
    t->prompts[t->prompt_count++] = p;
    return 0;
}

/* --- variants -------------------------------------------------------------------------------- */

/* Who is asked, and how. */
static void tell_offer(const struct config *c, const struct trial_variant *v, struct buf *out)
{
    const struct config_model *m = &c->models[v->model];
    const struct config_provider *p = &c->providers[m->provider];

    buf_fmt(out, "%s\n%s\n%s\n%s\n%d\n%lld\n%lld\n%s\n%s\n", m->name, m->served_name, p->name,
            p->endpoints[0].url, (int)m->json, (long long)m->temperature_ppm,
            (long long)m->max_output_tokens, m->extra_body, m->service_tier ? m->service_tier : "");
    buf_fmt(out, "%s\n%lld\n%lld\n%lld\n%lld\n", v->version, (long long)v->pack,
            (long long)c->packing.max_tokens, (long long)c->packing.max_bytes,
            (long long)c->packing.solo_above_tokens);
}

/* What of a ticket is sent. */
static void tell_text(const struct config *c, const struct trial_variant *v, struct buf *out)
{
    bool redacted = c->providers[c->models[v->model].provider].redaction;

    buf_fmt(out, "%s\n%s\n%lld\n%u\n", c->ticket.subject, c->ticket.body,
            (long long)c->ticket.max_text_bytes, redacted ? (unsigned)c->redaction.kinds : 0);
    for (int i = 0; redacted && i < c->redaction.pattern_count; i++)
        buf_fmt(out, "%s\n%s\n", c->redaction.patterns[i].name, c->redaction.patterns[i].value);
}

static void name_ledger(const struct trial *t, struct trial_variant *v)
{
    const struct config_model *m = &t->config->models[v->model];
    uint8_t hash[SHA256_SIZE];
    struct buf offer, name;

    buf_init(&offer, SIZE_MAX);
    buf_init(&name, SIZE_MAX);
    tell_offer(t->config, v, &offer);
    tell_text(t->config, v, &offer);
    struct slice all = buf_view(&offer);
    sha256(all, hash);
    buf_fmt(&name, "%s/", t->folder);
    for (const char *c = m->name; *c; c++) {
        bool plain = (*c >= 'a' && *c <= 'z') || (*c >= 'A' && *c <= 'Z') ||
                     (*c >= '0' && *c <= '9') || *c == '.' || *c == '-' || *c == '_';
        buf_char(&name, plain ? *c : '-');
    }
    buf_fmt(&name, "-p%lld-", (long long)v->pack);
    buf_hex(&name, hash, 6);
    buf_str(&name, ".db");
    v->ledger = buf_take(&name, NULL);
    buf_deinit(&offer);
}

void trial_variant_add(struct trial *t, int model, int prompt, int64_t pack)
{
    struct config_classification c = t->config->classification;
    struct trial_variant v = {.model = model, .prompt = prompt, .pack = pack, .alone = -1};
    struct buf system;

    for (int i = 0; i < t->count; i++) {
        if (t->v[i].model == model && t->v[i].prompt == prompt && t->v[i].pack == pack)
            return;
    }
    c.prompt_text = t->prompts[prompt].text;
    buf_init(&system, SIZE_MAX);
    prompt_system(&c, &system);
    prompt_version(buf_view(&system), v.version);
    buf_deinit(&system);
    name_ledger(t, &v);
    t->v = mem_grow(t->v, (size_t)t->count + 1, sizeof *t->v);
    t->v[t->count++] = v;
}

/* --- money ----------------------------------------------------------------------------------- */

static void on_spent(void *self, const struct ledger_row *row)
{
    int64_t *sum = self;

    *sum += ledger_row_i64(row, 0);
}

/* Of every ledger in the folder, also of variants that are not tried this time. */
static enum status count_spent(struct trial *t, struct fail *fail)
{
    enum status st = ST_OK;
    struct buf pattern;
    glob_t found;

    buf_init(&pattern, SIZE_MAX);
    buf_fmt(&pattern, "%s/*.db", t->folder);
    buf_char(&pattern, '\0');
    t->spent_pusd = 0;
    int rc = glob(pattern.p, 0, NULL, &found);
    for (size_t i = 0; rc == 0 && st == ST_OK && i < found.gl_pathc; i++) {
        struct ledger_reader *r;
        st = ledger_reader_open(found.gl_pathv[i], &r, fail);
        if (st == ST_OK) {
            st = ledger_read(r, VIEW_TRIAL_SPENT, NULL, on_spent, &t->spent_pusd, fail);
            ledger_reader_close(r);
        }
    }
    if (rc == 0)
        globfree(&found);
    buf_deinit(&pattern);
    return st;
}

/* --- running --------------------------------------------------------------------------------- */

static void run_variant(const struct trial *t, struct trial_variant *v, const char *version)
{
    struct config c = *t->config;
    struct config_tier tier = {"compare", &v->model, 1, CONFIG_OFF};
    struct config_route route = {.kind = WHEN_ALWAYS, .tier = 0, .otherwise = -1, .escalate = -1};
    struct run_outcome out;

    c.tiers = &tier;
    c.routes = &route;
    c.tier_count = c.route_count = 1;
    c.only_provider = c.shadow.from = c.run.finish_by_minute = -1;
    c.guard.percent = 0;
    c.classification.prompt_text = t->prompts[v->prompt].text;
    c.classification.escalate_below_ppm = CONFIG_OFF;
    c.packing.max_tickets = v->pack;
    c.budget.run_pusd = c.budget.day_pusd = c.budget.month_pusd = c.budget.shadow_pusd = CONFIG_OFF;
    c.ledger.keep_raw_answers_us = c.ledger.keep_rows_us = INT64_MAX / 4;
    run_files(
        &(struct run_options){
            .config = &c,
            .shards = 1,
            .limit = -1,
            .from = -1,
            .from_unix_ms = -1,
            .only_provider = -1,
            .budget_pusd =
                t->budget_pusd == CONFIG_OFF ? CONFIG_OFF : t->budget_pusd - t->spent_pusd,
            .budget_is_left = true,
            .spent_pusd = -1,
            .version = version,
            .ledger_path = v->ledger,
        },
        &(struct run_files){.input = t->sample.path, .input_format = FILE_JSONL}, &out);
    v->exit_code = out.exit_code;
    snprintf(v->message, sizeof v->message, "%s%s%s", out.stopped_by, out.message[0] ? ": " : "",
             out.message);
}

/* Ends the whole comparison, where another variant would fare no better. */
static bool ends_all(int code)
{
    return code == 1 || code == 4 || code == 5 || code == 70 || code == 73;
}

static bool may_spend(const struct trial *t, struct trial_variant *v)
{
    if (t->budget_pusd == CONFIG_OFF || t->spent_pusd < t->budget_pusd)
        return true;
    v->exit_code = 4;
    snprintf(v->message, sizeof v->message, "the budget is used up");
    return false;
}

static enum status work(struct trial *t, struct trial_variant *v, const char *version,
                        struct fail *fail)
{
    enum status st = trial_read(t, v, fail);

    if (st == ST_OK && !v->complete)
        st = count_spent(t, fail);
    if (st != ST_OK || v->complete || !may_spend(t, v))
        return st;
    fprintf(stderr, "ticketmill compare: %s, prompt %.8s, %lld a call: %zu of %zu tickets to ask\n",
            t->config->models[v->model].name, v->version, (long long)v->pack,
            t->sample.count - v->finished, t->sample.count);
    run_variant(t, v, version);
    return trial_read(t, v, fail);
}

/* In the order of the contract. */
static int worse(int a, int b)
{
    static const int order[] = {70, 73, 65, 78, 77, 7, 69, 5, 4, 6, 3, 1};

    for (size_t i = 0; i < sizeof order / sizeof *order; i++) {
        if (a == order[i] || b == order[i])
            return order[i];
    }
    return a ? a : b;
}

int trial_run(struct trial *t, const char *version)
{
    struct fail fail;
    int code = 0;
    bool stopped = false;

    for (int i = 0; i < t->count; i++) {
        struct trial_variant *v = &t->v[i];
        enum status st = stopped ? trial_read(t, v, &fail) : work(t, v, version, &fail);
        if (st != ST_OK)
            return command_failed("compare", &fail);
        int result = v->exit_code == 3 ? 0 : v->exit_code; /* dead letters are in the figures */
        if (result != 0)
            fprintf(stderr, "ticketmill compare: %s, %lld a call: %s\n",
                    t->config->models[v->model].name, (long long)v->pack, v->message);
        stopped = stopped || ends_all(result);
        code = worse(code, result);
    }
    if (count_spent(t, &fail) != ST_OK)
        return command_failed("compare", &fail);
    return code;
}
