/* The outcomes a fallible function can have, and the detail that goes with a failure.
 *
 * One list of codes for the whole program. Each edge room translates its library's codes into
 * these in its own errmap.c; nobody else ever sees a library code. The class says what the
 * caller is to do about it, the detail (`struct fail`) says what happened, for a human.
 */
#ifndef TICKETMILL_BASE_STATUS_H
#define TICKETMILL_BASE_STATUS_H

#include <stddef.h>

#define MUST_CHECK             __attribute__((warn_unused_result))
#define PRINTF_LIKE(fmt, args) __attribute__((format(printf, fmt, args)))

enum status_class {
    CLASS_OK,    /* go on */
    CLASS_DATA,  /* the input at hand is bad: a dead letter or a salvage step */
    CLASS_RETRY, /* passing trouble: try again later */
    CLASS_STOP,  /* the run cannot go on: publish what is there and leave */
    CLASS_BUG    /* ours */
};

/* X(code, class, exit status when it ends a run, text) */
#define STATUS_LIST(X)                                                                             \
    X(ST_OK, CLASS_OK, 0, "ok")                                                                    \
    X(ST_INTERNAL, CLASS_BUG, 1, "internal error")                                                 \
    X(ST_NO_MEMORY, CLASS_STOP, 1, "out of memory")                                                \
    X(ST_SYSTEM, CLASS_STOP, 1, "system call failed")                                              \
    X(ST_NOT_FOUND, CLASS_DATA, 1, "not found")                                                    \
    X(ST_LIMIT, CLASS_DATA, 1, "limit exceeded")                                                   \
    X(ST_AGAIN, CLASS_RETRY, 1, "not now")                                                         \
    X(ST_BAD_JSON, CLASS_DATA, 1, "invalid JSON")                                                  \
    X(ST_BAD_UTF8, CLASS_DATA, 1, "invalid UTF-8")                                                 \
    X(ST_TOO_DEEP, CLASS_DATA, 1, "nested too deeply")                                             \
    X(ST_OVERFLOW, CLASS_DATA, 1, "number out of range")                                           \
    X(ST_USAGE, CLASS_STOP, 64, "usage")                                                           \
    X(ST_LEDGER_STATE, CLASS_STOP, 65, "ledger damaged, older, or not this topic's")               \
    X(ST_UNAVAILABLE, CLASS_RETRY, 69, "unreachable")                                              \
    X(ST_AUDIT, CLASS_STOP, 70, "audit failed")                                                    \
    X(ST_LEDGER_IO, CLASS_STOP, 73, "ledger cannot be written")                                    \
    X(ST_LOCKED, CLASS_STOP, 73, "in use by another run")                                          \
    X(ST_FENCED, CLASS_STOP, 73, "fenced by another run")                                          \
    X(ST_OUTPUT, CLASS_STOP, 73, "output cannot be written")                                       \
    X(ST_CHANGED, CLASS_STOP, 65, "input was changed")                                             \
    X(ST_BUDGET, CLASS_STOP, 4, "budget reached")                                                  \
    X(ST_LATE, CLASS_STOP, 6, "finish_by reached")                                                 \
    X(ST_NO_MONEY, CLASS_STOP, 7, "no money left at any provider")                                 \
    X(ST_KEY_REFUSED, CLASS_STOP, 77, "keys refused everywhere")                                   \
    X(ST_CONFIG, CLASS_STOP, 78, "configuration")

enum status {
#define X(code, class, exit_code, text) code,
    STATUS_LIST(X)
#undef X
        ST_COUNT
};

/* What happened, filled in where it happens. `text` names what, where and what to do; it never
 * holds a secret, ticket text or a model's answer. */
struct fail {
    enum status code;
    int sys;        /* errno, or the library's own code; 0 = none */
    char text[512]; /* NUL-terminated; cut at the end when too long */
};

const char *status_text(enum status code); /* "unreachable" */
const char *status_name(enum status code); /* "ST_UNAVAILABLE" */
enum status_class status_class(enum status code);
int status_exit(enum status code); /* contract: exit status of a run */

/* Fills *f (NULL allowed) and returns `code`, so that a failing line reads
 * `return fail_set(f, ST_LOCKED, 0, "%s: …", path);`. */
enum status fail_set(struct fail *f, enum status code, int sys, const char *fmt, ...)
    PRINTF_LIKE(4, 5);

/* Puts "context: " in front of f->text; code and sys stay. */
void fail_context(struct fail *f, const char *fmt, ...) PRINTF_LIKE(2, 3);

#endif
