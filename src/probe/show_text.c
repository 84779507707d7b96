/* The probe as tables: one line an endpoint to compare them, then each one's checklist.
 *
 * The third column of a checklist is prose; it is wrapped to the terminal under itself.
 */
#include <stdio.h>

#include "base/human.h"
#include "base/utf8.h"
#include "model/money_show.h"
#include "probe/show.h"
#include "report/table.h"

#define TEXT_AT 26 /* column of the prose */
#define LEAST   60
#define MOST    120

static const char *colour_of(enum probe_result r)
{
    static const char *const codes[] = {"\x1b[2m", "\x1b[32m", "\x1b[33m", "\x1b[1;31m"};
    return codes[r];
}

static int count_of(const struct findings *f, enum probe_result r)
{
    int n = 0;
    for (int i = 0; i < CHECK_COUNT; i++)
        n += f->v[i].result == r;
    return n;
}

static void result_of(const struct probe_seen *s, const struct findings *f, char *out, size_t size)
{
    int failed = count_of(f, RESULT_FAIL), notes = count_of(f, RESULT_NOTE);
    if (s->reach_tried && !s->reached.ok)
        snprintf(out, size, "no connection");
    else if (f->v[CHECK_KEY].result == RESULT_FAIL)
        snprintf(out, size, "%s",
                 s->key_trouble[0] != '\0'        ? "no key"
                 : s->base.failure == FAIL_REGION ? "not allowed"
                 : s->base.failure == FAIL_MONEY  ? "no money"
                                                  : "key refused");
    else if (failed > 0)
        snprintf(out, size, "%d failed", failed);
    else if (s->stop != STOP_NONE)
        snprintf(out, size, "incomplete");
    else
        snprintf(out, size, notes > 0 ? "pass, %d note%s" : "pass", notes, notes > 1 ? "s" : "");
}

static void cell_latency(struct table *t, int64_t us)
{
    char text[HUMAN_SIZE];
    human_latency(us, text);
    table_cell(t, text);
}

static void show_endpoints(const struct probe_outcome *o, struct buf *out)
{
    static const char *const heads[] = {"endpoint", "result",      "p50",
                                        "p99",      "first token", "tokens/s"};
    char text[128];
    struct table t;
    table_init(&t, heads, "llrrrr", 6);
    for (int i = 0; i < o->count; i++) {
        const struct probe_seen *s = &o->seen[i];
        int64_t rate = judge_tokens_per_s(s);
        bool loaded = s->load.answered > 0;
        snprintf(text, sizeof text, "%s/%s", s->provider->name, s->endpoint->name);
        table_cell(&t, text);
        result_of(s, &o->findings[i], text, sizeof text);
        table_cell(&t, text);
        cell_latency(&t, loaded ? s->load.latency_us.p50 : -1);
        cell_latency(&t, loaded ? s->load.latency_us.p99 : -1);
        cell_latency(&t, judge_first_token_us(s));
        if (rate >= 0)
            table_count(&t, rate);
        else
            table_cell(&t, "-");
    }
    buf_str(out, "Endpoints\n");
    table_print(&t, out);
}

/* Bytes of `s` that fit into `columns`, up to a blank where there is one. */
static size_t line_of(struct slice s, size_t columns)
{
    size_t at = 0, width = 0, blank = 0;
    while (at < s.n && width < columns) {
        if (s.p[at] == ' ')
            blank = at;
        utf8_next(s, &at);
        width++;
    }
    if (at >= s.n)
        return s.n;
    return s.p[at] == ' ' ? at : blank > 0 ? blank : at;
}

static void show_prose(const char *text, int width, struct buf *out)
{
    struct buf clean;
    buf_init(&clean, SIZE_MAX);
    buf_str(&clean, "");
    table_clean(&clean, slice_str(text));
    struct slice rest = buf_view(&clean);
    for (bool first = true; rest.n > 0 || first; first = false) {
        size_t n = line_of(rest, (size_t)(width - TEXT_AT));
        if (!first)
            buf_fmt(out, "%*s", TEXT_AT, "");
        buf_add(out, rest.p, n);
        buf_char(out, '\n');
        while (n < rest.n && rest.p[n] == ' ')
            n++;
        rest = slice_of(rest.p + n, rest.n - n);
    }
    buf_deinit(&clean);
}

static void show_finding(const char *name, const struct finding *f, int width, bool colour,
                         struct buf *out)
{
    buf_fmt(out, "  %-13s  %s%-7s%s  ", name, colour ? colour_of(f->result) : "",
            result_name(f->result), colour ? "\x1b[0m" : "");
    show_prose(f->text, width, out);
}

/* How many checks from this one on were left out for the same reason: they are told as one. */
static int alike(const struct findings *f, int from)
{
    int n = 1;
    while (f->v[from].result == RESULT_SKIPPED && from + n < CHECK_COUNT &&
           f->v[from + n].result == RESULT_SKIPPED &&
           strcmp(f->v[from].text, f->v[from + n].text) == 0)
        n++;
    return n;
}

static void show_checklist(const struct probe_outcome *o, int i, int width, bool colour,
                           struct buf *out)
{
    const struct probe_seen *s = &o->seen[i];
    buf_str(out, colour ? "\n\x1b[1m" : "\n");
    buf_fmt(out, "%s/%s", s->provider->name, s->endpoint->name);
    buf_str(out, colour ? "\x1b[0m: " : ": ");
    table_clean(out, slice_str(s->model->name));
    buf_str(out, " at ");
    table_clean(out, slice_str(s->endpoint->url));
    buf_char(out, '\n');
    for (int c = 0, n; c < CHECK_COUNT; c += n) {
        char name[32];
        n = alike(&o->findings[i], c);
        if (n > 1)
            snprintf(name, sizeof name, "%d others", n);
        else
            snprintf(name, sizeof name, "%s", check_name((enum probe_check)c));
        show_finding(name, &o->findings[i].v[c], width, colour, out);
    }
}

static void show_money(const struct probe_outcome *o, struct buf *out)
{
    int64_t spent = 0, unknown = 0, calls = 0, unpriced = 0;
    char text[MONEY_SHOW_SIZE], cap[MONEY_SHOW_SIZE], n[HUMAN_SIZE];
    for (int i = 0; i < o->count; i++) {
        const struct purse *p = &o->seen[i].purse;
        spent += p->spent_pusd;
        unknown += p->unknown_pusd;
        calls += p->calls;
        unpriced += p->unpriced_calls;
    }
    money_show_digits(spent, text);
    money_show_digits(o->options->max_pusd, cap);
    human_count(calls, n);
    buf_fmt(out, "\nSpent USD %s of %s in %s calls", text, cap, n);
    if (unknown > 0) {
        money_show_digits(unknown, text);
        buf_fmt(out, "; up to %s more for calls without an answer", text);
    }
    if (unpriced > 0)
        buf_fmt(out, "; %lld calls to models without a price not counted", (long long)unpriced);
    buf_str(out, ".\n");
}

static void show_verdict(const struct probe_outcome *o, struct buf *out)
{
    static const char *const texts[] = {
        [VERDICT_PASS] = "All checks passed.",
        [VERDICT_FAILED] = "Some checks failed.",
        [VERDICT_UNMEASURED] =
            "Nothing failed, but the cap left something unmeasured (--max-usd, --max-calls).",
        [VERDICT_STOPPED] = "Stopped; this is what was seen until then.",
        [VERDICT_NO_MONEY] = "No money is left at any provider.",
        [VERDICT_NOWHERE] = "No endpoint can be used from here.",
        [VERDICT_KEYS] = "The key is refused everywhere.",
        [VERDICT_NO_KEY] = "No key can be had.",
    };
    buf_fmt(out, "%s\n", texts[o->verdict]);
}

void show_text(const struct probe_outcome *o, int width, bool colour, struct buf *out)
{
    width = width < LEAST ? LEAST : width > MOST ? MOST : width;
    show_endpoints(o, out);
    for (int i = 0; i < o->count; i++)
        show_checklist(o, i, width, colour, out);
    show_money(o, out);
    show_verdict(o, out);
}
