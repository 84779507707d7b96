/* The names under which outcomes appear in results, headers, logs and reports.
 *
 * All tables come from the lists in the headers of this room, so a name is written down once.
 * Numbers that came from a ledger of another version have no name here and read "unknown".
 */
#include "model/call.h"
#include "model/failure.h"
#include "model/reason.h"
#include "model/verdict.h"

static const char unnamed[] = "unknown";

const char *purpose_name(enum call_purpose p)
{
    static const char *const names[] = {
        [PURPOSE_FIRST] = "first",       [PURPOSE_REASK] = "reask",   [PURPOSE_SOLO] = "solo",
        [PURPOSE_ESCALATE] = "escalate", [PURPOSE_SHADOW] = "shadow", [PURPOSE_GUARD] = "guard",
    };

    return (unsigned)p < sizeof(names) / sizeof(*names) ? names[p] : unnamed;
}

const char *call_state_name(enum call_state s)
{
    static const char *const names[] = {
        [CALL_SENT] = "sent",
        [CALL_ANSWERED] = "answered",
        [CALL_FAILED] = "failed",
        [CALL_UNKNOWN] = "unknown",
    };

    return (unsigned)s < sizeof(names) / sizeof(*names) ? names[s] : unnamed;
}

static const struct {
    const char *name;
    enum failure_billing billing;
} failures[FAIL_COUNT] = {
#define X(id, name, billing) {name, billing},
    FAILURE_LIST(X)
#undef X
};

const char *failure_name(enum failure f)
{
    return (unsigned)f < FAIL_COUNT ? failures[f].name : unnamed;
}

enum failure_billing failure_billing(enum failure f)
{
    return (unsigned)f < FAIL_COUNT ? failures[f].billing : BILLED_UNKNOWN;
}

static const struct {
    enum reason id;
    const char *name;
} reasons[] = {
#define X(id, number, name) {id, name},
    REASON_LIST(X)
#undef X
};

const char *reason_name(enum reason r)
{
    for (size_t i = 0; i < sizeof(reasons) / sizeof(*reasons); i++) {
        if (reasons[i].id == r)
            return reasons[i].name;
    }
    return unnamed;
}

bool reason_parse(struct slice name, enum reason *out)
{
    for (size_t i = 0; i < sizeof(reasons) / sizeof(*reasons); i++) {
        if (reasons[i].id != REASON_NONE && slice_eq(name, slice_str(reasons[i].name))) {
            *out = reasons[i].id;
            return true;
        }
    }
    return false;
}

void confidence_text(int32_t ppm, char out[CONFIDENCE_TEXT_SIZE])
{
    size_t n = 0;

    ppm = ppm < 0 ? 0 : ppm > CONFIDENCE_ONE ? CONFIDENCE_ONE : ppm;
    out[n++] = ppm == CONFIDENCE_ONE ? '1' : '0';
    if (ppm % CONFIDENCE_ONE != 0)
        out[n++] = '.';
    for (int32_t left = ppm % CONFIDENCE_ONE * 10; left != 0; left = left % CONFIDENCE_ONE * 10)
        out[n++] = (char)('0' + left / CONFIDENCE_ONE);
    out[n] = '\0';
}

void flags_each(uint32_t flags, void (*fn)(void *self, const char *name), void *self)
{
    static const struct {
        uint32_t flag;
        const char *name;
    } names[] = {
#define X(id, bit, name) {id, name},
        FLAG_LIST(X)
#undef X
    };

    for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
        if (flags & names[i].flag)
            fn(self, names[i].name);
    }
}
