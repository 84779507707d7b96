/* The state behind the progress line: when to draw, how fast it goes, and whose turn it is to
 * write to the terminal.
 *
 * Log lines come from several threads. Before each of them the log calls back under its own lock:
 * the line is wiped and stays locked until the log line is out and the progress line is drawn
 * again. What the line says is made in progress_line.c.
 */
#include "observe/progress.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/log.h"
#include "base/mem.h"
#include "model/money.h"

#define DRAW_EVERY_US   INT64_C(250000)
#define LOG_EVERY_US    INT64_C(60000000)
#define SAMPLE_EVERY_US INT64_C(1000000)
#define SAMPLES         30 /* the pace is that of so many samples */
#define PACE_MIN_US     INT64_C(2000000)
#define DEFAULT_WIDTH   80
#define MAX_LINE        1024
#define WIPE            "\r\x1b[K"

struct sample {
    int64_t mono_us, done;
};

struct progress {
    int fd;
    const struct clock *clock;
    bool terminal;
    struct sample samples[SAMPLES]; /* ring */
    int sample_count, sample_next;
    struct progress_pace pace;
    int64_t drawn_mono_us, logged_mono_us; /* drawn: 0 = never; logged: starts at creation */

    pthread_mutex_t lock; /* guards what follows and the terminal */
    struct buf line;      /* as drawn; empty = nothing on the terminal */
};

static bool can_redraw(int fd)
{
    const char *term = getenv("TERM");
    return isatty(fd) == 1 && term != NULL && strcmp(term, "dumb") != 0;
}

/* A terminal that does not take the line loses it; the run goes on. */
static void put(const struct progress *p, const char *text, size_t n)
{
    ssize_t written = write(p->fd, text, n);
    (void)written;
}

static void draw(const struct progress *p)
{
    struct buf out;
    buf_init(&out, MAX_LINE * 2);
    buf_str(&out, WIPE);
    buf_slice(&out, buf_view(&p->line));
    put(p, out.p, out.n);
    buf_deinit(&out);
}

static void around_log_line(void *self, bool before)
{
    struct progress *p = self;
    if (before) {
        pthread_mutex_lock(&p->lock);
        if (p->line.n > 0)
            put(p, WIPE, sizeof WIPE - 1);
    } else {
        if (p->line.n > 0)
            draw(p);
        pthread_mutex_unlock(&p->lock);
    }
}

struct progress *progress_new(int fd, const struct clock *clock)
{
    struct progress *p = mem_zalloc(sizeof *p);
    p->fd = fd;
    p->clock = clock;
    p->terminal = can_redraw(fd);
    p->pace = (struct progress_pace){.per_second = -1, .left_s = -1};
    p->logged_mono_us = clock_mono_us(clock);
    pthread_mutex_init(&p->lock, NULL);
    buf_init(&p->line, MAX_LINE);
    if (p->terminal)
        log_on_line(around_log_line, p);
    return p;
}

void progress_free(struct progress *p)
{
    if (p == NULL)
        return;
    if (p->terminal) {
        log_on_line(NULL, NULL);
        if (p->line.n > 0)
            put(p, WIPE, sizeof WIPE - 1);
    }
    buf_deinit(&p->line);
    pthread_mutex_destroy(&p->lock);
    mem_free(p);
}

struct progress_pace progress_pace(const struct progress *p)
{
    return p->pace;
}

static const struct sample *oldest(const struct progress *p)
{
    return &p->samples[p->sample_count < SAMPLES ? 0 : p->sample_next];
}

static void take_sample(struct progress *p, int64_t now, int64_t done)
{
    int last = (p->sample_next + SAMPLES - 1) % SAMPLES;
    if (p->sample_count > 0 && now - p->samples[last].mono_us < SAMPLE_EVERY_US)
        return;
    p->samples[p->sample_next] = (struct sample){now, done};
    p->sample_next = (p->sample_next + 1) % SAMPLES;
    if (p->sample_count < SAMPLES)
        p->sample_count++;
}

static void work_out_pace(struct progress *p, int64_t now, const struct progress_view *v)
{
    take_sample(p, now, v->done);
    const struct sample *from = oldest(p);
    int64_t span_us = now - from->mono_us, moved = v->done - from->done;
    if (span_us < PACE_MIN_US)
        return;
    p->pace.per_second = moved > 0 ? (double)moved * 1e6 / (double)span_us : 0;
    p->pace.left_s = -1;
    if (moved > 0 && v->total >= v->done)
        p->pace.left_s = (int64_t)((double)(v->total - v->done) / p->pace.per_second + 0.5);
}

static int columns(int fd)
{
    struct winsize w;
    if (ioctl(fd, TIOCGWINSZ, &w) == 0 && w.ws_col > 0)
        return w.ws_col;
    return DEFAULT_WIDTH;
}

static void redraw(struct progress *p, const struct progress_view *v)
{
    int width = columns(p->fd);
    pthread_mutex_lock(&p->lock);
    buf_clear(&p->line);
    progress_render(v, &p->pace, width - 1, &p->line); /* the last column would wrap */
    draw(p);
    pthread_mutex_unlock(&p->lock);
}

static void log_progress(const struct progress *p, const struct progress_view *v)
{
    char spent[MONEY_TEXT_SIZE];
    money_text(v->spent_pusd, spent);
    log_event(LOG_INFO, "progress", v->note != NULL ? v->note : "working", L_INT("done", v->done),
              L_INT("total", v->total), L_NUM("tickets_per_second", p->pace.per_second),
              L_INT("eta_seconds", p->pace.left_s), L_STR("spent_usd", spent),
              L_INT("unpriced_calls", v->unpriced_calls), L_INT("in_flight", v->in_flight),
              L_INT("retries", v->retries), L_INT("dead", v->dead));
}

void progress_update(struct progress *p, const struct progress_view *v)
{
    int64_t now = clock_mono_us(p->clock);
    work_out_pace(p, now, v);
    if (p->terminal && (p->drawn_mono_us == 0 || now - p->drawn_mono_us >= DRAW_EVERY_US)) {
        p->drawn_mono_us = now;
        redraw(p, v);
    }
    if (!p->terminal && now - p->logged_mono_us >= LOG_EVERY_US) {
        p->logged_mono_us = now;
        log_progress(p, v);
    }
}
