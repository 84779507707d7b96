/* `check --prices --format json`: the same as the table, amounts as exact integers and as the
 * decimals of the configuration.
 */
#include <stdio.h>

#include "cli/prices.h"
#include "report/json_out.h"

#define DAY_US INT64_C(86400000000)

static void add_rate(struct json_out *j, const char *key, int64_t rate)
{
    char text[PRICE_TEXT_SIZE];
    price_text(rate, text);
    json_out_text(j, key, slice_str(text));
}

static void add_price(struct json_out *j, const char *key, const struct price *p)
{
    json_out_open(j, key, '{');
    add_rate(j, "input", p->input);
    add_rate(j, "cached_input", p->cached);
    add_rate(j, "cache_write", p->cache_write);
    add_rate(j, "output", p->output);
    json_out_i64(j, "input_pusd_per_token", p->input);
    json_out_i64(j, "cached_input_pusd_per_token", p->cached);
    json_out_i64(j, "cache_write_pusd_per_token", p->cache_write);
    json_out_i64(j, "output_pusd_per_token", p->output);
    json_out_close(j, '}');
}

static void add_minute(struct json_out *j, const char *key, int minute)
{
    char text[16];
    snprintf(text, sizeof text, "%02d:%02d", minute / 60, minute % 60);
    json_out_text(j, key, slice_str(text));
}

static void add_window(struct json_out *j, const struct price_row *r)
{
    static const char *const days[] = {"mon", "tue", "wed", "thu", "fri", "sat", "sun"};
    if (r->at.window < 0) {
        json_out_text(j, "window", SLICE_NONE);
        return;
    }
    const struct config_price_window *w = &r->model->prices[r->at.period].windows[r->at.window];
    json_out_open(j, "window", '{');
    add_minute(j, "from", w->from_minute);
    add_minute(j, "to", w->to_minute);
    json_out_open(j, "weekdays", '[');
    for (int i = 0; i < 7; i++) {
        if ((w->weekdays >> i & 1) != 0)
            json_out_text(j, NULL, slice_str(days[i]));
    }
    json_out_close(j, ']');
    json_out_close(j, '}');
}

static void add_in_force(struct json_out *j, const struct price_row *r, int64_t now)
{
    bool dated = r->from_unix_us != INT64_MIN;
    add_price(j, "usd_per_million", &r->price);
    json_out_time(j, "since", dated ? r->from_unix_us : 0);
    json_out_known(j, "age_days", dated ? (now - r->from_unix_us) / DAY_US : -1);
    add_window(j, r);
    if (price_is_flex(r->model))
        add_rate(j, "flex", r->model->prices[r->at.period].flex_ppm);
    else
        json_out_text(j, "flex", SLICE_NONE);
}

static void add_multiple(struct json_out *j, const struct price_row *r)
{
    char text[32];
    snprintf(text, sizeof text, "%lld.%lld", (long long)(r->multiple_tenths / 10),
             (long long)(r->multiple_tenths % 10));
    json_out_number(j, "multiple", r->multiple_tenths < 0 ? "null" : text);
}

static void add_row(struct json_out *j, const struct price_row *r, int64_t now)
{
    const char *tier = r->model->service_tier;
    json_out_open(j, NULL, '{');
    json_out_text(j, "model", slice_str(r->model->name));
    json_out_text(j, "served_name", slice_str(r->model->served_name));
    json_out_text(j, "provider", slice_str(r->provider));
    json_out_text(j, "service_tier", tier ? slice_str(tier) : SLICE_NONE);
    json_out_bool(j, "priced", r->price.priced);
    if (r->price.priced)
        add_in_force(j, r, now);
    add_multiple(j, r);
    if (r->next_unix_us == INT64_MAX) {
        json_out_text(j, "next_change", SLICE_NONE);
    } else {
        json_out_open(j, "next_change", '{');
        json_out_time(j, "at", r->next_unix_us);
        add_price(j, "usd_per_million", &r->next);
        json_out_close(j, '}');
    }
    json_out_close(j, '}');
}

void prices_json(const struct price_list *l, struct buf *out)
{
    struct json_out j = {.out = out};
    json_out_open(&j, NULL, '{');
    json_out_text(&j, "schema", SLICE_LIT("ticketmill.prices/1"));
    json_out_time(&j, "at", l->now_unix_us);
    json_out_text(&j, "baseline",
                  l->baseline < 0 ? SLICE_NONE : slice_str(l->rows[l->baseline].model->name));
    json_out_open(&j, "models", '[');
    for (int i = 0; i < l->count; i++)
        add_row(&j, &l->rows[i], l->now_unix_us);
    json_out_close(&j, ']');
    json_out_close(&j, '}');
    buf_char(out, '\n');
}
