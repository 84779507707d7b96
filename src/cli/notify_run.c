/* The message about a run: outcome, figures, and what changed against the nights before, which the
 * ledger noted. Sending is notify/'s. */
#include "cli/notify_run.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/log.h"
#include "base/zone.h"
#include "ledger/query.h"
#include "notify/webhook.h"
#include "report/json_out.h"

enum { NIGHTS = 7, NIGHTS_AT_LEAST = 3 };

/* ---- the message ---------------------------------------------------------------------------- */

static void tickets(const struct run_outcome *out, struct json_out *j)
{
    const struct mill_stats *s = &out->stats;
    json_out_open(j, "tickets", '{');
    json_out_i64(j, "in", s->read - s->done_before);
    json_out_i64(j, "published", s->published_results);
    json_out_i64(j, "dead", s->published_dead);
    json_out_i64(j, "skipped", s->skipped);
    json_out_i64(j, "pending",
                 s->live + s->results + s->dead - s->published_results - s->published_dead);
    json_out_i64(j, "reused", out->audit.run_reused);
    json_out_i64(j, "lost", s->lost);
    json_out_close(j, '}');
    json_out_open(j, "dead_letters", '{');
    for (int r = 1; r < REASON_COUNT; r++) {
        if (s->dead_by_reason[r] > 0)
            json_out_i64(j, reason_name((enum reason)r), s->dead_by_reason[r]);
    }
    json_out_close(j, '}');
}

static int64_t per_1000(int64_t cost_pusd, int64_t count)
{
    return count > 0 ? (int64_t)((__int128)cost_pusd * 1000 / count) : -1;
}

static struct night_figures figures_of(const struct run_outcome *out)
{
    return (struct night_figures){
        .tickets = out->stats.published_results + out->stats.published_dead,
        .dead = out->stats.published_dead,
        .cost_pusd = out->audit.run_cost_pusd - out->audit.run_extra_pusd,
        .duration_us = out->duration_us,
    };
}

static void money(const struct run_outcome *out, struct json_out *j)
{
    const struct ledger_audit *a = &out->audit;
    struct night_figures f = figures_of(out);
    json_out_usd(j, "cost", a->run_cost_pusd);
    json_out_usd(j, "cost_per_1000", per_1000(f.cost_pusd, f.tickets - f.dead));
    json_out_usd(j, "second_opinions", a->run_extra_pusd);
    json_out_usd(j, "possibly_billed", a->run_unknown_pusd);
    json_out_i64(j, "unpriced_calls", out->stats.unpriced_calls);
    json_out_i64(j, "input_tokens", a->run_input_tokens);
    json_out_i64(j, "cached_tokens", a->run_cached_tokens);
    json_out_i64(j, "output_tokens", a->run_output_tokens);
    json_out_open(j, "budget", '[');
    for (int i = 0; i < out->cap_count; i++) {
        json_out_open(j, NULL, '{');
        json_out_text(j, "cap", slice_str(out->caps[i].name));
        json_out_usd(j, "limit", out->caps[i].cap_pusd);
        json_out_usd(j, "left", out->caps[i].left_pusd > 0 ? out->caps[i].left_pusd : 0);
        json_out_close(j, '}');
    }
    json_out_close(j, ']');
}

/* What of a night is compared. */
enum { TICKETS, DEAD_PPM, COST_PER_1000, DURATION, MEASURES };
static const char *const measure_names[MEASURES] = {"tickets", "dead_ppm", "cost_per_1000_pusd",
                                                    "duration_us"};

static int64_t measure(const struct night_figures *n, int which)
{
    switch (which) {
    case TICKETS:
        return n->tickets;
    case DEAD_PPM:
        return n->tickets > 0 ? n->dead * 1000000 / n->tickets : 0;
    case COST_PER_1000:
        return per_1000(n->cost_pusd, n->tickets - n->dead);
    default:
        return n->duration_us;
    }
}

static int by_value(const void *a, const void *b)
{
    const int64_t *x = a, *y = b;
    return (*x > *y) - (*x < *y);
}

/* Of an even number of nights the lower one of the two in the middle: a night that was. */
static int64_t median(const struct night_figures *nights, size_t count, int which)
{
    int64_t v[NIGHTS];
    for (size_t i = 0; i < count; i++)
        v[i] = measure(&nights[i], which);
    qsort(v, count, sizeof *v, by_value);
    return v[(count - 1) / 2];
}

static void changes(const struct run_outcome *out, const struct night_figures *nights, size_t count,
                    struct json_out *j)
{
    struct night_figures now = figures_of(out);
    json_out_open(j, "against_last_nights", '{');
    json_out_i64(j, "nights", (int64_t)count);
    json_out_bool(j, "enough", count >= NIGHTS_AT_LEAST);
    for (int m = 0; m < MEASURES && count >= NIGHTS_AT_LEAST; m++) {
        json_out_open(j, measure_names[m], '{');
        json_out_i64(j, "now", measure(&now, m));
        json_out_i64(j, "median", median(nights, count, m));
        json_out_close(j, '}');
    }
    json_out_close(j, '}');
}

void notify_message(const struct run_outcome *out, const struct night_figures *nights, size_t count,
                    int64_t now_unix_us, struct buf *text)
{
    struct json_out j = {.out = text};
    json_out_open(&j, NULL, '{');
    json_out_text(&j, "schema", SLICE_LIT("ticketmill.run/1"));
    json_out_text(&j, "run_id", slice_str(out->run_id));
    json_out_text(&j, "ledger_id", slice_str(out->ledger_id));
    json_out_time(&j, "ended_at", now_unix_us);
    json_out_bool(&j, "ran", out->ran);
    json_out_i64(&j, "exit_code", out->exit_code);
    json_out_text(&j, "stopped_by", slice_str(out->stopped_by));
    json_out_text(&j, "message", slice_str(out->message));
    if (out->ran) {
        json_out_bool(&j, "audit_ok", out->audit_ok);
        json_out_bool(&j, "late", out->stats.late);
        json_out_i64(&j, "duration_us", out->duration_us);
        tickets(out, &j);
        money(out, &j);
        changes(out, nights, count, &j);
    }
    json_out_close(&j, '}');
}

/* ---- the nights before ---------------------------------------------------------------------- */

struct history {
    const char *run_id; /* of the run at hand, left out */
    int32_t today, day; /* of the run at hand; of the last night in v */
    struct night_figures v[NIGHTS];
    size_t count;
};

static int64_t member(const json *doc, const char *key)
{
    int64_t v;
    return json_i64(json_get(doc, key), &v) == ST_OK ? v : 0;
}

/* Newest first. A night is the local date on which a run began; its runs are summed up. */
static void take_run(void *self, const struct ledger_row *row)
{
    struct history *h = self;
    int32_t day = zone_day(ledger_row_i64(row, 1)).number;
    json *doc;
    if (slice_eq(ledger_row_text(row, 0), slice_str(h->run_id)) || day >= h->today ||
        (day != h->day && h->count == NIGHTS) ||
        json_parse(ledger_row_text(row, 2), 2, &doc) != ST_OK)
        return;
    if (h->count == 0 || day != h->day)
        h->v[h->count++] = (struct night_figures){0};
    h->day = day;
    struct night_figures *n = &h->v[h->count - 1];
    n->tickets += member(doc, "results") + member(doc, "dead");
    n->dead += member(doc, "dead");
    n->cost_pusd += member(doc, "cost_pusd") - member(doc, "compared_pusd");
    n->duration_us += member(doc, "duration_us");
    json_free(doc);
}

static void read_history(const struct run_outcome *out, const char *ledger_path, int64_t now,
                         struct history *h)
{
    struct ledger_reader *reader;
    struct fail ignored;
    *h = (struct history){.run_id = out->run_id, .today = zone_day(now - out->duration_us).number};
    if (!out->ran || ledger_reader_open(ledger_path, &reader, &ignored) != ST_OK)
        return;
    if (ledger_read(reader, VIEW_RUN_FIGURES, NULL, take_run, h, &ignored) != ST_OK)
        h->count = 0;
    ledger_reader_close(reader);
}

/* ---- sending -------------------------------------------------------------------------------- */

static volatile sig_atomic_t stopped;

static void on_signal(int signo)
{
    (void)signo;
    stopped = 1;
}

static const char *secret_of(const struct config *c)
{
    return c->notify.secret_env ? getenv(c->notify.secret_env) : NULL;
}

int notify_check(const struct config *c)
{
    char ignored[WEBHOOK_SIGNATURE_SIZE];
    struct fail fail;
    const char *secret = secret_of(c);
    if (!c->notify.webhook || !c->notify.secret_env)
        return 0;
    if (!secret)
        fail_set(&fail, ST_CONFIG, 0, "notify.secret_env: the variable %s is not set",
                 c->notify.secret_env);
    else if (webhook_sign(secret, "", 0, SLICE_LIT(""), ignored, &fail) == ST_OK)
        return 0;
    fprintf(stderr, "ticketmill run: %s\n", fail.text);
    return status_exit(ST_CONFIG);
}

void notify_run(const struct config *c, const struct run_outcome *out, const char *ledger_path)
{
    const struct webhook w = {c->notify.webhook, secret_of(c), c->notify.timeout_us,
                              c->notify.tries, &stopped};
    const struct sigaction stop = {.sa_handler = on_signal};
    int64_t now = clock_unix_us(&clock_system);
    struct history history;
    struct buf text;
    struct fail fail;
    char id[64];
    if (!c->notify.webhook)
        return;
    sigaction(SIGTERM, &stop, NULL);
    sigaction(SIGINT, &stop, NULL);
    read_history(out, ledger_path, now, &history);
    buf_init(&text, 64 * 1024);
    notify_message(out, history.v, history.count, now, &text);
    snprintf(id, sizeof id, "msg_%s", *out->run_id ? out->run_id : "refused");
    if (webhook_send(&w, id, buf_view(&text), &fail) != ST_OK)
        log_event(LOG_WARN, "notify_failed", fail.text, L_STR("what", "notify.webhook"));
    buf_deinit(&text);
}
