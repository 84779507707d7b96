/* Log lines: JSON for machines, a short sentence for a person at a terminal. A line is put
 * together and written with one write(2) under one lock. What comes from outside is made
 * safe first: invalid UTF-8 and terminal control characters become U+FFFD or an escape, long
 * values are cut. No levels per room, no rotation: that is the business of whoever holds stderr.
 */
#include "base/log.h"

#include <errno.h>
#include <math.h>
#include <pthread.h>
#include <time.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/utf8.h"

#define MAX_VALUE_BYTES 2048
#define MAX_LINE_BYTES  ((size_t)256 << 10)
#define REPLACEMENT     "\xef\xbf\xbd"

static struct {
    pthread_mutex_t lock;
    int fd;
    bool json;
    enum log_level min;
    char run_id[64], shard[32]; /* "" = none */
    void (*on_line)(void *self, bool before);
    void *on_line_self;
} logger = {.lock = PTHREAD_MUTEX_INITIALIZER, .fd = STDERR_FILENO, .json = true, .min = LOG_INFO};

static const char *const level_names[] = {"debug", "info", "warn", "error"};
static const char *const level_labels[] = {"DEBUG", "INFO ", "WARN ", "ERROR"};

void log_init(int fd, bool as_json, enum log_level min)
{
    bool terminal = isatty(fd) == 1;
    pthread_mutex_lock(&logger.lock);
    logger.fd = fd;
    logger.json = as_json || !terminal;
    logger.min = min;
    pthread_mutex_unlock(&logger.lock);
}

static void copy(char *out, size_t size, const char *s)
{
    struct slice from = s ? slice_str(s) : SLICE_LIT("");
    size_t n = utf8_floor(from, size - 1);
    memcpy(out, from.p, n);
    out[n] = '\0';
}

void log_context(const char *run_id, const char *shard)
{
    pthread_mutex_lock(&logger.lock);
    copy(logger.run_id, sizeof logger.run_id, run_id);
    copy(logger.shard, sizeof logger.shard, shard);
    pthread_mutex_unlock(&logger.lock);
}

void log_on_line(void (*fn)(void *self, bool before), void *self)
{
    pthread_mutex_lock(&logger.lock);
    logger.on_line = fn;
    logger.on_line_self = self;
    pthread_mutex_unlock(&logger.lock);
}

/* Appends s as valid UTF-8 without DEL and C1 controls (0x80–0x9f: terminals obey some of them),
 * cut to MAX_VALUE_BYTES. C0 controls stay: quoting takes care of them. */
static void clean(struct buf *b, struct slice s)
{
    for (size_t at = 0; at < s.n && b->n < MAX_VALUE_BYTES;) {
        size_t len = utf8_sequence(s.p + at, s.n - at);
        bool c1 = len == 2 && (unsigned char)s.p[at] == 0xc2 && (unsigned char)s.p[at + 1] < 0xa0;
        if (len == 0 || c1 || s.p[at] == 0x7f)
            buf_str(b, REPLACEMENT);
        else
            buf_add(b, s.p + at, len);
        at += len ? len : 1;
    }
    if (b->n >= MAX_VALUE_BYTES)
        buf_str(b, "…");
}

static void add_string(struct buf *line, struct slice s)
{
    struct buf safe;
    buf_init(&safe, MAX_VALUE_BYTES * 2);
    clean(&safe, s);
    json_quote(line, s.p ? buf_view(&safe) : SLICE_NONE);
    buf_deinit(&safe);
}

static void add_value(struct buf *line, const struct log_field *f)
{
    switch (f->kind) {
    case LOG_STR:
        add_string(line, f->s);
        break;
    case LOG_I64:
        buf_i64(line, f->i);
        break;
    case LOG_F64:
        if (isfinite(f->f))
            buf_fmt(line, "%.15g", f->f);
        else
            buf_str(line, "null");
        break;
    case LOG_TRUTH:
        buf_str(line, f->i ? "true" : "false");
        break;
    }
}

/* A word needs no quotes on a terminal. */
static bool is_word(struct slice s)
{
    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char)s.p[i];
        if (c <= ' ' || c >= 0x7f || c == '"' || c == '\\' || c == '=')
            return false;
    }
    return s.n > 0 && s.n <= MAX_VALUE_BYTES;
}

static void add_json_field(struct buf *line, const struct log_field *f)
{
    buf_char(line, ',');
    add_string(line, slice_str(f->key));
    buf_char(line, ':');
    add_value(line, f);
}

static void add_readable_field(struct buf *line, const struct log_field *f)
{
    buf_char(line, ' ');
    buf_str(line, f->key);
    buf_char(line, '=');
    if (f->kind == LOG_STR && is_word(f->s))
        buf_slice(line, f->s);
    else
        add_value(line, f);
}

static void start_json(struct buf *line, int64_t unix_us, enum log_level level, const char *event,
                       const char *message)
{
    char ts[CLOCK_ISO_SIZE];
    clock_iso_ms(unix_us, ts);
    buf_fmt(line, "{\"ts\":\"%s\",\"level\":\"%s\"", ts, level_names[level]);
    add_json_field(line, &L_STR("event", event));
    if (message)
        add_json_field(line, &L_STR("message", message));
    if (logger.run_id[0])
        add_json_field(line, &L_STR("run_id", logger.run_id));
    if (logger.shard[0])
        add_json_field(line, &L_STR("shard", logger.shard));
}

/* Control characters have no business in a message; they would still be harmless. */
static void add_message(struct buf *line, const char *message)
{
    struct buf safe;
    buf_init(&safe, MAX_VALUE_BYTES * 2);
    clean(&safe, slice_str(message));
    for (size_t i = 0; i < safe.n; i++)
        if ((unsigned char)safe.p[i] < 0x20)
            safe.p[i] = ' ';
    buf_slice(line, buf_view(&safe));
    buf_deinit(&safe);
}

static void start_readable(struct buf *line, int64_t unix_us, enum log_level level,
                           const char *event, const char *message)
{
    time_t seconds = (time_t)(unix_us / 1000000);
    struct tm local;
    localtime_r(&seconds, &local);
    buf_fmt(line, "%02d:%02d:%02d %s ", local.tm_hour, local.tm_min, local.tm_sec,
            level_labels[level]);
    add_message(line, message ? message : event);
}

/* Nothing can be done about a stderr that takes no more: the rest of the line is dropped. */
static void write_out(int fd, struct slice s)
{
    while (s.n > 0) {
        ssize_t n = write(fd, s.p, s.n);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return;
        s = slice_of(s.p + n, s.n - (size_t)n);
    }
}

/* Under the lock, since context and form are the logger's. */
static void format(struct buf *line, enum log_level level, const char *event, const char *message,
                   const struct log_field *fields, size_t count)
{
    int64_t now_unix_us = clock_unix_us(&clock_system);
    if (logger.json)
        start_json(line, now_unix_us, level, event, message);
    else
        start_readable(line, now_unix_us, level, event, message);
    for (size_t i = 0; i < count; i++) {
        if (!fields[i].key)
            continue;
        if (logger.json)
            add_json_field(line, &fields[i]);
        else
            add_readable_field(line, &fields[i]);
    }
    buf_str(line, logger.json ? "}\n" : "\n");
}

void log_write(enum log_level level, const char *event, const char *message,
               const struct log_field *fields, size_t count)
{
    int saved_errno = errno;
    struct buf line;
    buf_init(&line, MAX_LINE_BYTES);
    pthread_mutex_lock(&logger.lock);
    if (level >= logger.min) {
        format(&line, level, event, message, fields, count);
        if (logger.on_line)
            logger.on_line(logger.on_line_self, true);
        write_out(logger.fd, buf_view(&line));
        if (logger.on_line)
            logger.on_line(logger.on_line_self, false);
    }
    pthread_mutex_unlock(&logger.lock);
    buf_deinit(&line);
    errno = saved_errno;
}
