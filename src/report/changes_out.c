/* What a campaign changed, for people and for programs. Works nothing out but shares and means. */
#include "report/changes.h"

#include <stdio.h>

#include "base/human.h"
#include "model/money_show.h"
#include "report/json_out.h"
#include "report/routing.h"
#include "report/table.h"

#define COLUMNS(heads) (int)(sizeof(heads) / sizeof *(heads))
#define MOVES_SHOWN    20

/* --- for people ----------------------------------------------------------------------------- */

static void percent(const struct change_group *g, char out[32])
{
    snprintf(out, 32, "%.1f %%", g->tickets > 0 ? (double)g->same * 100 / (double)g->tickets : 0);
}

static void confidence(const struct change_group *g, char out[32])
{
    snprintf(out, 32, "%+.3f",
             g->tickets > 0 ? (double)g->confidence_ppm / 1e6 / (double)g->tickets : 0);
}

static void side_row(struct table *t, const char *what, const struct change_group *g,
                     const struct change_side *s)
{
    table_cell(t, what);
    if (g->priced > 0)
        table_usd_per_1000(t, s->cost_pusd, g->priced);
    else
        table_cell(t, "unpriced");
    table_count(t, s->input_tokens);
    table_count(t, s->cached_tokens);
    table_count(t, s->output_tokens);
    table_count(t, s->needs_review);
}

static void sides(const struct changes *c, struct buf *out)
{
    static const char *const heads[] = {"",       "USD per 1,000", "input",
                                        "cached", "output tokens", "needs review"};
    struct table t;
    buf_char(out, '\n');
    table_init(&t, heads, "lrrrrr", COLUMNS(heads));
    side_row(&t, "before", &c->all, &c->all.before);
    side_row(&t, "campaign", &c->all, &c->all.after);
    table_print(&t, out);
}

static void bases_rows(struct table *t, const char *what, const struct change_bases *b)
{
    for (size_t i = 0; i < b->count; i++) {
        char version[13];
        snprintf(version, sizeof version, "%s", b->v[i].prompt_version);
        table_cell(t, what);
        table_cell(t, b->v[i].model);
        table_cell(t, version);
        table_count(t, b->v[i].tickets);
    }
}

static void bases(const struct changes *c, struct buf *out)
{
    static const char *const heads[] = {"", "model", "prompt", "tickets"};
    struct table t;
    buf_char(out, '\n');
    table_init(&t, heads, "lllr", COLUMNS(heads));
    bases_rows(&t, "before", &c->before);
    bases_rows(&t, "campaign", &c->after);
    table_print(&t, out);
}

static void categories(const struct changes *c, struct buf *out)
{
    static const char *const heads[] = {"category before", "tickets",  "same",
                                        "confidence",      "cost was", "cost is"};
    struct table t;
    buf_char(out, '\n');
    table_init(&t, heads, "lrrrrr", COLUMNS(heads));
    for (size_t i = 0; i < c->category_count; i++) {
        const struct change_group *g = &c->categories[i];
        char text[32];
        table_cell(&t, g->category);
        table_count(&t, g->tickets);
        percent(g, text);
        table_cell(&t, text);
        confidence(g, text);
        table_cell(&t, text);
        table_usd(&t, g->priced > 0 ? g->before.cost_pusd : -1);
        table_usd(&t, g->priced > 0 ? g->after.cost_pusd : -1);
    }
    table_print(&t, out);
}

static void examples(const struct change_move *m, struct buf *out)
{
    for (size_t k = 0; k < CHANGES_EXAMPLES && m->examples[k]; k++)
        buf_fmt(out, "%s%s", k > 0 ? ", " : "", m->examples[k]);
}

static void moves(const struct changes *c, struct buf *out)
{
    static const char *const heads[] = {"from", "to", "tickets", "for example"};
    struct table t;
    buf_char(out, '\n');
    table_init(&t, heads, "llrl", COLUMNS(heads));
    for (size_t i = 0; i < c->move_count && i < MOVES_SHOWN; i++) {
        struct buf text;
        buf_init(&text, SIZE_MAX);
        examples(&c->moves[i], &text);
        table_cell(&t, c->moves[i].from);
        table_cell(&t, c->moves[i].to);
        table_count(&t, c->moves[i].tickets);
        table_cell(&t, text.p ? text.p : "");
        buf_deinit(&text);
    }
    table_print(&t, out);
    if (c->move_count > MOVES_SHOWN)
        buf_fmt(out, "  and %zu more kinds of moves (--format json lists them all)\n",
                c->move_count - MOVES_SHOWN);
}

static void other_ends(const struct changes *c, struct buf *out)
{
    const struct {
        int64_t n;
        const char *text;
    } lines[] = {
        {c->died, "had a result and became dead letters"},
        {c->revived, "were dead letters and have a result now"},
        {c->dead_twice, "are dead letters on both sides"},
        {c->only_after, "are in the campaign alone"},
        {c->only_before, "are not in the campaign (yet)"},
    };
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        char count[HUMAN_SIZE];
        human_count(lines[i].n, count);
        if (lines[i].n > 0)
            buf_fmt(out, "  %s %s\n", count, lines[i].text);
    }
}

void changes_text(const struct changes *c, const char *campaign, struct buf *out)
{
    char count[HUMAN_SIZE], moved[HUMAN_SIZE], same[32], more[32];
    int64_t low, high;
    human_count(c->all.tickets, count);
    human_count(c->all.tickets - c->all.same, moved);
    percent(&c->all, same);
    confidence(&c->all, more);
    report_interval(c->all.same, c->all.tickets, &low, &high);
    buf_fmt(out, "Campaign %s: %s tickets compared, %s moved to another category\n", campaign,
            count, moved);
    if (c->all.tickets > 0)
        buf_fmt(out,
                "  same category %s (95 %% interval %.1f to %.1f %%), confidence %s on average\n",
                same, (double)low / 1e4, (double)high / 1e4, more);
    other_ends(c, out);
    if (c->all.tickets == 0)
        return;
    sides(c, out);
    bases(c, out);
    categories(c, out);
    if (c->move_count > 0)
        moves(c, out);
}

/* --- for programs --------------------------------------------------------------------------- */

static void json_side(struct json_out *j, const char *key, const struct change_group *g,
                      const struct change_side *s)
{
    json_out_open(j, key, '{');
    json_out_usd(j, "cost", g->priced > 0 ? s->cost_pusd : -1);
    json_out_i64(j, "input_tokens", s->input_tokens);
    json_out_i64(j, "cached_tokens", s->cached_tokens);
    json_out_i64(j, "output_tokens", s->output_tokens);
    json_out_i64(j, "needs_review", s->needs_review);
    json_out_close(j, '}');
}

static void json_group(struct json_out *j, const struct change_group *g)
{
    json_out_i64(j, "tickets", g->tickets);
    json_out_i64(j, "same_category", g->same);
    json_out_i64(j, "confidence_difference_ppm_sum", g->confidence_ppm);
    json_out_i64(j, "priced", g->priced);
    json_side(j, "before", g, &g->before);
    json_side(j, "campaign", g, &g->after);
}

static void json_bases(struct json_out *j, const char *key, const struct change_bases *b)
{
    json_out_open(j, key, '[');
    for (size_t i = 0; i < b->count; i++) {
        json_out_open(j, NULL, '{');
        json_out_text(j, "model", slice_str(b->v[i].model));
        json_out_text(j, "prompt_version", slice_str(b->v[i].prompt_version));
        json_out_i64(j, "tickets", b->v[i].tickets);
        json_out_close(j, '}');
    }
    json_out_close(j, ']');
}

static void json_moves(struct json_out *j, const struct changes *c)
{
    json_out_open(j, "moves", '[');
    for (size_t i = 0; i < c->move_count; i++) {
        const struct change_move *m = &c->moves[i];
        json_out_open(j, NULL, '{');
        json_out_text(j, "from", slice_str(m->from));
        json_out_text(j, "to", slice_str(m->to));
        json_out_i64(j, "tickets", m->tickets);
        json_out_open(j, "examples", '[');
        for (size_t k = 0; k < CHANGES_EXAMPLES && m->examples[k]; k++)
            json_out_text(j, NULL, slice_str(m->examples[k]));
        json_out_close(j, ']');
        json_out_close(j, '}');
    }
    json_out_close(j, ']');
}

void changes_json(const struct changes *c, const char *campaign, struct buf *out)
{
    struct json_out j = {.out = out};
    json_out_open(&j, NULL, '{');
    json_out_text(&j, "schema", SLICE_LIT("ticketmill.changes/1"));
    json_out_text(&j, "campaign", slice_str(campaign));
    json_out_open(&j, "compared", '{');
    json_group(&j, &c->all);
    json_out_close(&j, '}');
    json_out_i64(&j, "result_to_dead", c->died);
    json_out_i64(&j, "dead_to_result", c->revived);
    json_out_i64(&j, "dead_on_both_sides", c->dead_twice);
    json_out_i64(&j, "only_before", c->only_before);
    json_out_i64(&j, "only_campaign", c->only_after);
    json_bases(&j, "before_models", &c->before);
    json_bases(&j, "campaign_models", &c->after);
    json_out_open(&j, "categories", '[');
    for (size_t i = 0; i < c->category_count; i++) {
        json_out_open(&j, NULL, '{');
        json_out_text(&j, "category", slice_str(c->categories[i].category));
        json_group(&j, &c->categories[i]);
        json_out_close(&j, '}');
    }
    json_out_close(&j, ']');
    json_moves(&j, c);
    json_out_close(&j, '}');
    buf_char(out, '\n');
}
