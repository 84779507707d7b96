/* What an endpoint is asked, one thing after the other: connection, a plain call, what to leave out
 * when that is refused, JSON modes, a model that does not exist, a token cap that
 * is too small, streams.
 *
 * Each stage makes a call, looks at what came and goes on to the next one; a stage that cannot be
 * paid is left out, which target.c notes. Load and concurrency, which need many calls, stand in
 * load.c.
 */
#include "probe/look.h"
#include "probe/target.h"

#define TRIES         3 /* of a call that is throttled or meets a server error */
#define WAIT_US       INT64_C(1000000)
#define WAIT_MOST_US  INT64_C(10000000)
#define STREAM_TOKENS 256
#define FEW_TOKENS    16

static void next(struct target *t, enum stage stage);

/* Trouble that may pass: the same again after a while. */
static bool wait_and_repeat(struct target *t, const struct llm_reply *reply)
{
    int64_t us = reply->retry_after_us > WAIT_US ? reply->retry_after_us : WAIT_US;
    bool passing = reply->failure == FAIL_THROTTLED || reply->failure == FAIL_SERVER;
    if (!passing || ++t->tries >= TRIES || us > WAIT_MOST_US)
        return false;
    target_wait(t, us);
    return true;
}

static bool send_one(struct target *t, int64_t tokens, bool stream,
                     void (*done)(struct probe_call *c, const struct llm_reply *reply))
{
    struct ask a = {.model = &t->variant,
                    .tokens = tokens,
                    .stream = stream,
                    .nonce = random_u64(&t->probe->random)};
    return target_send(t, &a, done);
}

/* Nothing answers: whatever is relaxed, another reason than the parameters is in the way. */
static bool may_be_parameters(const struct probe_trial *t)
{
    bool refused = t->failure == FAIL_CONFIG || t->failure == FAIL_REJECTED;
    return refused && t->http_status >= 400 && t->http_status != 404;
}

static void on_plain(struct probe_call *c, const struct llm_reply *reply)
{
    struct target *t = c->target;
    if (wait_and_repeat(t, reply))
        return;
    look_at_reply(reply, c->token_cap, &t->seen.plain);
    t->seen.base = t->seen.plain;
    if (probe_answered(reply->failure))
        next(t, STAGE_SCHEMA);
    else if (may_be_parameters(&t->seen.plain))
        next(t, STAGE_RELAX);
    else
        target_idle(t);
}

static void on_relaxed(struct probe_call *c, const struct llm_reply *reply)
{
    struct target *t = c->target;
    if (wait_and_repeat(t, reply))
        return;
    if (!probe_answered(reply->failure)) {
        next(t, STAGE_RELAX); /* with the next one */
        return;
    }
    look_at_reply(reply, c->token_cap, &t->seen.base);
    t->seen.relaxed = (enum probe_relax)t->relax;
    t->model = t->variant;
    next(t, STAGE_SCHEMA);
}

static void run_relax(struct target *t)
{
    do {
        t->variant = t->model;
        if (t->tries == 0)
            t->relax++;
        if (t->relax >= RELAX_COUNT) {
            target_idle(t);
            return;
        }
    } while (!ask_relax(&t->variant, (enum probe_relax)t->relax));
    if (!send_one(t, ASK_SHORT_TOKENS, false, on_relaxed))
        target_idle(t);
}

static void on_reached(void *arg, const struct llm_reached *r)
{
    struct target *t = arg;
    if (t->probe->stopped)
        return;
    t->seen.reach_tried = true;
    t->seen.reached = *r;
    if (r->ok && t->seen.key_trouble[0] == '\0')
        next(t, STAGE_PLAIN);
    else
        target_idle(t);
}

static void on_mode(struct probe_call *c, const struct llm_reply *reply)
{
    struct target *t = c->target;
    if (wait_and_repeat(t, reply))
        return;
    look_at_reply(reply, c->token_cap, &t->seen.modes[t->stage - STAGE_SCHEMA]);
    next(t, t->stage + 1);
}

/* The configured mode has been tried, and the one that took its place. */
static bool is_known(struct target *t, enum json_mode mode)
{
    if (mode == t->seen.model->json)
        t->seen.modes[mode] = t->seen.relaxed == RELAX_JSON ? t->seen.plain : t->seen.base;
    else if (mode == t->model.json)
        t->seen.modes[mode] = t->seen.base;
    else
        return false;
    return true;
}

static void run_mode(struct target *t)
{
    enum json_mode mode = (enum json_mode)(t->stage - STAGE_SCHEMA);
    t->variant = t->model;
    t->variant.json = mode;
    if (is_known(t, mode) || !send_one(t, ASK_SHORT_TOKENS, false, on_mode))
        next(t, t->stage + 1);
}

static void on_unknown_model(struct probe_call *c, const struct llm_reply *reply)
{
    struct target *t = c->target;
    if (wait_and_repeat(t, reply))
        return;
    look_at_reply(reply, c->token_cap, &t->seen.unknown_model);
    next(t, STAGE_CAP);
}

static void run_unknown_model(struct target *t)
{
    t->variant = t->model;
    t->variant.served_name = ASK_NO_MODEL;
    if (!send_one(t, FEW_TOKENS, false, on_unknown_model))
        next(t, STAGE_CAP);
}

static void on_capped(struct probe_call *c, const struct llm_reply *reply)
{
    struct target *t = c->target;
    if (wait_and_repeat(t, reply))
        return;
    look_at_reply(reply, c->token_cap, &t->seen.capped);
    next(t, STAGE_STREAM);
}

static void run_capped(struct target *t)
{
    t->variant = t->model;
    if (!send_one(t, FEW_TOKENS, false, on_capped))
        next(t, STAGE_STREAM);
}

static void on_stream(struct probe_call *c, const struct llm_reply *reply)
{
    struct target *t = c->target;
    if (wait_and_repeat(t, reply))
        return;
    struct probe_stream *s = &t->seen.streams[t->seen.stream_count++];
    look_at_stream(reply, &c->stream, c->sent_mono_us, s);
    bool good = probe_answered(s->failure) && s->events;
    next(t, good && t->seen.stream_count < PROBE_STREAMS ? STAGE_STREAM : STAGE_LOAD);
}

static void run_stream(struct target *t)
{
    int64_t tokens = t->probe->options.tokens;
    t->variant = t->model;
    if (!send_one(t, tokens < STREAM_TOKENS ? tokens : STREAM_TOKENS, true, on_stream))
        next(t, STAGE_LOAD);
}

void stage_run(void *target)
{
    struct target *t = target;
    switch (t->stage) {
    case STAGE_REACH:
        llm_client_reach(t->client, t->provider, t->endpoint, on_reached, t);
        return;
    case STAGE_PLAIN:
        t->variant = t->model;
        if (!send_one(t, ASK_SHORT_TOKENS, false, on_plain))
            target_idle(t);
        return;
    case STAGE_RELAX:
        run_relax(t);
        return;
    case STAGE_SCHEMA:
    case STAGE_OBJECT:
    case STAGE_NONE:
        run_mode(t);
        return;
    case STAGE_UNKNOWN_MODEL:
        run_unknown_model(t);
        return;
    case STAGE_CAP:
        run_capped(t);
        return;
    case STAGE_STREAM:
        run_stream(t);
        return;
    case STAGE_LOAD:
        load_run(t);
        return;
    case STAGE_STEPS:
        steps_run(t);
        return;
    }
}

static void next(struct target *t, enum stage stage)
{
    t->stage = stage;
    t->tries = 0;
    if (stage == STAGE_LOAD)
        load_begin(t);
    stage_run(t);
}

void target_begin(struct target *t, enum stage stage)
{
    t->busy = true;
    next(t, stage);
}
