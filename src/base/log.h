/* One line per event on stderr, with a fixed event name and typed fields.
 *
 * Not a terminal (or log_init with as_json): {"ts":"…","level":"info","event":"call_failed",
 * "run_id":"…",…}. On a terminal: a short readable line. Never ticket text, prompts, answers or
 * keys. Thread-safe; each line is one write(2). */
#ifndef TICKETMILL_BASE_LOG_H
#define TICKETMILL_BASE_LOG_H

#include <stdbool.h>
#include <stdint.h>

#include "base/slice.h"

enum log_level { LOG_DEBUG, LOG_INFO, LOG_WARN, LOG_ERROR };

struct log_field {
    const char *key;
    enum { LOG_STR, LOG_I64, LOG_F64, LOG_TRUTH } kind;
    struct slice s;
    int64_t i;
    double f;
};

#define L_STR(k, v)   ((struct log_field){.key = (k), .kind = LOG_STR, .s = slice_str(v)})
#define L_SLICE(k, v) ((struct log_field){.key = (k), .kind = LOG_STR, .s = (v)})
#define L_INT(k, v)   ((struct log_field){.key = (k), .kind = LOG_I64, .i = (int64_t)(v)})
#define L_NUM(k, v)   ((struct log_field){.key = (k), .kind = LOG_F64, .f = (v)})
#define L_BOOL(k, v)  ((struct log_field){.key = (k), .kind = LOG_TRUTH, .i = (v) ? 1 : 0})

/* Before the first line; may be called again. fd is borrowed. */
void log_init(int fd, bool as_json, enum log_level min);
void log_context(const char *run_id, const char *shard); /* copied; NULL = none */

/* Called with true before and false after each line is written, so that a progress line can
 * clear and redraw itself. Runs under the log's lock. */
void log_on_line(void (*fn)(void *self, bool before), void *self);

void log_write(enum log_level level, const char *event, const char *message,
               const struct log_field *fields, size_t count);

/* log_event(LOG_WARN, "call_failed", "provider answered 500", L_INT("status", 500), …);
 * message is a short sentence without secrets; at least one field (use L_NONE). */
#define L_NONE ((struct log_field){.key = NULL})
#define log_event(level, event, message, ...)                                                      \
    log_write((level), (event), (message), (const struct log_field[]){__VA_ARGS__},                \
              sizeof((const struct log_field[]){__VA_ARGS__}) / sizeof(struct log_field))

#endif
