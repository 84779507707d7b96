/* Prices: the set of rates in force, when it changes, and the upper bound of a call.
 *
 * Called by the pipeline before a call is sent, and by what tells people about prices. Stores
 * nothing: the ledger numbers the prices; what a call did cost is worked out with its shares in
 * batch/.
 */
#include "route/price.h"

#include <assert.h>
#include <string.h>

#include "model/money.h"

#define PPM       1000000
#define MINUTE_US INT64_C(60000000)
#define DAY_US    (1440 * MINUTE_US)
#define WEEK      7
#define THURSDAY  3 /* 1 January 1970, Monday being 0 */

/* ---- sets of rates ----------------------------------------------------------------------- */

int price_count(const struct config_model *m)
{
    int count = 0;
    for (int i = 0; i < m->price_count; i++)
        count += 1 + m->prices[i].window_count;
    return count;
}

struct price_place price_place(const struct config_model *m, int index)
{
    int period = 0, left = index;
    while (left > m->prices[period].window_count) {
        left -= 1 + m->prices[period].window_count;
        period++;
        assert(period < m->price_count);
    }
    return (struct price_place){.period = period, .window = left - 1};
}

bool price_is_flex(const struct config_model *m)
{
    return m->service_tier != NULL && strcmp(m->service_tier, "flex") == 0;
}

static int64_t flexed(int64_t rate, int64_t ppm)
{
    return (int64_t)(((__int128)rate * ppm + PPM - 1) / PPM);
}

struct price price_at(const struct config_model *m, int index)
{
    struct price_place at = price_place(m, index);
    const struct config_price *period = &m->prices[at.period];
    struct price p = {
        .priced = true,
        .input = period->input,
        .cached = period->cached_input,
        .cache_write = period->cache_write,
        .output = period->output,
    };
    if (at.window >= 0) {
        const struct config_price_window *w = &period->windows[at.window];
        p.input = w->input;
        p.cached = w->cached_input;
        p.cache_write = w->cache_write;
        p.output = w->output;
    }
    if (price_is_flex(m)) {
        p.input = flexed(p.input, period->flex_ppm);
        p.cached = flexed(p.cached, period->flex_ppm);
        p.cache_write = flexed(p.cache_write, period->flex_ppm);
        p.output = flexed(p.output, period->flex_ppm);
    }
    return p;
}

/* ---- time -------------------------------------------------------------------------------- */

static int64_t floor_day(int64_t unix_us)
{
    return unix_us / DAY_US - (unix_us % DAY_US < 0);
}

static bool starts_on(const struct config_price_window *w, int64_t day)
{
    int64_t weekday = ((day + THURSDAY) % WEEK + WEEK) % WEEK;
    return (w->weekdays >> weekday & 1) != 0;
}

static int64_t length_us(const struct config_price_window *w)
{
    int minutes = w->to_minute - w->from_minute;
    return (minutes > 0 ? minutes : minutes + 1440) * MINUTE_US;
}

static int64_t start_us(const struct config_price_window *w, int64_t day)
{
    return day * DAY_US + w->from_minute * MINUTE_US;
}

/* Shorter than a day: only today's or yesterday's start can be in force. */
static bool is_open(const struct config_price_window *w, int64_t unix_us)
{
    int64_t today = floor_day(unix_us);
    for (int64_t day = today - 1; day <= today; day++) {
        int64_t start = start_us(w, day);
        if (starts_on(w, day) && unix_us >= start && unix_us < start + length_us(w))
            return true;
    }
    return false;
}

static int period_at(const struct config_model *m, int64_t unix_us)
{
    int found = -1;
    for (int i = 0; i < m->price_count && m->prices[i].from_unix_us <= unix_us; i++)
        found = i;
    return found;
}

int price_index(const struct config_model *m, int64_t unix_us)
{
    int period = period_at(m, unix_us), index = 0;
    if (period < 0)
        return -1;
    for (int i = 0; i < period; i++)
        index += 1 + m->prices[i].window_count;
    const struct config_price *p = &m->prices[period];
    for (int w = 0; w < p->window_count; w++) {
        if (is_open(&p->windows[w], unix_us))
            return index + 1 + w;
    }
    return index;
}

static void keep_next(int64_t at, int64_t after, int64_t *next)
{
    if (at > after && at < *next)
        *next = at;
}

/* The next time after `unix_us` at which a period or a window begins or ends. */
static int64_t next_edge(const struct config_model *m, int64_t unix_us)
{
    int period = period_at(m, unix_us);
    int64_t next = period + 1 < m->price_count ? m->prices[period + 1].from_unix_us : INT64_MAX;
    if (period < 0)
        return next;
    const struct config_price *p = &m->prices[period];
    int64_t today = p->window_count > 0 ? floor_day(unix_us) : 0;
    for (int w = 0; w < p->window_count; w++) {
        for (int64_t day = today - 1; day <= today + WEEK; day++) {
            int64_t start = start_us(&p->windows[w], day);
            if (!starts_on(&p->windows[w], day))
                continue;
            keep_next(start, unix_us, &next);
            keep_next(start + length_us(&p->windows[w]), unix_us, &next);
        }
    }
    return next;
}

int64_t price_until(const struct config_model *m, int64_t unix_us)
{
    int index = price_index(m, unix_us);
    int64_t at = next_edge(m, unix_us);

    /* Overlapping windows have edges that change nothing. This ends within a week: a window is
     * open at some time of it and closed at another. */
    while (at != INT64_MAX && price_index(m, at) == index)
        at = next_edge(m, at);
    return at;
}

/* ---- upper bounds ------------------------------------------------------------------------ */

static void at_least(int64_t *rate, int64_t other)
{
    if (other > *rate)
        *rate = other;
}

struct price price_dearest(const struct config_model *m, int64_t from_unix_us,
                           int64_t until_unix_us)
{
    int index = price_index(m, from_unix_us);
    if (index < 0)
        return (struct price){.priced = false};
    struct price p = price_at(m, index);
    int64_t at = next_edge(m, from_unix_us);
    for (; at <= until_unix_us; at = next_edge(m, at)) {
        struct price other = price_at(m, price_index(m, at));
        at_least(&p.input, other.input);
        at_least(&p.cached, other.cached);
        at_least(&p.cache_write, other.cache_write);
        at_least(&p.output, other.output);
    }
    return p;
}

static bool add_product(int64_t tokens, int64_t rate, int64_t *sum)
{
    int64_t part;
    return money_mul(tokens, rate, &part) && money_add(*sum, part, sum);
}

enum status price_bound(const struct price *p, const struct config_model *m, int64_t message_bytes,
                        int64_t token_cap, int64_t *pusd)
{
    if (!p->priced) {
        *pusd = PUSD_UNPRICED;
        return ST_OK;
    }
    int64_t input, output, sum = 0, dearest = p->input;
    at_least(&dearest, p->cached);
    at_least(&dearest, p->cache_write);
    if (__builtin_add_overflow(message_bytes, m->overhead_tokens, &input) ||
        __builtin_add_overflow(token_cap, m->reasoning_tokens, &output) ||
        !add_product(input, dearest, &sum) || !add_product(output, p->output, &sum))
        return ST_OVERFLOW;
    *pusd = sum;
    return ST_OK;
}
