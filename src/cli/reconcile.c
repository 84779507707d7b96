/* Setting invoice and ledger side by side and explaining what differs, the strictest explanation
 * first. Exact: an explanation fits when it meets the invoice within how that was rounded. */
#include "cli/reconcile.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "model/money.h"

/* A set of rates of a model. */
struct rates {
    const char *model;
    int64_t from_unix_us, input, cached, cache_write, output; /* picodollars a token */
};

struct matching {
    struct reconciliation *out;
    const struct invoice *invoice;
    const char *provider;
    struct rates *rates;
    size_t rate_count;
    bool overflow;
};

static void add(struct matching *m, int64_t *sum, int64_t v)
{
    m->overflow |= __builtin_add_overflow(*sum, v, sum);
}

static struct reconciled *side(struct matching *m, struct slice period, struct slice model)
{
    struct reconciliation *out = m->out;
    for (size_t i = 0; i < out->count; i++) {
        if (slice_eq(slice_str(out->v[i].period), period) &&
            slice_eq_nocase(slice_str(out->v[i].model), model))
            return &out->v[i];
    }
    out->v = mem_grow(out->v, out->count + 1, sizeof *out->v);
    out->v[out->count] = (struct reconciled){.period = arena_str(&out->arena, period),
                                             .model = arena_str(&out->arena, model)};
    return &out->v[out->count++];
}

/* The name by which the invoice may know the calls: as served, else as configured. */
static struct slice name_on_invoice(const struct matching *m, struct slice served,
                                    struct slice model)
{
    for (size_t i = 0; i < m->invoice->count; i++) {
        const char *name = m->invoice->v[i].model;
        if (*name == '\0')
            return SLICE_LIT("");
        if (slice_eq_nocase(slice_str(name), model))
            return model;
        if (served.n > 0 && slice_eq_nocase(slice_str(name), served))
            return served;
    }
    return model;
}

static void note_offer(struct matching *m, struct reconciled *r, struct slice offer)
{
    if (!r->offer)
        r->offer = arena_str(&m->out->arena, offer);
    else if (!slice_eq(slice_str(r->offer), offer))
        r->offer = "";
}

static void take_calls(void *self, const struct ledger_row *row)
{
    struct matching *m = self;
    struct slice day = ledger_row_text(row, 0);
    day.n = (size_t)m->invoice->period_chars < day.n ? (size_t)m->invoice->period_chars : day.n;
    if (m->provider && !slice_eq(ledger_row_text(row, 3), slice_str(m->provider)))
        return;
    struct reconciled *r =
        side(m, day, name_on_invoice(m, ledger_row_text(row, 2), ledger_row_text(row, 1)));
    note_offer(m, r, ledger_row_text(row, 1));
    add(m, &r->calls, ledger_row_i64(row, 4));
    add(m, &r->input_tokens, ledger_row_i64(row, 5));
    add(m, &r->cached_tokens, ledger_row_i64(row, 6));
    add(m, &r->cache_write_tokens, ledger_row_i64(row, 7));
    add(m, &r->output_tokens, ledger_row_i64(row, 8));
    add(m, &r->ledger_pusd, ledger_row_i64(row, 9));
    add(m, &r->unknown_pusd, ledger_row_i64(row, 10));
    add(m, &r->unknown_calls, ledger_row_i64(row, 11));
    add(m, &r->unpriced_calls, ledger_row_i64(row, 12));
    add(m, &r->told_pusd, ledger_row_i64(row, 13));
    add(m, &r->told_calls, ledger_row_i64(row, 14));
}

static void take_rates(void *self, const struct ledger_row *row)
{
    struct matching *m = self;
    m->rates = mem_grow(m->rates, m->rate_count + 1, sizeof *m->rates);
    m->rates[m->rate_count++] = (struct rates){arena_str(&m->out->arena, ledger_row_text(row, 0)),
                                               ledger_row_i64(row, 1),
                                               ledger_row_i64(row, 2),
                                               ledger_row_i64(row, 3),
                                               ledger_row_i64(row, 4),
                                               ledger_row_i64(row, 5)};
}

/* ---- why ------------------------------------------------------------------------------------ */

static bool meets(const struct reconciled *r, int64_t pusd)
{
    int64_t off = r->invoice_pusd - pusd;
    return off <= r->rounding_pusd && -off <= r->rounding_pusd;
}

static __int128 cost_by(const struct rates *p, const struct reconciled *r)
{
    int64_t fresh = r->input_tokens - r->cached_tokens - r->cache_write_tokens;
    return (__int128)fresh * p->input + (__int128)r->cached_tokens * p->cached +
           (__int128)r->cache_write_tokens * p->cache_write +
           (__int128)r->output_tokens * p->output;
}

static bool is_by_other_rates(const struct matching *m, struct reconciled *r)
{
    for (size_t i = 0; i < m->rate_count; i++) {
        __int128 cost = cost_by(&m->rates[i], r);
        if (strcmp(m->rates[i].model, r->offer) != 0)
            continue;
        if (cost < INT64_MAX && meets(r, (int64_t)cost)) {
            r->rates_from_unix_us = m->rates[i].from_unix_us;
            return true;
        }
    }
    return false;
}

static enum difference why(const struct matching *m, struct reconciled *r)
{
    if (!r->on_invoice)
        return NOT_BILLED;
    if (r->calls == 0)
        return NOT_IN_LEDGER;
    if (meets(r, r->ledger_pusd))
        return AGREES;
    if (r->invoice_pusd > r->ledger_pusd &&
        r->invoice_pusd - r->rounding_pusd <= r->ledger_pusd + r->unknown_pusd)
        return IN_UNKNOWN;
    if (r->told_calls > 0 && meets(r, r->told_pusd))
        return AS_TOLD;
    if (is_by_other_rates(m, r))
        return OTHER_RATES;
    return r->unpriced_calls > 0 ? NOT_PRICED : UNEXPLAINED;
}

/* Do all lines that are left have the same factor on the ledger's amount? */
static void find_markup(struct reconciliation *out)
{
    __int128 invoice = 0, ledger = 0;
    size_t lines = 0;
    for (size_t i = 0; i < out->count; i++) {
        if (out->v[i].why == UNEXPLAINED) {
            invoice += out->v[i].invoice_pusd;
            ledger += out->v[i].ledger_pusd;
            lines++;
        }
    }
    if (ledger <= 0 || lines < 2) /* one line has some factor always */
        return;
    int64_t ppm = (int64_t)((invoice * 1000000 + ledger / 2) / ledger);
    for (size_t i = 0; i < out->count; i++) {
        const struct reconciled *r = &out->v[i];
        __int128 expected = (__int128)r->ledger_pusd * ppm / 1000000;
        __int128 slack = r->rounding_pusd + (__int128)r->ledger_pusd / 1000000 + 1;
        __int128 off = r->invoice_pusd - expected;
        if (r->why == UNEXPLAINED && (off > slack || -off > slack))
            return;
    }
    for (size_t i = 0; i < out->count; i++) {
        if (out->v[i].why == UNEXPLAINED)
            out->v[i].why = MARKUP;
    }
    out->markup_ppm = ppm - 1000000;
}

static int by_period(const void *a, const void *b)
{
    const struct reconciled *x = a, *y = b;
    int order = strcmp(x->period, y->period);
    return order != 0 ? order : strcmp(x->model, y->model);
}

enum status reconcile(struct ledger_reader *const *readers, size_t count, const char *provider,
                      const struct invoice *invoice, struct reconciliation *out, struct fail *fail)
{
    struct matching m = {.out = out, .invoice = invoice, .provider = provider};
    enum status st = ST_OK;
    *out = (struct reconciliation){.count = 0};
    arena_init(&out->arena);
    for (size_t i = 0; st == ST_OK && i < count; i++) {
        st = ledger_read(readers[i], VIEW_BILLED, NULL, take_calls, &m, fail);
        if (st == ST_OK)
            st = ledger_read(readers[i], VIEW_PRICES, NULL, take_rates, &m, fail);
    }
    for (size_t i = 0; i < invoice->count; i++) {
        const struct invoice_line *l = &invoice->v[i];
        struct reconciled *r = side(&m, slice_str(l->period), slice_str(l->model));
        r->on_invoice = true;
        r->invoice_pusd = l->amount_pusd;
        r->rounding_pusd = l->rounding_pusd;
        add(&m, &out->invoice_pusd, l->amount_pusd);
    }
    if (out->count > 1)
        qsort(out->v, out->count, sizeof *out->v, by_period);
    for (size_t i = 0; i < out->count; i++) {
        out->v[i].why = why(&m, &out->v[i]);
        add(&m, &out->ledger_pusd, out->v[i].ledger_pusd);
        add(&m, &out->unknown_pusd, out->v[i].unknown_pusd);
    }
    find_markup(out);
    mem_free(m.rates);
    if (st == ST_OK && m.overflow)
        st = fail_set(fail, ST_OVERFLOW, 0, "the sums do not fit 64 bits");
    if (st != ST_OK)
        reconcile_free(out);
    return st;
}

void reconcile_free(struct reconciliation *r)
{
    arena_deinit(&r->arena);
    mem_free(r->v);
    r->v = NULL;
    r->count = 0;
}
