/* The state machine's insides, shared by the files of this room only.
 * What it moves stands in work.h. Long: because it names the functions of every arrow.
 */
#ifndef TICKETMILL_PIPELINE_STATE_H
#define TICKETMILL_PIPELINE_STATE_H

#include "base/map.h"
#include "pipeline/mill.h"
#include "pipeline/work.h"
#include "route/late.h"
#include "route/retry.h"

enum mill_phase {
    MILL_RUNNING,
    MILL_STOPPING,  /* nothing new is taken in or sent; calls in flight are waited for */
    MILL_FINISHING, /* the publisher was told to finish */
    MILL_CLOSING,   /* the run's end is being written */
    MILL_OVER
};

struct source_partition {
    struct mill_partition p;
    bool done;
    int64_t
        lost_at; /* offset that was not in the log, until the next record or EOF tells; -1 = none */
};

#define REQUEST_BYTES_MAX ((size_t)64 << 20)

struct mill {
    struct mill_options o;
    const struct config *config;
    struct random random;
    struct mill_stats stats;
    struct latencies latencies; /* of answered calls */

    enum mill_phase phase;
    struct reactor_timer *timer;
    struct reactor_wakeup *again;
    bool in_turn;

    /* intake */
    struct source_partition *partitions;
    size_t partitions_open;
    bool intake_stopped;
    struct ledger_cmd *admit; /* being filled */
    int64_t taken;            /* against --limit */
    int64_t window_tickets;   /* taken in, terminal record not yet published */
    int64_t window_bytes;     /* values held in memory */
    int64_t commands;         /* with the ledger */
    int64_t admits;           /* of them ADMIT */

    /* packing and calling */
    struct list everyone; /* every ticket in memory */
    struct packer *packer;
    struct pack_item **picked; /* room for one pack */
    struct map *leaders;       /* reuse key → ticket being worked on */
    struct list asks;          /* every ask */
    struct heap due;           /* asks that wait, by monotonic time */
    struct list held;          /* rejected alone; see LADDER_HOLD */
    struct providers providers;
    struct line **lines; /* by their number, the packer's route */
    int line_count, line_turn;
    struct retry_budget retries;
    int64_t system_tokens;                /* estimate for the system message */
    struct buf user, body;                /* scratch of the request in the making */
    struct buf redacted, redacted_counts; /* likewise, of a text */
    int64_t answers;                      /* useful ones so far */
    int outages;                          /* times an endpoint came back from trouble */
    struct list compared;                 /* shadow and guard copies in memory */
    int64_t comparisons;                  /* of them */
    struct late_eta eta;

    /* ending */
    int64_t progress_mono_us;    /* last useful answer or publish */
    int64_t grace_until_mono_us; /* 0 = not stopping by signal */
    bool grace_over;
    bool late_told;                /* that finish_by will not be met */
    int64_t compare_until_mono_us; /* 0 = tickets are still being worked on */
    int64_t publish_until_mono_us; /* stopping by signal: 0 = not yet publishing the last */
    bool publishing_given_up;
    bool claimed;        /* our offsets are committed: from here on work is taken in */
    bool publisher_over; /* nothing more will be published */
    bool limit_reached;
    enum status stops[8]; /* reasons given so far */
    int stop_count;
    bool signalled;   /* told to stop */
    bool interrupted; /* … while there was work left */
    bool stalled;
    struct {
        int64_t logged_mono_us; /* 0 = never */
        int64_t held_back;      /* failures since then */
    } told[FAIL_COUNT];         /* so that an outage does not flood the log */
    char refusal[256];          /* the provider's message about a model's configuration */
    char stop_message[512];
};

/* mill.c */
void mill_turn(struct mill *m);
int64_t mill_now(const struct mill *m); /* monotonic */
int64_t mill_unix_now(const struct mill *m);
void mill_submit(struct mill *m, struct ledger_cmd *cmd);
void mill_progress(struct mill *m); /* something useful happened */

/* admit.c */
struct admit_item *admit_slot(struct mill *m, struct ticket *t); /* t NULL = no ticket */
void admit_flush(struct mill *m);
void admit_flush_full(struct mill *m);
void admit_common(const struct ticket *t, struct admit_item *it, enum admit_kind kind);
void admit_ticket(struct mill *m, const struct source_partition *part, struct ticket *t,
                  struct admit_item *it);
void admit_dead(struct mill *m, struct ticket *t, struct admit_item *it, enum reason why,
                const char *detail);
void admit_done(struct mill *m, struct ledger_cmd *cmd);
void admit_again(struct mill *m, struct list *copies); /* copies of a ticket that has its answer */

/* intake.c */
struct source_partition *intake_partition(struct mill *m, struct pos pos);
void intake_pump(struct mill *m);
bool intake_over(const struct mill *m); /* all read and admitted */
bool intake_window_open(const struct mill *m);

/* tickets.c */
struct ticket *ticket_new(struct mill *m, const struct record *r);
void ticket_free(struct mill *m, struct ticket *t);
void ticket_queue(struct mill *m, struct ticket *t);                        /* into the packer */
void ticket_terminal(struct mill *m, struct ticket *t, enum reason reason); /* booked: frees it */
void tickets_dead(struct mill *m, struct ticket **v, size_t n, enum reason reason,
                  const char *detail);
void tickets_dead_done(struct mill *m, struct ledger_cmd *cmd);

/* private.c */
void private_make(struct mill *m, struct ticket *t); /* its text was made or cut */
void private_copy(struct ticket *to, const struct ticket *from);
void private_free(struct ticket *t);
/* What that model's provider is sent of it, and whether that is nothing at all. */
struct slice private_text(const struct mill *m, const struct ticket *t, int model);
bool private_withheld(const struct mill *m, const struct ticket *t, int model);

/* ask.c */
struct ask *ask_new(struct mill *m, struct ticket **tickets, size_t n, enum call_purpose purpose);
void ask_free(struct mill *m, struct ask *a); /* not its tickets */
void ask_wait(struct mill *m, struct ask *a, int64_t delay_us);
void ask_first(struct ask *a); /* ready, before the others of its line */
/* What a call of that model would take: tokens both ways; *cap 0 = it does not fit. */
int64_t ask_tokens(const struct mill *m, const struct ask *a, int model, int64_t *cap);

/* lines.c */
int line_number(struct mill *m, const struct ticket *t);
void lines_wake(struct mill *m); /* a call has ended: look again */
bool line_has_work(const struct mill *m, int line, int64_t now_mono_us);
/* Its next ask: one that is ready, else a pack; NULL = none. flush: packs need not be full. */
struct ask *line_next(struct mill *m, int line, int64_t now_mono_us, bool flush);
int64_t lines_deadline(const struct mill *m); /* when one of them can send; INT64_MAX = unknown */
int model_step(const struct mill *m, int tier, int model); /* its place in the tier */
bool model_next(const struct mill *m, const struct ticket *t, int after, int *step);
bool tier_usable(const struct mill *m, int tier, bool vision);

/* dispatch.c */
void dispatch_pump(struct mill *m);
void ask_intended(struct mill *m, struct ledger_cmd *cmd);

/* outcome.c */
/* What the ladder must know of a ticket, as far as the ticket itself knows it. */
struct ladder_ticket outcome_standing(const struct ask *a, const struct ticket *t);
/* A verdict's category by name, and whether it is too unsure to go without a person. */
void outcome_words(const struct mill *m, const struct verdict *v, struct slice *category,
                   bool *needs_review);

/* settle.c */
void ask_replied(void *arg, const struct llm_reply *reply); /* arg: the struct ask */
void ask_settled(struct mill *m, struct ledger_cmd *cmd);
void ask_unsent(struct mill *m, struct ask *a); /* intent is durable, but sending has stopped */

/* judge.c */
void judge_model(struct mill *m, const struct ask *a); /* its provider refuses its configuration */
void judge_outage_booked(struct mill *m, const struct ledger_cmd *cmd);
void judge_endpoint(struct mill *m, struct ask *a);

/* dead_end.c */
/* No model is left for this line: its tickets go to their other tier, or the run has to stop. */
void dead_end_line(struct mill *m, int line);
void dead_end_ask(struct mill *m, struct ask *a); /* the same for one that fits only such models */
void dead_end_check(struct mill *m); /* when nothing can be sent any more: stops and says why */

/* opinion.c */
void opinion_shadow(struct mill *m, const struct ticket *t); /* admitted: perhaps asked twice */
void opinion_guard(struct mill *m, const struct ask *a);     /* about to be sent */
void opinion_done(struct mill *m, struct ask *a);            /* booked: frees ask and copies */
void opinion_drop(struct mill *m, struct ask *a);            /* not to be sent: likewise */
void opinion_drop_waiting(struct mill *m);
void opinion_free(struct mill *m); /* those that no ask holds any more */

/* kept.c */
void kept_take(struct ticket *t, int64_t call_no, const struct verdict *v); /* copies it */
void kept_restore(struct mill *m, struct ticket *t, const struct admit_item *it);
void kept_publish(struct mill *m, struct ticket **v, size_t n); /* what was kept for them */
void kept_done(struct mill *m, struct ledger_cmd *cmd);

/* follow.c */
void follow_up(struct mill *m, struct ask *a); /* acts on a->moves; frees the ask or lets it wait */
/* Tickets held for that model (-1 = any) are dead: its configuration is fine. */
void follow_release_held(struct mill *m, int model);

/* drain.c */
void drain_check(struct mill *m);
int64_t drain_deadline(const struct mill *m); /* monotonic; INT64_MAX = none */
void drain_stop(struct mill *m, enum status why, const char *message); /* first stop, or one more */
void drain_closed(struct mill *m, struct ledger_cmd *cmd);

#endif
