/* The two sides for people and for programs, and the verdict. */
#include "cli/reconcile.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/human.h"
#include "file/csv.h"
#include "model/money.h"
#include "model/money_show.h"
#include "report/json_out.h"
#include "report/table.h"

static const char *const names[] = {
    [AGREES] = "agrees",           [IN_UNKNOWN] = "within_unknown_calls",
    [OTHER_RATES] = "other_rates", [AS_TOLD] = "as_told_with_answers",
    [MARKUP] = "markup",           [NOT_PRICED] = "no_price_known",
    [NOT_BILLED] = "not_billed",   [NOT_IN_LEDGER] = "not_in_ledger",
    [UNEXPLAINED] = "unexplained",
};

static void reason(const struct reconciliation *all, const struct reconciled *r, char out[160])
{
    char since[CLOCK_ISO_SIZE], unknown[MONEY_SHOW_SIZE];
    switch (r->why) {
    case AGREES:
        snprintf(out, 160, "agrees");
        break;
    case IN_UNKNOWN:
        money_show_digits(r->unknown_pusd, unknown);
        snprintf(out, 160, "%lld unknown calls, up to USD %s", (long long)r->unknown_calls,
                 unknown);
        break;
    case OTHER_RATES:
        clock_iso_ms(r->rates_from_unix_us, since);
        since[10] = '\0';
        snprintf(out, 160, "as by the price %s%s",
                 r->rates_from_unix_us > 0 ? "from " : "in force first",
                 r->rates_from_unix_us > 0 ? since : "");
        break;
    case AS_TOLD:
        snprintf(out, 160, "as the provider said with its answers");
        break;
    case MARKUP:
        snprintf(out, 160, "%+.2f %%, like the others", (double)all->markup_ppm / 1e4);
        break;
    case NOT_PRICED:
        snprintf(out, 160, "%lld calls have no price here", (long long)r->unpriced_calls);
        break;
    case NOT_BILLED:
        snprintf(out, 160, "not on the invoice");
        break;
    case NOT_IN_LEDGER:
        snprintf(out, 160, "the ledger has no such calls");
        break;
    case UNEXPLAINED:
        snprintf(out, 160, "not explained");
        break;
    }
}

static void difference(int64_t pusd, char out[MONEY_SHOW_SIZE + 1])
{
    out[0] = pusd < 0 ? '-' : '+';
    money_show_digits(pusd < 0 ? -pusd : pusd, out + 1);
}

static void show_amount(const struct reconciled *v, char out[160])
{
    char amount[MONEY_SHOW_SIZE];
    money_show_digits(v->invoice_pusd < 0 ? -v->invoice_pusd : v->invoice_pusd, amount);
    snprintf(out, 160, "%s%s", v->invoice_pusd < 0 ? "-" : "", v->on_invoice ? amount : "-");
}

static size_t explained(const struct reconciliation *r)
{
    size_t n = 0;
    for (size_t i = 0; i < r->count; i++)
        n += r->v[i].why < NOT_PRICED;
    return n;
}

void reconcile_text(const struct reconciliation *r, struct buf *out)
{
    static const char *const heads[] = {"period",     "model", "invoice USD",
                                        "ledger USD", "more",  "difference"};
    char invoice[MONEY_SHOW_SIZE], ledger[MONEY_SHOW_SIZE], more[MONEY_SHOW_SIZE + 1], text[160];
    struct table t;
    table_init(&t, heads, "llrrrl", 6);
    for (size_t i = 0; i < r->count; i++) {
        const struct reconciled *v = &r->v[i];
        table_cell(&t, *v->period ? v->period : "all");
        table_cell(&t, *v->model ? v->model : "all");
        show_amount(v, text);
        table_cell(&t, text);
        table_usd(&t, v->ledger_pusd);
        difference(v->invoice_pusd - v->ledger_pusd, more);
        table_cell(&t, more);
        reason(r, v, text);
        table_cell(&t, text);
    }
    table_print(&t, out);
    money_show(r->invoice_pusd < 0 ? 0 : r->invoice_pusd, invoice);
    money_show(r->ledger_pusd, ledger);
    difference(r->invoice_pusd - r->ledger_pusd, more);
    buf_fmt(out, "\nInvoice USD %s, ledger USD %s, difference %s: %zu of %zu lines explained\n",
            invoice, ledger, more, explained(r), r->count);
}

void reconcile_json(const struct reconciliation *r, struct buf *out)
{
    struct json_out j = {.out = out};
    json_out_open(&j, NULL, '{');
    json_out_text(&j, "schema", SLICE_LIT("ticketmill.reconciliation/1"));
    json_out_i64(&j, "invoice_pusd", r->invoice_pusd);
    json_out_usd(&j, "ledger", r->ledger_pusd);
    json_out_i64(&j, "difference_pusd", r->invoice_pusd - r->ledger_pusd);
    json_out_usd(&j, "possibly_billed", r->unknown_pusd);
    json_out_i64(&j, "markup_ppm", r->markup_ppm);
    json_out_i64(&j, "explained", (int64_t)explained(r));
    json_out_open(&j, "lines", '[');
    for (size_t i = 0; i < r->count; i++) {
        const struct reconciled *v = &r->v[i];
        json_out_open(&j, NULL, '{');
        json_out_text(&j, "period", slice_str(v->period));
        json_out_text(&j, "model", slice_str(v->model));
        json_out_bool(&j, "on_invoice", v->on_invoice);
        json_out_i64(&j, "invoice_pusd", v->invoice_pusd);
        json_out_usd(&j, "ledger", v->ledger_pusd);
        json_out_i64(&j, "difference_pusd", v->invoice_pusd - v->ledger_pusd);
        json_out_text(&j, "why", slice_str(names[v->why]));
        json_out_usd(&j, "possibly_billed", v->unknown_pusd);
        json_out_i64(&j, "calls", v->calls);
        json_out_i64(&j, "unknown_calls", v->unknown_calls);
        json_out_i64(&j, "unpriced_calls", v->unpriced_calls);
        json_out_i64(&j, "input_tokens", v->input_tokens);
        json_out_i64(&j, "cached_tokens", v->cached_tokens);
        json_out_i64(&j, "output_tokens", v->output_tokens);
        json_out_close(&j, '}');
    }
    json_out_close(&j, ']');
    json_out_close(&j, '}');
    buf_char(out, '\n');
}

static void csv_usd(struct buf *out, int64_t pusd)
{
    char usd[MONEY_TEXT_SIZE];
    money_text(pusd < 0 ? -pusd : pusd, usd);
    buf_fmt(out, ",%s%s,%lld", pusd < 0 ? "-" : "", usd, (long long)pusd);
}

void reconcile_csv(const struct reconciliation *r, struct buf *out)
{
    buf_str(out, "period,model,on_invoice,invoice_usd,invoice_pusd,ledger_usd,ledger_pusd,"
                 "difference_usd,difference_pusd,why,possibly_billed_usd,possibly_billed_pusd,"
                 "calls,unknown_calls,unpriced_calls,input_tokens,cached_tokens,output_tokens\n");
    for (size_t i = 0; i < r->count; i++) {
        const struct reconciled *v = &r->v[i];
        csv_write(slice_str(v->period), out);
        buf_char(out, ',');
        csv_write(slice_str(v->model), out);
        buf_str(out, v->on_invoice ? ",true" : ",false");
        csv_usd(out, v->invoice_pusd);
        csv_usd(out, v->ledger_pusd);
        csv_usd(out, v->invoice_pusd - v->ledger_pusd);
        buf_fmt(out, ",%s", names[v->why]);
        csv_usd(out, v->unknown_pusd);
        buf_fmt(out, ",%lld,%lld,%lld,%lld,%lld,%lld\n", (long long)v->calls,
                (long long)v->unknown_calls, (long long)v->unpriced_calls,
                (long long)v->input_tokens, (long long)v->cached_tokens,
                (long long)v->output_tokens);
    }
}
