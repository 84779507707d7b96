/* Reads lines, decides, prints. The decisions are those of a run, made by the same functions; what
 * happens while a run is on (an endpoint that is down, money that is spent, an answer below a
 * confidence) is not foretold.
 */
#include "cli/explain.h"

#include <stdio.h>

#include "base/json.h"
#include "base/mem.h"
#include "base/utf8.h"
#include "batch/prompt.h"
#include "cli/ticket_lines.h"
#include "report/table.h"
#include "route/chosen.h"
#include "ticket/decode.h"
#include "ticket/tokens.h"

#define ID_SHOWN 40 /* bytes of an id in the table */

struct explain {
    const struct config *config;
    const struct plan *plan;
    struct ticket_fields fields;
    int64_t system_tokens;
    bool as_json;
    struct table table;
    struct buf out, text; /* text: scratch */
    int64_t line, dead;
    int64_t *taken; /* tickets per route */
};

/* What is known of one ticket. */
struct way {
    struct ticket_content content;
    struct plan_choice choice;
    bool shadowed;
    int mirror; /* tier; -1 = none */
};

static void find_way(const struct explain *e, struct way *w)
{
    const struct config *c = e->config;
    w->shadowed = c->shadow.from >= 0 && w->content.id.p &&
                  chosen_for_shadow(w->content.id, c->shadow.percent);
    w->choice = plan_choose(e->plan, &w->content.facts, w->shadowed);
    w->mirror = plan_mirror(e->plan, &w->choice, w->shadowed);
}

/* Why a model of the tier is not asked about this ticket; NULL = it is. */
static const char *passed_over(const struct explain *e, const struct way *w, int model)
{
    struct token_cap_input in = {
        .tickets = 1,
        .cjk = language_is_cjk(w->content.facts.language),
        .prompt_tokens = e->system_tokens + w->content.est_tokens,
    };
    if (!plan_may_ask(e->plan, &w->choice, model))
        return "no vision";
    if (prompt_token_cap(&e->config->models[model], &e->config->classification, &in) == 0)
        return "its context is too small";
    return NULL;
}

static const char *tier_or(const struct explain *e, int tier, const char *none)
{
    return tier >= 0 ? e->config->tiers[tier].name : none;
}

/* ---- JSON -------------------------------------------------------------------------------- */

static void json_text(struct buf *b, const char *key, struct slice s)
{
    buf_fmt(b, ",\"%s\":", key);
    json_quote(b, s);
}

static void json_truth(struct buf *b, const char *key, bool truth)
{
    buf_fmt(b, ",\"%s\":%s", key, truth ? "true" : "false");
}

static void json_models(struct explain *e, const struct way *w)
{
    const struct plan_tier *t = plan_tier(e->plan, w->choice.tier);
    bool first = true;
    buf_str(&e->out, ",\"models\":[");
    for (int i = 0; i < t->count; i++) {
        if (passed_over(e, w, t->models[i]))
            continue;
        buf_str(&e->out, first ? "" : ",");
        json_quote(&e->out, slice_str(e->config->models[t->models[i]].name));
        first = false;
    }
    buf_str(&e->out, "],\"passed_over\":{");
    first = true;
    for (int i = 0; i < t->count; i++) {
        const char *why = passed_over(e, w, t->models[i]);
        if (!why)
            continue;
        buf_str(&e->out, first ? "" : ",");
        json_quote(&e->out, slice_str(e->config->models[t->models[i]].name));
        buf_char(&e->out, ':');
        json_quote(&e->out, slice_str(why));
        first = false;
    }
    buf_char(&e->out, '}');
}

static void json_begin_ticket(struct explain *e)
{
    buf_fmt(&e->out, "%s{\"line\":%lld", e->line > 1 ? ",\n" : "\n", (long long)e->line);
}

static void json_way(struct explain *e, const struct way *w)
{
    const struct facts *f = &w->content.facts;
    struct buf *b = &e->out;
    json_begin_ticket(e);
    json_text(b, "ticket_id", w->content.id);
    json_text(b, "language", facts_language(&w->content.facts));
    json_text(b, "language_by", slice_str(f->language_tag.p ? "field" : "script"));
    json_truth(b, "code", f->has_code);
    json_truth(b, "image", f->has_image);
    buf_fmt(b, ",\"bytes\":%lld,\"rule\":%d", (long long)f->text_bytes, w->choice.route + 1);
    json_text(b, "label", slice_str(plan_route_label(e->plan, w->choice.route)));
    json_text(b, "why", buf_view(&e->text));
    json_text(b, "tier", slice_str(tier_or(e, w->choice.tier, NULL)));
    json_models(e, w);
    json_text(b, "otherwise", slice_str(tier_or(e, w->choice.otherwise, NULL)));
    json_text(b, "escalate", slice_str(tier_or(e, w->choice.escalate, NULL)));
    json_text(b, "shadow",
              slice_str(w->choice.replaced ? "replace"
                        : w->mirror >= 0   ? "mirror"
                                           : NULL));
    json_text(b, "shadow_tier", slice_str(tier_or(e, w->mirror, NULL)));
    buf_char(b, '}');
}

static void json_dead(struct explain *e, enum reason why, const char *detail)
{
    json_begin_ticket(e);
    json_text(&e->out, "dead_letter", slice_str(reason_name(why)));
    json_text(&e->out, "detail", slice_str(detail));
    buf_char(&e->out, '}');
}

static void json_begin(struct explain *e, struct slice notes)
{
    buf_str(&e->out, "{\"schema\":\"ticketmill.explain/1\",\"notes\":[");
    for (bool first = true; notes.n > 0; first = false) {
        size_t n = (size_t)slice_find(notes, SLICE_LIT("\n"));
        buf_str(&e->out, first ? "" : ",");
        json_quote(&e->out, slice_of(notes.p, n));
        notes = slice_of(notes.p + n + 1, notes.n - n - 1);
    }
    buf_str(&e->out, "],\"tickets\":[");
}

static void json_end(struct explain *e)
{
    buf_str(&e->out, "],\n\"rules\":[");
    for (int i = 0; i < e->config->route_count; i++) {
        buf_fmt(&e->out, "%s{\"rule\":%d", i > 0 ? "," : "", i + 1);
        json_text(&e->out, "label", slice_str(plan_route_label(e->plan, i)));
        buf_fmt(&e->out, ",\"tickets\":%lld}", (long long)e->taken[i]);
    }
    buf_fmt(&e->out, "],\"dead_letters\":%lld}\n", (long long)e->dead);
}

/* ---- the table ---------------------------------------------------------------------------- */

static const char *const heads[] = {"ticket", "language", "code",      "image",  "bytes",
                                    "tier",   "models",   "otherwise", "shadow", "why"};
enum { COLUMNS = sizeof heads / sizeof *heads };

static void cell_id(struct explain *e, struct slice id)
{
    struct buf text;
    buf_init(&text, SIZE_MAX);
    if (!id.p)
        buf_fmt(&text, "line %lld", (long long)e->line);
    else if (id.n <= ID_SHOWN)
        buf_slice(&text, id);
    else
        buf_fmt(&text, SLICE_FMT "…", (int)utf8_floor(id, ID_SHOWN), id.p);
    table_cell(&e->table, text.p);
    buf_deinit(&text);
}

static void cell_models(struct explain *e, const struct way *w)
{
    const struct plan_tier *t = plan_tier(e->plan, w->choice.tier);
    struct buf text;
    buf_init(&text, SIZE_MAX);
    for (int i = 0; i < t->count; i++) {
        if (!passed_over(e, w, t->models[i]))
            buf_fmt(&text, "%s%s", text.n > 0 ? ", " : "", e->config->models[t->models[i]].name);
    }
    table_cell(&e->table, text.n > 0 ? text.p : "none");
    buf_deinit(&text);
}

static void table_way(struct explain *e, const struct way *w)
{
    const struct facts *f = &w->content.facts;
    char language[64];
    snprintf(language, sizeof language, SLICE_FMT " (%s)",
             SLICE_ARG(facts_language(&w->content.facts)), f->language_tag.p ? "field" : "script");
    cell_id(e, w->content.id);
    table_cell(&e->table, language);
    table_cell(&e->table, f->has_code ? "yes" : "-");
    table_cell(&e->table, f->has_image ? "yes" : "-");
    table_count(&e->table, f->text_bytes);
    table_cell(&e->table, tier_or(e, w->choice.tier, "-"));
    cell_models(e, w);
    table_cell(&e->table, tier_or(e, w->choice.otherwise, "-"));
    table_cell(&e->table, w->choice.replaced ? "replaced" : tier_or(e, w->mirror, "-"));
    table_cell(&e->table, buf_view(&e->text).p);
}

static void table_dead(struct explain *e, enum reason why, const char *detail)
{
    cell_id(e, SLICE_NONE);
    for (int i = 1; i < COLUMNS - 1; i++)
        table_cell(&e->table, "-");
    buf_fmt(&e->text, "dead letter, %s: %s", reason_name(why), detail);
    table_cell(&e->table, e->text.p);
}

static void table_rules(struct explain *e)
{
    static const char *const columns[] = {"rule", "when", "tier", "tickets"};
    struct table t;
    table_init(&t, columns, "rllr", 4);
    for (int i = 0; i < e->config->route_count; i++) {
        table_count(&t, i + 1);
        table_cell(&t, plan_route_label(e->plan, i));
        table_cell(&t, e->config->tiers[e->config->routes[i].tier].name);
        table_count(&t, e->taken[i]);
    }
    buf_char(&e->out, '\n');
    table_print(&t, &e->out);
    buf_fmt(&e->out, "\n  %lld of %lld would be dead letters\n", (long long)e->dead,
            (long long)e->line);
}

/* ---- line by line ------------------------------------------------------------------------- */

static void flush(struct explain *e)
{
    fwrite(e->out.p, 1, e->out.n, stdout);
    buf_clear(&e->out);
}

static void take_line(void *self, struct slice line)
{
    struct explain *e = self;
    const struct record rec = {.timestamp_unix_ms = -1, .key = SLICE_NONE, .value = line};
    struct way w;
    enum reason why;
    char detail[TICKET_DETAIL_SIZE];
    e->line++;
    buf_clear(&e->text);
    if (!ticket_decode(&e->config->ticket, e->fields, &rec, &w.content, &why, detail)) {
        e->dead++;
        (e->as_json ? json_dead : table_dead)(e, why, detail);
        flush(e);
        return;
    }
    find_way(e, &w);
    e->taken[w.choice.route]++;
    plan_why(e->plan, &w.choice, &w.content.facts, &e->text);
    (e->as_json ? json_way : table_way)(e, &w);
    flush(e);
    mem_free(w.content.block);
}

static int64_t system_tokens(const struct config *c)
{
    struct buf text;
    buf_init(&text, SIZE_MAX);
    prompt_system(&c->classification, &text);
    int64_t tokens = tokens_estimate(buf_view(&text));
    buf_deinit(&text);
    return tokens;
}

static int explain_lines(struct explain *e, struct slice notes, FILE *f, const char *path)
{
    if (e->as_json)
        json_begin(e, notes);
    else
        table_init(&e->table, heads, "llllrlllll", COLUMNS);
    int code = ticket_lines_read("check", path, f, take_line, e);
    if (e->as_json) {
        json_end(e);
    } else {
        table_print(&e->table, &e->out);
        table_rules(e);
    }
    flush(e);
    return code;
}

int explain_file(const struct config *c, const struct plan *plan, struct slice notes,
                 const char *path, bool as_json)
{
    struct explain e = {.config = c, .plan = plan, .as_json = as_json};
    FILE *f = ticket_lines_open("check", path);
    if (!f)
        return status_exit(ST_SYSTEM);
    e.fields.v = plan_fields(plan, &e.fields.count);
    e.system_tokens = system_tokens(c);
    e.taken = mem_array((size_t)c->route_count, sizeof *e.taken);
    buf_init(&e.out, SIZE_MAX);
    buf_init(&e.text, SIZE_MAX);
    int code = explain_lines(&e, notes, f, path);
    buf_deinit(&e.text);
    buf_deinit(&e.out);
    mem_free(e.taken);
    return code;
}
