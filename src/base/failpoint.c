/* Failpoints: which one is armed, and the end of the process when its turn has come. The choice
 * is read once, before any thread exists; only the countdown is shared.
 */
#include "base/failpoint.h"

#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/slice.h"

#define VARIABLE "TICKETMILL_FAILPOINT"

bool failpoint_armed;
static enum failpoint armed_at;
static atomic_llong passes_left;
static int armed_signal;

static const char *const names[FP_COUNT] = {
#define X(id, name) [id] = name,
    FAILPOINT_LIST(X)
#undef X
};

static _Noreturn void refuse(const char *value)
{
    fprintf(stderr, "ticketmill: %s=%s: expected NAME, NAME:N or NAME:N:stop, NAME one of",
            VARIABLE, value);
    for (int i = 0; i < FP_COUNT; i++)
        fprintf(stderr, " %s", names[i]);
    fputc('\n', stderr);
    exit(64);
}

/* Cuts the text up to the next ':' off *rest. */
static struct slice next_part(struct slice *rest)
{
    ptrdiff_t colon = slice_find(*rest, SLICE_LIT(":"));
    size_t n = colon < 0 ? rest->n : (size_t)colon;
    struct slice part = slice_of(rest->p, n);
    size_t skip = colon < 0 ? n : n + 1;
    *rest = colon < 0 ? SLICE_NONE : slice_of(rest->p + skip, rest->n - skip);
    return part;
}

void failpoint_init(void)
{
    const char *value = getenv(VARIABLE);
    if (!value || !*value)
        return;
    struct slice rest = slice_str(value);
    struct slice name = next_part(&rest);
    int found = 0;
    while (found < FP_COUNT && !slice_eq(name, slice_str(names[found])))
        found++;
    if (found == FP_COUNT)
        refuse(value);

    int64_t pass = 1;
    if (rest.p && (slice_to_i64(next_part(&rest), &pass) != ST_OK || pass < 1))
        refuse(value);
    if (rest.p && !slice_eq(rest, SLICE_LIT("stop")))
        refuse(value);

    armed_at = (enum failpoint)found;
    armed_signal = rest.p ? SIGSTOP : SIGKILL;
    atomic_store(&passes_left, pass);
    failpoint_armed = true;
}

void failpoint_hit(enum failpoint fp)
{
    if (fp == armed_at && atomic_fetch_sub(&passes_left, 1) == 1)
        raise(armed_signal);
}
