/* Renders the summary of a run. Reads nothing and decides nothing but the words.
 *
 * A cost per ticket is far below a cent, so it is given per 1,000 tickets; what may have been
 * billed beside it is never added in, only told.
 */
#include "observe/summary.h"

#include <stdio.h>

#include "base/human.h"
#include "base/log.h"
#include "model/money.h"
#include "model/money_show.h"

bool summary_balanced(const struct summary_view *v)
{
    return v->in == v->published + v->dead + v->skipped + v->pending && v->mismatch == NULL;
}

/* "12 retries", with a comma in front unless it is the first; nothing at all for none. */
static void add_note(struct buf *notes, int64_t n, const char *name)
{
    char text[HUMAN_SIZE];

    if (n == 0)
        return;
    human_count(n, text);
    buf_fmt(notes, "%s%s %s", notes->n > 0 ? ", " : "", text, name);
}

static void add_tickets(const struct summary_view *v, struct buf *out)
{
    char in[HUMAN_SIZE], published[HUMAN_SIZE], dead[HUMAN_SIZE], skipped[HUMAN_SIZE],
        pending[HUMAN_SIZE];
    struct buf notes;

    human_count(v->in, in);
    human_count(v->published, published);
    human_count(v->dead, dead);
    human_count(v->skipped, skipped);
    human_count(v->pending, pending);
    buf_fmt(out, "  tickets   %s in = %s %s + %s dead + %s skipped + %s pending   %s\n", in,
            published, v->output ? "classified" : "published", dead, skipped, pending,
            summary_balanced(v) ? "ok" : "MISMATCH");
    if (v->mismatch != NULL)
        buf_fmt(out, "            %s\n", v->mismatch);
    buf_init(&notes, SIZE_MAX);
    add_note(&notes, v->reused, "reused at no cost");
    add_note(&notes, v->done_before, "finished by an earlier run");
    add_note(&notes, v->published_earlier, "published for an earlier run");
    add_note(&notes, v->lost, "LOST upstream before they were read");
    if (notes.n > 0)
        buf_fmt(out, "            %s\n", notes.p);
    buf_deinit(&notes);
}

/* What the files hold now, which earlier runs have a part in. */
static void add_files(const struct summary_view *v, struct buf *out)
{
    char rows[HUMAN_SIZE], letters[HUMAN_SIZE], left[HUMAN_SIZE];

    human_count(v->output_rows, rows);
    human_count(v->rejects_rows, letters);
    human_count(v->left, left);
    if (v->output_rows >= 0)
        buf_fmt(out, "  output    %s: %s results", v->output, rows);
    else
        buf_fmt(out, "  output    %s: not written", v->output);
    if (v->rejects_rows >= 0)
        buf_fmt(out, "; %s: %s dead letters", v->rejects, letters);
    buf_char(out, '\n');
    if (!v->rejects && v->dead > 0)
        buf_str(out, "            dead letters: run again with --rejects FILE to have them "
                     "written, at no cost\n");
    if (v->left > 0)
        buf_fmt(out, "            %s of the input left: run the same command again\n", left);
}

static void add_cost(const struct summary_view *v, struct buf *out)
{
    char spent[MONEY_SHOW_SIZE], each[MONEY_SHOW_SIZE], unknown[MONEY_SHOW_SIZE];
    char count[HUMAN_SIZE];

    money_show(v->spent_pusd, spent);
    money_show_per_1000(v->spent_pusd - v->compared_pusd, v->published, each);
    buf_fmt(out, "  cost      USD %s", spent);
    if (v->published > 0)
        buf_fmt(out, "; cost per ticket: USD %s per 1,000 tickets", each);
    buf_char(out, '\n');
    if (v->compared_pusd > 0) {
        money_show(v->compared_pusd, spent);
        buf_fmt(out, "            USD %s of it for second opinions (shadow, guard)\n", spent);
    }
    if (v->unpriced_calls > 0) {
        human_count(v->unpriced_calls, count);
        buf_fmt(out, "            without %s calls to models that have no price\n", count);
    }
    if (v->calls_unknown > 0) {
        money_show(v->unknown_pusd, unknown);
        human_count(v->calls_unknown, count);
        buf_fmt(out, "            %s unknown calls, possibly billed: up to USD %s more\n", count,
                unknown);
    }
}

static void add_caps(const struct summary_view *v, struct buf *out)
{
    for (int i = 0; i < v->cap_count; i++) {
        char cap[MONEY_SHOW_SIZE], left[MONEY_SHOW_SIZE];
        money_show(v->caps[i].cap_pusd, cap);
        money_show(v->caps[i].left_pusd, left);
        buf_fmt(out, "%s%s: USD %s of %s left", i == 0 ? "  budget    " : ", ", v->caps[i].name,
                left, cap);
    }
    if (v->cap_count > 0)
        buf_char(out, '\n');
}

static void add_tokens(const struct summary_view *v, struct buf *out)
{
    char input[HUMAN_SIZE], cached[HUMAN_SIZE], output[HUMAN_SIZE];

    human_count(v->input_tokens, input);
    human_count(v->cached_tokens, cached);
    human_count(v->output_tokens, output);
    buf_fmt(out, "  tokens    %s input (%s of them cached), %s output\n", input, cached, output);
}

static void add_calls(const struct summary_view *v, struct buf *out)
{
    char answered[HUMAN_SIZE], failed[HUMAN_SIZE], unknown[HUMAN_SIZE];
    struct buf notes;

    human_count(v->calls_answered, answered);
    human_count(v->calls_failed, failed);
    human_count(v->calls_unknown, unknown);
    buf_init(&notes, SIZE_MAX);
    add_note(&notes, v->retries, "retries");
    add_note(&notes, v->throttled, "throttled");
    add_note(&notes, v->endpoint_outages, "times an endpoint was left alone");
    add_note(&notes, v->comparisons_dropped, "second opinions left out");
    buf_fmt(out, "  calls     %s answered, %s failed, %s unknown%s%s\n", answered, failed, unknown,
            notes.n > 0 ? "; " : "", notes.n > 0 ? notes.p : "");
    buf_deinit(&notes);
    if (v->p50_us >= 0) {
        char p50[HUMAN_SIZE], p95[HUMAN_SIZE], p99[HUMAN_SIZE], max[HUMAN_SIZE];
        human_latency(v->p50_us, p50);
        human_latency(v->p95_us, p95);
        human_latency(v->p99_us, p99);
        human_latency(v->max_us, max);
        buf_fmt(out, "  latency   p50 %s, p95 %s, p99 %s, max %s\n", p50, p95, p99, max);
    }
}

static void add_report_command(const struct summary_view *v, struct buf *out)
{
    buf_fmt(out, "ticketmill report --ledger %s --run last", v->ledger_path);
}

void summary_next(const struct summary_view *v, struct buf *out)
{
    static const struct {
        int code;
        const char *text;
    } words[] = {
        {3, "look into the dead letters or lost records: "},
        {4, "the budget is used up; the rest stays pending: "},
        {5, "start the run again, it goes on where it stopped"},
        {6, "the rest is taken by the next night's run"},
        {7, "pay the provider, then start the run again"},
        {65, "follow the message above; a plain retry cannot help"},
        {69, "check brokers and providers (ticketmill check), then start the run again"},
        {70,
         "do not start again before an engineer has looked: ticketmill ledger verify --ledger "},
        {73, "see who holds the ledger, or whether its disk is full, then start the run again"},
        {77, "replace the keys, then start the run again"},
        {78, "correct the configuration (ticketmill check), then start the run again"},
    };
    const char *text = "";

    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (words[i].code == v->exit_code)
            text = words[i].text;
    }
    buf_str(out, text);
    if (v->exit_code == 70)
        buf_str(out, v->ledger_path);
    else if (v->exit_code == 1)
        buf_str(out, "start the run again; if it ends so twice, report it with the lines above");
    else if (v->exit_code == 0 || v->exit_code == 3 || v->exit_code == 4)
        add_report_command(v, out);
}

void summary_render(const struct summary_view *v, struct buf *out)
{
    char elapsed[HUMAN_SIZE];

    human_span(v->elapsed_us / 1000000, elapsed);
    buf_fmt(out, "run %s ended after %s\n", v->run_id, elapsed);
    add_tickets(v, out);
    if (v->output)
        add_files(v, out);
    add_cost(v, out);
    add_caps(v, out);
    add_tokens(v, out);
    add_calls(v, out);
    if (v->idempotent)
        buf_str(out, "  publish   idempotent: weaker than transactional, a crash may publish a "
                     "ticket twice\n");
    buf_fmt(out, "stopped by: %s (exit status %d)%s%s\n", v->stopped_by, v->exit_code,
            v->message[0] != '\0' ? ": " : "", v->message);
    buf_str(out, "next: ");
    summary_next(v, out);
    buf_char(out, '\n');
}

/* -1 = there is no such figure. */
static struct log_field known(const char *name, int64_t value)
{
    return value < 0 ? L_STR(name, NULL) : L_INT(name, value);
}

static const char *publish_name(const struct summary_view *v)
{
    if (v->output)
        return "file";
    return v->idempotent ? "idempotent (weaker than transactional)" : "transactional";
}

void summary_log(const struct summary_view *v)
{
    char spent[MONEY_TEXT_SIZE], unknown[MONEY_TEXT_SIZE], each[MONEY_SHOW_SIZE];
    char compared[MONEY_TEXT_SIZE];
    bool ok = summary_balanced(v);
    enum log_level level = !ok ? LOG_ERROR : v->exit_code != 0 ? LOG_WARN : LOG_INFO;

    money_text(v->spent_pusd, spent);
    money_text(v->unknown_pusd, unknown);
    money_show_per_1000(v->spent_pusd - v->compared_pusd, v->published, each);
    money_text(v->compared_pusd, compared);
    log_event(level, "run_summary", v->message[0] != '\0' ? v->message : "the run has ended",
              L_STR("stopped_by", v->stopped_by), L_INT("exit_code", v->exit_code),
              L_INT("elapsed_seconds", v->elapsed_us / 1000000), L_STR("publish", publish_name(v)),
              L_STR("audit", ok ? "ok" : "MISMATCH"), L_STR("mismatch", v->mismatch),
              L_INT("in", v->in), L_INT("published", v->published), L_INT("dead", v->dead),
              L_INT("skipped", v->skipped), L_INT("pending", v->pending),
              L_INT("done_before", v->done_before),
              L_INT("published_earlier", v->published_earlier), L_INT("lost", v->lost),
              L_INT("reused", v->reused), L_STR("spent_usd", spent),
              L_STR("second_opinions_usd", compared),
              L_STR("usd_per_1000_tickets", v->published > 0 ? each : NULL),
              L_STR("possibly_billed_usd", unknown), L_INT("unpriced_calls", v->unpriced_calls),
              L_INT("input_tokens", v->input_tokens), L_INT("cached_tokens", v->cached_tokens),
              L_INT("output_tokens", v->output_tokens), L_INT("calls_answered", v->calls_answered),
              L_INT("calls_failed", v->calls_failed), L_INT("calls_unknown", v->calls_unknown),
              L_INT("retries", v->retries), L_INT("throttled", v->throttled),
              L_INT("endpoint_outages", v->endpoint_outages),
              L_INT("comparisons_dropped", v->comparisons_dropped), L_BOOL("late", v->late),
              known("latency_p50_us", v->p50_us), known("latency_p95_us", v->p95_us),
              known("latency_p99_us", v->p99_us), known("latency_max_us", v->max_us),
              L_STR("ledger", v->ledger_path), L_STR("output", v->output),
              known("output_rows", v->output ? v->output_rows : -1),
              known("rejects_rows", v->output ? v->rejects_rows : -1),
              known("left", v->output ? v->left : -1));
}
