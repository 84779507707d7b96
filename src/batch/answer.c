/* Finds the items of an answer and gives each ticket its state. The search goes from the form that
 * was asked for to ever looser ones and stops at the first that names a ticket of ours; what an
 * item must look like does not loosen (item.c). Nothing is asked again here: that is the ladder's
 * decision.
 */
#include "batch/answer.h"

#include <assert.h>

#include "base/json.h"
#include "batch/item.h"
#include "batch/skim.h"

struct check {
    const struct answer_rules *rules;
    const struct answer_sent *sent;
    struct arena *arena;
    struct answer *out;
};

#define NO_SLOT SIZE_MAX

static size_t slot_of(const struct check *c, struct slice id)
{
    if (id.n != SHORT_ID_SIZE - 1)
        return NO_SLOT;
    for (size_t i = 0; i < c->sent->n; i++)
        if (memcmp(c->sent->ids[i], id.p, id.n) == 0)
            return i;
    return NO_SLOT;
}

/* ---- items and slots --------------------------------------------------------------------------*/

/* The slot an item speaks for: by its id, which an entry of a map may leave out (`key`). */
static size_t slot_of_item(const struct check *c, const struct item *i, struct slice key)
{
    struct slice id = item_string(i->values[KEY_ID], c->arena);
    if (key.p && i->counts[KEY_ID] == 0)
        id = key;
    if (!id.p || (key.p && !slice_eq(id, key)))
        return NO_SLOT;
    return slot_of(c, id);
}

static bool same_verdict(const struct verdict *a, const struct verdict *b)
{
    return a->category == b->category && a->confidence_ppm == b->confidence_ppm &&
           a->flags == b->flags && slice_eq(a->summary, b->summary);
}

static void fill_slot(struct check *c, struct answer_slot *slot, const struct item *i,
                      struct slice text)
{
    struct verdict verdict = {0};
    enum item_fault fault = item_judge(i, c->rules, text, c->arena, &verdict);
    if (slot->state == SLOT_MISSING) {
        *slot = (struct answer_slot){.state = fault == ITEM_OK ? SLOT_VALID : SLOT_INVALID,
                                     .fault = fault,
                                     .verdict = verdict,
                                     .raw_item = i->raw};
        return;
    }
    c->out->duplicates++;
    bool same = fault == ITEM_OK
                    ? slot->state == SLOT_VALID && same_verdict(&slot->verdict, &verdict)
                    : slot->state == SLOT_INVALID;
    if (!same)
        slot->state = SLOT_CONFLICT;
}

/* `key`: the id a map gives to the object, without quotes; NONE elsewhere. */
static void take_item(struct check *c, struct slice object, struct slice key)
{
    struct item i;
    item_open(object, &i);
    size_t slot = slot_of_item(c, &i, key);
    if (slot == NO_SLOT) {
        c->out->foreign++;
        return;
    }
    c->out->parsed = true;
    fill_slot(c, &c->out->slots[slot], &i, c->sent->texts[slot]);
}

static bool is_object(struct slice v)
{
    return v.p[0] == '{';
}

static bool is_array(struct slice v)
{
    return v.n > 0 && v.p[0] == '[';
}

static bool is_ours(const struct check *c, struct slice object)
{
    struct item i;
    item_open(object, &i);
    return slot_of_item(c, &i, SLICE_NONE) != NO_SLOT;
}

/* ---- containers: {"results":…}, an array of items, an object from id to item ------------------*/

static struct slice unquoted(struct slice key)
{
    return slice_of(key.p + 1, key.n - 2);
}

/* Looks at (take = false) or takes the items of an array or map; does one carry an id of ours? */
static bool visit_items(struct check *c, struct slice list, bool take)
{
    bool ours = false, map = is_object(list);
    struct slice key, value;
    for (size_t at = 0; skim_next(list, &at, &key, &value);) {
        if (!is_object(value))
            continue;
        struct slice id = map ? unquoted(key) : SLICE_NONE;
        if (take)
            take_item(c, value, id);
        ours |= map ? slot_of(c, id) != NO_SLOT : !take && is_ours(c, value);
        if (ours && !take)
            return true;
    }
    return ours;
}

/* Members called "results" of an object; how many there are. */
static size_t visit_results(struct check *c, struct slice object, bool take, bool *ours)
{
    size_t count = 0;
    struct slice key, value;
    for (size_t at = 0; skim_next(object, &at, &key, &value);) {
        if (!slice_eq(key, SLICE_LIT("\"results\"")))
            continue;
        count++;
        if (is_array(value) || is_object(value))
            *ours |= visit_items(c, value, take);
    }
    return count;
}

static bool visit_container(struct check *c, struct slice v, bool take)
{
    bool ours = false;
    if (is_object(v) && visit_results(c, v, take, &ours) > 0)
        return ours;
    return visit_items(c, v, take);
}

/* ---- the steps --------------------------------------------------------------------------------*/

/* Is the whole text the form that was asked for, and everything in it readable? */
static bool is_plain(struct slice text)
{
    struct slice results = json_guard(text, JSON_MAX_DEPTH) == ST_OK && is_object(text)
                               ? json_raw_member(text, "results")
                               : SLICE_NONE;
    return is_array(results);
}

/* Has the object, whole or broken off, a member that only items have? (Wrappers have ids too.) */
static bool is_item_like(struct slice object)
{
    struct item i;
    item_open(object, &i);
    return i.counts[KEY_CATEGORY] + i.counts[KEY_CONFIDENCE] > 0;
}

/* The next opening bracket at or after `at`, text.n when there is none. One that stands inside a
 * string is met too, but nothing comes of it: whatever names an id has quotes, in a string they are
 * escaped, and behind a backslash no string begins. */
static size_t next_opener(struct slice text, size_t at)
{
    while (at < text.n && text.p[at] != '{' && text.p[at] != '[')
        at++;
    return at;
}

/* Where to go on when the value at the bracket `at`, which holds or breaks off at `end`, was not
 * taken as a whole. An item that broke off is left as a whole: nothing nested in it is an item. */
static size_t step_on(struct slice text, size_t at, bool complete, size_t end)
{
    struct slice rest = slice_of(text.p + at, text.n - at);
    return !complete && is_object(rest) && is_item_like(rest) ? end : at + 1;
}

/* The first balanced container that names one of our tickets, unless an item stands before it that
 * belongs to none. */
static bool take_first_container(struct check *c, struct slice text)
{
    size_t at = 0;
    while ((at = next_opener(text, at)) < text.n) {
        size_t end = at;
        struct slice v;
        bool complete = skim_value(text, &end, &v);
        if (complete && visit_container(c, v, false)) {
            visit_container(c, v, true);
            return true;
        }
        if (complete && is_object(v) && is_ours(c, v))
            return false;
        at = step_on(text, at, complete, end);
    }
    return false;
}

/* Every complete object that is an item, wherever it stands. */
static void scan_items(struct check *c, struct slice text)
{
    size_t at = 0;
    while ((at = next_opener(text, at)) < text.n) {
        size_t end = at;
        struct slice v;
        bool complete = skim_value(text, &end, &v);
        if (complete && is_object(v) && (is_item_like(v) || is_ours(c, v))) {
            take_item(c, v, SLICE_NONE);
            at = end;
        } else {
            at = step_on(text, at, complete, end);
        }
    }
}

/* Without the model's thoughts: up to </think>, whether the opening tag came along or not, until
 * what follows begins like an answer. An opening tag that is never closed leaves nothing. */
static struct slice drop_thoughts(struct slice text, bool *dropped)
{
    static const struct slice open = SLICE_LIT("<think>"), close = SLICE_LIT("</think>");
    text = slice_trim(text);
    while (text.n > 0 && !memchr("{[`", text.p[0], 3)) {
        bool opened = text.n >= open.n && slice_eq(slice_of(text.p, open.n), open);
        ptrdiff_t at = slice_find(text, close);
        if (at < 0 && !opened)
            break;
        *dropped = true;
        size_t skip = at < 0 ? text.n : (size_t)at + close.n;
        text = slice_trim(slice_of(text.p + skip, text.n - skip));
    }
    return text;
}

static void salvage(struct check *c, struct slice text)
{
    c->out->salvaged = true;
    text.n = text.n < ANSWER_SALVAGE_MAX ? text.n : ANSWER_SALVAGE_MAX;
    if (!take_first_container(c, text))
        scan_items(c, text);
}

static void finish(struct answer *out)
{
    for (size_t i = 0; i < out->n; i++) {
        out->valid += out->slots[i].state == SLOT_VALID;
    }
}

void answer_check(const struct answer_rules *rules, const struct answer_sent *sent,
                  struct slice content, struct arena *a, struct answer *out)
{
    assert(sent->n >= 1 && sent->n <= PACK_TICKETS_LIMIT);
    *out = (struct answer){.slots = arena_zalloc(a, sent->n * sizeof *out->slots), .n = sent->n};
    struct check c = {rules, sent, a, out};
    struct slice text = drop_thoughts(content, &out->salvaged);
    out->blank = text.n == 0;
    if (is_plain(text) && visit_container(&c, text, false))
        visit_container(&c, text, true);
    else
        salvage(&c, text);
    finish(out);
}

const char *slot_state_name(enum slot_state s)
{
    static const char *const names[] = {
        [SLOT_MISSING] = "missing",
        [SLOT_VALID] = "valid",
        [SLOT_INVALID] = "invalid",
        [SLOT_CONFLICT] = "conflict",
    };
    return (unsigned)s < sizeof(names) / sizeof(*names) ? names[s] : "unknown";
}

const char *item_fault_name(enum item_fault f)
{
    static const char *const names[ITEM_FAULT_COUNT] = {
#define X(id, name) name,
        ITEM_FAULT_LIST(X)
#undef X
    };
    return (unsigned)f < ITEM_FAULT_COUNT ? names[f] : "unknown";
}
