/* Request bodies.
 *
 * Sits between batch/ (which writes the messages) and client.c (which sends the bytes). The body
 * is three fixed pieces with the user message and the token cap between them; the pieces are made
 * when the run starts, from the model's settings. Nothing is decided here call by call.
 */
#include "llm/request.h"

#include <inttypes.h>
#include <string.h>

#include "base/json.h"
#include "base/mem.h"

struct llm_template {
    struct buf head;   /* up to the user message */
    struct buf middle; /* up to the number of the token cap */
    struct buf tail;
};

/* What a bound on the cost or the meaning of the answer hangs on. */
static const char *const controlled[] = {"model",
                                         "messages",
                                         "stream",
                                         "stream_options",
                                         "n",
                                         "best_of",
                                         "max_tokens",
                                         "max_completion_tokens",
                                         "max_output_tokens"};

static enum status check_extra(const struct config_model *model, const json *extra,
                               struct fail *fail)
{
    for (const json *v = json_first(extra); v != NULL; v = json_next(v)) {
        const char *key = json_key(v);
        bool bad = strcmp(key, model->token_param) == 0;
        for (size_t i = 0; !bad && i < sizeof controlled / sizeof controlled[0]; i++)
            bad = strcmp(key, controlled[i]) == 0;
        if (bad)
            return fail_set(fail, ST_CONFIG, 0,
                            "models.%s.extra_body: '%s' cannot be set here, ticketmill sets it",
                            model->name, key);
    }
    return ST_OK;
}

static void add_key(struct buf *b, const char *key)
{
    buf_char(b, ',');
    json_quote(b, slice_str(key));
    buf_char(b, ':');
}

/* 200000 -> 0.2 */
static void add_millionths(struct buf *b, int64_t ppm)
{
    char digits[8];
    int n = 6;
    buf_i64(b, ppm / 1000000);
    for (int64_t rest = ppm % 1000000, i = 5; i >= 0; i--, rest /= 10)
        digits[i] = (char)('0' + rest % 10);
    while (n > 0 && digits[n - 1] == '0')
        n--;
    if (n > 0)
        buf_char(b, '.');
    buf_add(b, digits, (size_t)n);
}

/* Strict answer schema: all members required, nothing else, no limits. Ids are not in it: a
 * schema that changes from call to call costs time at the provider. */
static void add_schema(struct buf *b, const struct config_classification *c)
{
    bool summary = c->summary_chars > 0;
    buf_str(b, "{\"type\":\"json_schema\",\"json_schema\":{\"name\":\"results\",\"strict\":true,"
               "\"schema\":{\"type\":\"object\",\"properties\":{\"results\":{\"type\":\"array\","
               "\"items\":{\"type\":\"object\",\"properties\":{\"id\":{\"type\":\"string\"},"
               "\"category\":{\"type\":\"string\",\"enum\":[");
    for (int i = 0; i < c->category_count; i++) {
        if (i > 0)
            buf_char(b, ',');
        json_quote(b, slice_str(c->categories[i].name));
    }
    buf_str(b, "]},\"confidence\":{\"type\":\"number\"}");
    buf_str(b, summary ? ",\"summary\":{\"type\":\"string\"}" : "");
    buf_str(b, "},\"required\":[\"id\",\"category\",\"confidence\"");
    buf_str(b, summary ? ",\"summary\"" : "");
    buf_str(b, "],\"additionalProperties\":false}}},\"required\":[\"results\"],"
               "\"additionalProperties\":false}}}");
}

static void add_response_format(struct buf *b, const struct config *config, enum json_mode mode)
{
    switch (mode) {
    case JSON_MODE_NONE:
        return;
    case JSON_MODE_OBJECT:
        add_key(b, "response_format");
        buf_str(b, "{\"type\":\"json_object\"}");
        return;
    case JSON_MODE_SCHEMA:
        add_key(b, "response_format");
        add_schema(b, &config->classification);
        return;
    }
}

static void add_head(struct buf *b, const struct config_model *model, struct slice system)
{
    buf_str(b, "{\"model\":");
    json_quote(b, slice_str(model->served_name));
    buf_str(b, ",\"messages\":[{\"role\":\"system\",\"content\":");
    json_quote(b, system);
    buf_str(b, "},{\"role\":\"user\",\"content\":");
}

static void add_middle(struct buf *b, const struct config_model *model, const json *extra)
{
    buf_str(b, "}]");
    if (model->temperature_ppm != CONFIG_OFF && json_get(extra, "temperature") == NULL) {
        add_key(b, "temperature");
        add_millionths(b, model->temperature_ppm);
    }
    add_key(b, model->token_param);
}

/* Members of extra_body go out as they stand in it: a large number is no double. */
static void add_tail(struct buf *b, const struct config *config, const struct config_model *model,
                     const json *extra)
{
    if (json_get(extra, "response_format") == NULL)
        add_response_format(b, config, model->json);
    if (model->service_tier != NULL && json_get(extra, "service_tier") == NULL) {
        add_key(b, "service_tier");
        json_quote(b, slice_str(model->service_tier));
    }
    for (const json *v = json_first(extra); v != NULL; v = json_next(v)) {
        add_key(b, json_key(v));
        buf_slice(b, json_raw_member(slice_str(model->extra_body), json_key(v)));
    }
    buf_char(b, '}');
}

static enum status make(const struct config *config, int model, struct slice system,
                        const char *stream, struct llm_template **out, struct fail *fail)
{
    const struct config_model *m = &config->models[model];
    json *extra = NULL;
    enum status st = json_parse(slice_str(m->extra_body), JSON_MAX_DEPTH, &extra);
    if (st != ST_OK || !json_is(extra, JSON_OBJECT))
        st = fail_set(fail, ST_CONFIG, 0, "models.%s.extra_body: not a JSON object", m->name);
    else
        st = check_extra(m, extra, fail);
    if (st == ST_OK) {
        struct llm_template *t = mem_zalloc(sizeof *t);
        buf_init(&t->head, SIZE_MAX);
        buf_init(&t->middle, SIZE_MAX);
        buf_init(&t->tail, SIZE_MAX);
        add_head(&t->head, m, system);
        add_middle(&t->middle, m, extra);
        buf_str(&t->tail, stream);
        add_tail(&t->tail, config, m, extra);
        *out = t;
    }
    json_free(extra);
    return st;
}

enum status llm_template_new(const struct config *config, int model, struct slice system,
                             struct llm_template **out, struct fail *fail)
{
    return make(config, model, system, ",\"stream\":false", out, fail);
}

enum status llm_template_new_stream(const struct config *config, int model, struct slice system,
                                    struct llm_template **out, struct fail *fail)
{
    static const char stream[] = ",\"stream\":true,\"stream_options\":{\"include_usage\":true}";
    return make(config, model, system, stream, out, fail);
}

void llm_template_free(struct llm_template *t)
{
    if (t == NULL)
        return;
    buf_deinit(&t->head);
    buf_deinit(&t->middle);
    buf_deinit(&t->tail);
    mem_free(t);
}

void llm_request_build(const struct llm_template *t, struct slice user_json, int64_t token_cap,
                       struct buf *out)
{
    buf_slice(out, buf_view(&t->head));
    json_quote(out, user_json);
    buf_slice(out, buf_view(&t->middle));
    buf_i64(out, token_cap);
    buf_slice(out, buf_view(&t->tail));
}
