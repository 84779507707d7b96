/* A ledger in a directory of its own, with a clock moved by hand and one-line commands. */
#ifndef TESTS_SUPPORT_LEDGER_FIXTURE_H
#define TESTS_SUPPORT_LEDGER_FIXTURE_H

#include "base/clock.h"
#include "ledger/audit.h"

#define FIXTURE_TOPIC  "tickets"
#define FIXTURE_PROMPT "0f1e2d3c4b5a69788796a5b4c3d2e1f00f1e2d3c4b5a69788796a5b4c3d2e1f0"

struct ledger_fixture {
    char dir[64], path[96];
    struct ledger *ledger; /* NULL = not open */
    struct clock clock;
    int64_t now_unix_us;
    int64_t max_result_bytes, max_dead_bytes; /* for the next opening */
    int32_t source;                           /* of FIXTURE_TOPIC */
    int runs;
};

void ledger_fixture_init(struct ledger_fixture *f);   /* makes the directory, opens, begins a run */
void ledger_fixture_deinit(struct ledger_fixture *f); /* closes, removes the directory */
enum status ledger_fixture_try_open(struct ledger_fixture *f, struct fail *fail);
void ledger_fixture_open(struct ledger_fixture *f); /* must work; begins a run */
void ledger_fixture_close(struct ledger_fixture *f);
void ledger_fixture_reopen(struct ledger_fixture *f);

/* Runs one command as a group; returns its status. */
enum status ledger_fixture_apply(struct ledger_fixture *f, struct ledger_cmd *cmd);

struct pos at(struct ledger_fixture *f, int64_t offset); /* partition 0 of the topic */

/* An admission of one ticket whose id, text and hashes follow from `text`. */
struct ledger_cmd *admit_cmd(struct ledger_fixture *f, int64_t offset, const char *text);
void admit(struct ledger_fixture *f, int64_t offset, const char *text); /* must be new */

/* A call over count tickets from offset on, USD priced unless reserved is PUSD_UNPRICED. */
struct ledger_cmd *intent_cmd(struct ledger_fixture *f, int64_t offset, size_t count,
                              int64_t reserved_pusd);
int64_t intent(struct ledger_fixture *f, int64_t offset, size_t count, int64_t reserved_pusd);

/* The end of such a call: ANSWERED gives every ticket the result "billing" and cost / count each
 * (rest to the first); UNKNOWN and FAILED leave them open. */
struct ledger_cmd *settle_cmd(struct ledger_fixture *f, int64_t call_no, int64_t offset,
                              size_t count, enum call_state state, int64_t cost_pusd);
void settle(struct ledger_fixture *f, int64_t call_no, int64_t offset, size_t count,
            enum call_state state, int64_t cost_pusd);

/* A call of that purpose to that tier. */
int64_t call_for(struct ledger_fixture *f, enum call_purpose purpose, const char *tier,
                 int64_t offset, size_t count, int64_t reserved_pusd);
/* A shadow or guard answer: every ticket compared, each said to be `category` at 0.7. */
void settle_compared(struct ledger_fixture *f, int64_t call, int64_t offset, size_t count,
                     const char *category, int64_t cost_pusd);
void end_run(struct ledger_fixture *f, int exit_code);

void expect_straight(const char *path); /* ledger_verify_books finds nothing */
/* The rows of a query, "a|b; c|d", NULL as "-". Static memory, 4,000 bytes. */
const char *ask(const char *path, const char *sql);

struct ledger_cmd *mark_cmd(int64_t published_seq);

/* The i-th row of a command, from 0; NULL past the end. */
const struct outrow *row_of(const struct ledger_cmd *cmd, size_t i);
size_t rows_in(const struct ledger_cmd *cmd);

struct ledger_audit audit_of(struct ledger_fixture *f);

/* The fixture as a test's state. */
int ledger_setup(void **state);
int ledger_teardown(void **state);

/* That many tickets from offset 0 on, each with the answer of a call of its own. */
void ledger_fill(struct ledger_fixture *f, int64_t count);

#endif
