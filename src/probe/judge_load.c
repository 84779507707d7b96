/* Speed, availability and room: the checks that need many calls.
 *
 * Percentiles are nearest rank, so with fewer than a hundred calls p99 is the slowest one; the text
 * then says how many there were. The limits are the provider's `target` in the configuration.
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/human.h"
#include "model/failure.h"
#include "probe/judge.h"

#define BURST_US 5000

/* ---- streaming ---------------------------------------------------------------------------- */

static int by_value(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

static int64_t median(int64_t *v, int n)
{
    if (n == 0)
        return -1;
    qsort(v, (size_t)n, sizeof *v, by_value);
    return v[(n - 1) / 2];
}

int64_t judge_first_token_us(const struct probe_seen *s)
{
    int64_t v[PROBE_STREAMS];
    int n = 0;
    for (int i = 0; i < s->stream_count; i++)
        if (s->streams[i].first_token_us >= 0)
            v[n++] = s->streams[i].first_token_us;
    return median(v, n);
}

/* A burst is no pace: something on the way had collected the pieces. */
static bool came_at_once(const struct probe_stream *s)
{
    return s->pieces > 1 && s->text_us < BURST_US;
}

/* The first token is there when the time begins. Without usage a piece counts as a token. */
static int64_t rate_of(const struct probe_stream *s)
{
    int64_t tokens = s->output_tokens >= 0 ? s->output_tokens : s->pieces;
    if (s->text_us <= 0 || tokens < 2 || came_at_once(s))
        return -1;
    return (tokens - 1) * 1000000 / s->text_us;
}

int64_t judge_tokens_per_s(const struct probe_seen *s)
{
    int64_t v[PROBE_STREAMS];
    int n = 0;
    for (int i = 0; i < s->stream_count; i++) {
        int64_t rate = rate_of(&s->streams[i]);
        if (rate >= 0)
            v[n++] = rate;
    }
    return median(v, n);
}

static const struct probe_stream *first_bad(const struct probe_seen *s)
{
    for (int i = 0; i < s->stream_count; i++)
        if (!probe_answered(s->streams[i].failure) || !s->streams[i].events)
            return &s->streams[i];
    return NULL;
}

static void add_stream_notes(const struct probe_seen *s, struct finding *f)
{
    bool done = true, usage = true, burst = true;
    int64_t keepalives = 0, bad = 0;
    for (int i = 0; i < s->stream_count; i++) {
        done = done && s->streams[i].done;
        usage = usage && s->streams[i].usage;
        burst = burst && came_at_once(&s->streams[i]);
        keepalives += s->streams[i].keepalives;
        bad += s->streams[i].bad_events;
    }
    if (burst)
        finding_add(f, RESULT_NOTE, "all the text came at once: something on the way collects it");
    if (!usage)
        finding_add(f, RESULT_NOTE, "no usage in the last chunk, a piece is taken for a token");
    if (!done)
        finding_add(f, RESULT_NOTE, "[DONE] is missing");
    if (bad > 0)
        finding_add(f, RESULT_NOTE, "%lld events were not JSON", (long long)bad);
    if (keepalives > 0)
        finding_add(f, RESULT_PASS, "%lld keep-alive lines", (long long)keepalives);
}

void judge_stream(const struct probe_seen *s, struct finding *f)
{
    char first[HUMAN_SIZE];
    int64_t rate = judge_tokens_per_s(s);
    const struct probe_stream *bad = first_bad(s);
    if (s->stream_count == 0) {
        finding_skip(f, s);
        return;
    }
    if (bad != NULL && !probe_answered(bad->failure)) {
        finding_set(f, RESULT_FAIL, "%s%s%s", failure_name(bad->failure),
                    bad->message[0] != '\0' ? ": " : "", bad->message);
        return;
    }
    if (bad != NULL) {
        finding_set(f, RESULT_FAIL, "answered in one piece, not as a stream");
        return;
    }
    human_latency(judge_first_token_us(s), first);
    finding_set(f, RESULT_PASS, "first token %s", first);
    if (rate >= 0)
        finding_add(f, RESULT_PASS, "%lld tokens/s", (long long)rate);
    finding_add(f, RESULT_PASS, "median of %d", s->stream_count);
    add_stream_notes(s, f);
}

/* ---- latency and availability ------------------------------------------------------------- */

void judge_latency(const struct probe_seen *s, struct finding *f)
{
    const struct probe_load *l = &s->load;
    const struct report_spread *v = &l->latency_us;
    char p50[HUMAN_SIZE], p95[HUMAN_SIZE], p99[HUMAN_SIZE], max[HUMAN_SIZE], target[HUMAN_SIZE];
    if (l->calls == 0) {
        finding_skip(f, s);
        return;
    }
    if (l->answered == 0) {
        finding_set(f, RESULT_FAIL, "none of %lld calls was answered%s%s", (long long)l->calls,
                    l->message[0] != '\0' ? ": " : "", l->message);
        return;
    }
    human_latency(v->p50, p50);
    human_latency(v->p95, p95);
    human_latency(v->p99, p99);
    human_latency(v->max, max);
    human_latency(s->provider->target.p99_us, target);
    finding_set(f, v->p99 <= s->provider->target.p99_us ? RESULT_PASS : RESULT_FAIL,
                "p50 %s, p95 %s, p99 %s, max %s; target p99 %s", p50, p95, p99, max, target);
    finding_add(f, RESULT_PASS, "%lld answer%s of %lld tokens", (long long)l->answered,
                l->answered > 1 ? "s" : "", (long long)(l->output_tokens / l->answered));
    if (l->answered < 100)
        finding_add(f, RESULT_PASS, "of so few, p99 is the slowest");
}

int64_t judge_availability_ppm(const struct probe_load *l)
{
    int64_t counted = l->answered + l->failed;
    return counted > 0 ? l->answered * 1000000 / counted : -1;
}

/* "99.9", "100" */
static void percent(int64_t ppm, char *out, size_t size)
{
    int n = snprintf(out, size, "%lld.%04lld", (long long)(ppm / 10000), (long long)(ppm % 10000));
    while (n > 0 && out[n - 1] == '0')
        out[--n] = '\0';
    if (n > 0 && out[n - 1] == '.')
        out[n - 1] = '\0';
}

void judge_availability(const struct probe_seen *s, struct finding *f)
{
    const struct probe_load *l = &s->load;
    int64_t ppm = judge_availability_ppm(l), wanted = s->provider->target.availability_ppm;
    int64_t counted = l->answered + l->failed;
    char seen[24], target[24];
    if (ppm < 0 && l->throttled == 0) {
        finding_skip(f, s);
        return;
    }
    if (ppm < 0) {
        finding_set(f, RESULT_NOTE, "all of %lld calls were throttled", (long long)l->throttled);
        return;
    }
    percent(ppm, seen, sizeof seen);
    percent(wanted, target, sizeof target);
    finding_set(f, ppm >= wanted ? RESULT_PASS : RESULT_FAIL, "%s %% of %lld call%s; target %s %%",
                seen, (long long)counted, counted > 1 ? "s" : "", target);
    if (l->failed > 0)
        finding_add(f, RESULT_PASS, "the last failure: %s", l->message);
    if (l->throttled > 0)
        finding_add(f, RESULT_NOTE, "%lld more answered 429", (long long)l->throttled);
}

/* ---- concurrency -------------------------------------------------------------------------- */

static void add_trouble(const struct probe_seen *s, const struct probe_step *step,
                        struct finding *f)
{
    long long width = (long long)step->width;
    if (step->failed > 0)
        finding_add(f, RESULT_FAIL, "%lld of %lld at once failed%s%s", (long long)step->failed,
                    width, step->message[0] != '\0' ? ": " : "", step->message);
    if (step->throttled > 0)
        finding_add(f, RESULT_NOTE, "%lld of %lld at once throttled%s", (long long)step->throttled,
                    width, width <= s->provider->max_in_flight ? ", below max_in_flight" : "");
}

/* "p50 with 1 at once 243 ms, 4: 127 ms, 16: 150 ms", up to the first trouble. */
static void add_steps(const struct probe_seen *s, int asked, struct finding *f)
{
    char text[PROBE_STEPS * 48] = "", p50[HUMAN_SIZE];
    size_t n = 0;
    for (int i = 0; i < asked && s->steps[i].failed + s->steps[i].throttled == 0; i++) {
        human_latency(s->steps[i].latency_us.p50, p50);
        n += (size_t)snprintf(text + n, sizeof text - n, i == 0 ? "%lld at once %s" : ", %lld: %s",
                              (long long)s->steps[i].width, p50);
    }
    if (n > 0)
        finding_add(f, RESULT_PASS, "p50 with %s", text);
}

void judge_concurrency(const struct probe_seen *s, struct finding *f)
{
    int asked = 0;
    for (int i = 0; i < s->step_count; i++)
        asked += s->steps[i].asked;
    finding_skip(f, s);
    if (asked == 0)
        return;
    finding_set(f, RESULT_SKIPPED, "%s", "");
    add_steps(s, asked, f);
    for (int i = 0; i < asked; i++)
        add_trouble(s, &s->steps[i], f);
    if (asked < s->step_count)
        finding_add(f, RESULT_NOTE, "%lld not tried, %s", (long long)s->steps[asked].width,
                    s->stop == STOP_MONEY    ? "the money cap is reached"
                    : s->stop == STOP_CALLS  ? "--max-calls is reached"
                    : s->stop == STOP_SIGNAL ? "stopped"
                                             : "after what the last step met");
}
