/* `estimate`, first step: records become the few numbers that packing and money need of a ticket.
 *
 * Each record is decoded, routed and measured as a run would do it, then forgotten. Sizes of a
 * request are additive: quoting looks at one character at a time, so what a ticket adds to it is
 * measured once, alone. Topics are read in estimate_topic.c.
 */
#include "cli/estimate_sample.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/mem.h"
#include "batch/prompt.h"
#include "ledger/items.h"
#include "llm/request.h"
#include "route/chosen.h"
#include "ticket/decode.h"
#include "ticket/suspect.h"
#include "ticket/tokens.h"

static const char placeholder_id[1][SHORT_ID_SIZE] = {"abc"}; /* as long as every id */

/* Bytes of a request's body with no ticket in it and a token cap of one digit. */
static enum status measure_frame(struct sample *s, int model, struct fail *fail)
{
    struct llm_template *t;
    struct buf body;
    enum status st = llm_template_new(s->config, model, s->system, &t, fail);
    if (st != ST_OK)
        return st;
    buf_init(&body, SIZE_MAX);
    buf_clear(&s->user);
    prompt_user(&s->user, placeholder_id, NULL, 0);
    llm_request_build(t, buf_view(&s->user), 1, &body);
    s->frame_bytes[model] = (int64_t)body.n;
    buf_deinit(&body);
    llm_template_free(t);
    return ST_OK;
}

enum status sample_init(struct sample *s, const struct config *config, const struct plan *plan,
                        struct slice system, struct fail *fail)
{
    enum status st = ST_OK;
    *s = (struct sample){.config = config, .plan = plan, .system = system};
    buf_init(&s->user, SIZE_MAX);
    buf_init(&s->quoted, SIZE_MAX);
    prompt_version(system, s->prompt_version);
    s->system_tokens = tokens_estimate(system);
    s->seen = map_new();
    s->frame_bytes = mem_array((size_t)config->model_count, sizeof *s->frame_bytes);
    for (int i = 0; st == ST_OK && i < config->model_count; i++)
        st = measure_frame(s, i, fail);
    if (st != ST_OK)
        sample_deinit(s);
    return st;
}

void sample_deinit(struct sample *s)
{
    map_free(s->seen);
    mem_free(s->v);
    mem_free(s->frame_bytes);
    buf_deinit(&s->user);
    buf_deinit(&s->quoted);
    *s = (struct sample){.config = NULL};
}

/* ---- one ticket -------------------------------------------------------------------------- */

/* What one ticket adds to the user message, in tokens and in bytes of the quoted request. */
static void measure_text(struct sample *s, struct slice text, struct sampled *t)
{
    static const struct slice frame = SLICE_LIT("{\"tickets\":[]}");
    buf_clear(&s->user);
    prompt_user(&s->user, placeholder_id, &text, 1);
    struct slice user = buf_view(&s->user);
    struct slice part = slice_of(user.p + frame.n - 2, user.n - frame.n);
    t->prompt_tokens = tokens_estimate(part);
    buf_clear(&s->quoted);
    json_quote(&s->quoted, part);
    t->body_bytes = (int64_t)s->quoted.n - 2;
}

static bool fits(const struct sample *s, int model, const struct ticket_content *content)
{
    const struct token_cap_input alone = {.tickets = 1,
                                          .cjk = language_is_cjk(content->facts.language),
                                          .prompt_tokens = s->system_tokens + content->est_tokens};
    return prompt_token_cap(&s->config->models[model], &s->config->classification, &alone) > 0;
}

/* The first model of the tier that may be asked and whose context is large enough; when none is,
 * the first that may be asked; -1 = none may. */
static int serving_model(const struct sample *s, int tier, const struct plan_choice *choice,
                         const struct ticket_content *content)
{
    const struct plan_tier *t = plan_tier(s->plan, tier);
    int first = -1;
    for (int i = 0; i < t->count; i++) {
        if (!plan_may_ask(s->plan, choice, t->models[i]))
            continue;
        if (fits(s, t->models[i], content))
            return t->models[i];
        first = first < 0 ? t->models[i] : first;
    }
    return first;
}

static bool is_copy(struct sample *s, const struct ticket_content *content, int tier)
{
    static char here; /* any address */
    uint8_t key[LEDGER_HASH_SIZE];
    if (s->config->classification.reuse_us == 0)
        return false;
    ledger_reuse_key(content->id, content->content_hash, slice_str(s->prompt_version),
                     slice_str(s->config->tiers[tier].name), key);
    return map_put(s->seen, slice_of(key, sizeof key), &here) != NULL;
}

static void keep(struct sample *s, const struct sampled *t)
{
    if (s->count == s->cap) {
        s->cap = s->cap ? 2 * s->cap : 1024;
        s->v = mem_grow(s->v, s->cap, sizeof *s->v);
    }
    s->v[s->count++] = *t;
}

static void take_ticket(struct sample *s, const struct ticket_content *content, struct slice id)
{
    const struct config *c = s->config;
    bool shadowed = c->shadow.from >= 0 && chosen_for_shadow(id, c->shadow.percent);
    struct plan_choice choice = plan_choose(s->plan, &content->facts, shadowed);
    int mirror_tier = plan_mirror(s->plan, &choice, shadowed);
    struct sampled t = {
        .language = content->facts.language,
        .tier = choice.tier,
        .model = serving_model(s, choice.tier, &choice, content),
        .mirror_tier = mirror_tier,
        .mirror = mirror_tier < 0 ? -1 : serving_model(s, mirror_tier, &choice, content),
        .alone = text_suspect(content->text),
        .guarded = c->guard.percent > 0 && chosen_for_guard(id, c->guard.percent),
        .est_tokens = content->est_tokens,
        .text_bytes = (int64_t)content->text.n,
    };
    if (is_copy(s, content, t.tier)) {
        s->copies++;
        return;
    }
    measure_text(s, content->text, &t);
    keep(s, &t);
}

void sample_take(struct sample *s, const struct record *r, const char *topic)
{
    struct ticket_fields fields;
    struct ticket_content content;
    enum reason why;
    char detail[TICKET_DETAIL_SIZE], position[400];

    s->records++;
    if (!r->value.p) {
        s->tombstones++;
        return;
    }
    fields.v = plan_fields(s->plan, &fields.count);
    if (!ticket_decode(&s->config->ticket, fields, r, &content, &why, detail)) {
        s->dead++;
        s->by_reason[why]++;
        return;
    }
    snprintf(position, sizeof position, "%s/%d/%lld", topic, (int)r->pos.partition,
             (long long)r->pos.offset);
    take_ticket(s, &content, content.id.p ? content.id : slice_str(position));
    mem_free(content.block);
}

/* ---- a file ------------------------------------------------------------------------------ */

static void take_lines(struct sample *s, FILE *in)
{
    char *line = NULL;
    size_t room = 0;
    for (ssize_t n; (n = getline(&line, &room, in)) >= 0;) {
        struct record r = {.timestamp_unix_ms = -1};
        if (n > 0 && line[n - 1] == '\n')
            n--;
        r.pos.offset = s->offsets++;
        r.value = slice_of(line, (size_t)n);
        sample_take(s, &r, s->source);
    }
    free(line); /* getline's own */
}

enum status sample_file(struct sample *s, const char *path, struct fail *fail)
{
    bool standard = strcmp(path, "-") == 0;
    FILE *in = standard ? stdin : fopen(path, "re");
    if (!in)
        return fail_set(fail, ST_SYSTEM, errno, "--input: %s cannot be read: %s", path,
                        strerror(errno));
    s->source = standard ? "standard input" : path;
    errno = 0;
    take_lines(s, in);
    int why = ferror(in) ? errno : 0;
    if (!standard)
        (void)fclose(in);
    s->pending = s->offsets;
    if (why != 0)
        return fail_set(fail, ST_SYSTEM, why, "--input: %s cannot be read: %s", path,
                        strerror(why));
    return ST_OK;
}
