/* What `check --prices` shows, worked out from the configuration and printed as a table.
 *
 * Rates and their changes come from route/price.c, so that what is shown is what a run would book.
 * JSON is prices_json.c's.
 */
#include "cli/prices.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/mem.h"
#include "model/money.h"
#include "report/table.h"

#define BASELINE "deepseek-v4-flash"
#define DAY_US   INT64_C(86400000000)

void price_text(int64_t pusd_per_token, char out[PRICE_TEXT_SIZE])
{
    size_t n;
    snprintf(out, PRICE_TEXT_SIZE, "%lld.%06lld", (long long)(pusd_per_token / 1000000),
             (long long)(pusd_per_token % 1000000));
    n = strlen(out);
    for (int cut = 0; cut < 4 && out[n - 1] == '0'; cut++)
        out[--n] = '\0';
}

/* ---- collecting -------------------------------------------------------------------------- */

static struct price_row row_of(const struct config *c, const struct config_model *m, int64_t now)
{
    struct price_row r = {.model = m,
                          .provider = c->providers[m->provider].name,
                          .at = {-1, -1},
                          .from_unix_us = INT64_MIN,
                          .multiple_tenths = -1};
    int index = price_index(m, now);
    if (index >= 0) {
        r.at = price_place(m, index);
        r.price = price_at(m, index);
        r.from_unix_us = m->prices[r.at.period].from_unix_us;
    }
    r.next_unix_us = price_until(m, now);
    if (r.next_unix_us != INT64_MAX)
        r.next = price_at(m, price_index(m, r.next_unix_us));
    return r;
}

static bool is_cheaper(const struct price_list *l, int row, int than)
{
    return l->rows[row].price.priced &&
           (than < 0 || l->rows[row].price.output < l->rows[than].price.output);
}

static int choose_baseline(const struct config *c, const struct price_list *l)
{
    int best = -1;
    for (int i = 0; i < l->count; i++) {
        if (strcmp(l->rows[i].model->name, BASELINE) == 0 && l->rows[i].price.priced)
            return i;
    }
    for (int i = 0; c->tier_count > 0 && i < c->tiers[0].model_count; i++) {
        if (is_cheaper(l, c->tiers[0].models[i], best))
            best = c->tiers[0].models[i];
    }
    for (int i = 0; best < 0 && i < l->count; i++) {
        if (is_cheaper(l, i, best))
            best = i;
    }
    return best;
}

void prices_collect(const struct config *c, int64_t now_unix_us, struct price_list *out)
{
    *out = (struct price_list){.now_unix_us = now_unix_us, .count = c->model_count};
    out->rows = mem_array((size_t)c->model_count, sizeof *out->rows);
    for (int i = 0; i < c->model_count; i++)
        out->rows[i] = row_of(c, &c->models[i], now_unix_us);
    out->baseline = choose_baseline(c, out);
    int64_t base = out->baseline < 0 ? 0 : out->rows[out->baseline].price.output;
    for (int i = 0; base > 0 && i < out->count; i++) {
        struct price_row *r = &out->rows[i];
        if (r->price.priced)
            r->multiple_tenths = (int64_t)(((__int128)r->price.output * 10 + base / 2) / base);
    }
}

void prices_deinit(struct price_list *l)
{
    mem_free(l->rows);
}

/* ---- the table --------------------------------------------------------------------------- */

#define WHEN_SIZE 48

/* "2026-11-25 22:00", or its first part only. */
static void utc_text(int64_t unix_us, bool date_only, char out[WHEN_SIZE])
{
    time_t seconds = (time_t)(unix_us / 1000000);
    struct tm tm;
    if (gmtime_r(&seconds, &tm) == NULL || strftime(out, WHEN_SIZE, "%Y-%m-%d %H:%M", &tm) == 0)
        memcpy(out, "?", 2);
    else if (date_only)
        *strchr(out, ' ') = '\0';
}

static void add_price(struct table *t, int64_t rate)
{
    char text[PRICE_TEXT_SIZE];
    price_text(rate, text);
    table_cell(t, text);
}

static void add_rates(struct table *t, const struct price_row *r)
{
    char text[32] = "-";
    if (!r->price.priced) {
        table_cell(t, "unpriced");
        for (int i = 0; i < 4; i++)
            table_cell(t, "-");
        return;
    }
    add_price(t, r->price.input);
    add_price(t, r->price.cached);
    add_price(t, r->price.cache_write);
    add_price(t, r->price.output);
    if (r->multiple_tenths >= 0)
        snprintf(text, sizeof text, "%lld.%lld", (long long)(r->multiple_tenths / 10),
                 (long long)(r->multiple_tenths % 10));
    table_cell(t, text);
}

/* "01:00-04:00 UTC, flex x 0.5" */
static void add_terms(struct table *t, const struct price_row *r)
{
    char text[96] = "-", factor[PRICE_TEXT_SIZE];
    size_t n = 0;
    if (r->price.priced) {
        const struct config_price *p = &r->model->prices[r->at.period];
        const struct config_price_window *w = r->at.window < 0 ? NULL : &p->windows[r->at.window];
        if (w)
            n = (size_t)snprintf(text, sizeof text, "%02d:%02d-%02d:%02d UTC", w->from_minute / 60,
                                 w->from_minute % 60, w->to_minute / 60, w->to_minute % 60);
        else
            n = (size_t)snprintf(text, sizeof text, "%s",
                                 p->window_count > 0 ? "outside windows" : "all day");
        price_text(p->flex_ppm, factor);
        if (price_is_flex(r->model))
            snprintf(text + n, sizeof text - n, ", flex x %s", factor);
    }
    table_cell(t, text);
}

static void add_age(struct table *t, const struct price_row *r, int64_t now)
{
    char text[WHEN_SIZE] = "-", age[32] = "-";
    if (r->price.priced && r->from_unix_us == INT64_MIN)
        snprintf(text, sizeof text, "ever since");
    if (r->price.priced && r->from_unix_us != INT64_MIN) {
        utc_text(r->from_unix_us, true, text);
        snprintf(age, sizeof age, "%lld d", (long long)((now - r->from_unix_us) / DAY_US));
    }
    table_cell(t, text);
    table_cell(t, age);
}

static void add_next(struct table *t, const struct price_row *r)
{
    char text[160] = "-", when[WHEN_SIZE], input[PRICE_TEXT_SIZE], output[PRICE_TEXT_SIZE];
    if (r->next_unix_us != INT64_MAX) {
        utc_text(r->next_unix_us, false, when);
        price_text(r->next.input, input);
        price_text(r->next.output, output);
        snprintf(text, sizeof text, "%s to %s in, %s out", when, input, output);
    }
    table_cell(t, text);
}

static void add_notes(const struct price_list *l, struct buf *out)
{
    const struct price_row *base = l->baseline < 0 ? NULL : &l->rows[l->baseline];
    int unpriced = 0;
    for (int i = 0; i < l->count; i++)
        unpriced += !l->rows[i].price.priced;
    if (base)
        buf_fmt(out,
                "\nMultiples are those of the output price of %s. Each rate is per million "
                "tokens; times are UTC.\n",
                base->model->name);
    if (unpriced > 0)
        buf_fmt(out,
                "%sUnpriced: %d. A run with a budget passes them over; give each a "
                "models.<name>.price to use it.\n",
                base ? "" : "\n", unpriced);
}

void prices_text(const struct price_list *l, struct buf *out)
{
    static const char *const heads[] = {"model",       "provider", "input",      "cached",
                                        "cache write", "output",   "multiple",   "terms",
                                        "since",       "age",      "next change"};
    struct table t;
    char now[WHEN_SIZE];
    utc_text(l->now_unix_us, false, now);
    buf_fmt(out, "Prices in force at %s UTC, USD per million tokens\n\n", now);
    table_init(&t, heads, "llrrrrrllrl", (int)(sizeof heads / sizeof *heads));
    for (int i = 0; i < l->count; i++) {
        const struct price_row *r = &l->rows[i];
        table_cell(&t, r->model->name);
        table_cell(&t, r->provider);
        add_rates(&t, r);
        add_terms(&t, r);
        add_age(&t, r, l->now_unix_us);
        add_next(&t, r);
    }
    table_print(&t, out);
    add_notes(l, out);
}
