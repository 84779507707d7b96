/* The rules for one item, each a few lines: what is not clearly right is a fault, nothing is
 * guessed. Which ticket an item belongs to and what repeats mean is answer.c's part.
 */
#include "batch/item.h"

#include "base/json.h"
#include "base/utf8.h"
#include "batch/skim.h"
#include "batch/summary.h"

static struct slice inside_quotes(struct slice raw)
{
    return slice_of(raw.p + 1, raw.n - 2);
}

/* Does a raw key, escapes in it read, spell `name`? */
static bool key_is(struct slice raw, struct slice name)
{
    if (!memchr(raw.p, '\\', raw.n))
        return slice_eq(inside_quotes(raw), name);
    json *doc;
    if (json_parse(raw, JSON_MAX_DEPTH, &doc) != ST_OK)
        return false;
    bool same = slice_eq(json_str(doc), name);
    json_free(doc);
    return same;
}

void item_open(struct slice object, struct item *out)
{
    static const struct slice names[ITEM_KEYS] = {
        [KEY_ID] = SLICE_LIT("id"),
        [KEY_CATEGORY] = SLICE_LIT("category"),
        [KEY_CONFIDENCE] = SLICE_LIT("confidence"),
        [KEY_SUMMARY] = SLICE_LIT("summary"),
    };
    *out = (struct item){.raw = object};
    struct slice key, value;
    for (size_t at = 0; skim_next(object, &at, &key, &value);)
        for (int k = 0; k < ITEM_KEYS; k++)
            if (key_is(key, names[k]) && out->counts[k]++ == 0)
                out->values[k] = value;
}

struct slice item_string(struct slice raw, struct arena *a)
{
    if (raw.n < 2 || raw.p[0] != '"')
        return SLICE_NONE;
    if (!memchr(raw.p, '\\', raw.n))
        return utf8_valid(raw) ? inside_quotes(raw) : SLICE_NONE;
    json *doc;
    if (json_parse(raw, JSON_MAX_DEPTH, &doc) != ST_OK)
        return SLICE_NONE;
    struct slice copy = arena_copy(a, json_str(doc));
    json_free(doc);
    return copy;
}

/* Index of the category, -1 when it is none or not clearly one. */
static int32_t find_category(const struct answer_rules *rules, struct slice name)
{
    int32_t found = -1;
    for (int32_t i = 0; i < rules->category_count; i++)
        if (slice_eq(name, slice_str(rules->categories[i].name)))
            return i;
    name = slice_trim(name);
    for (int32_t i = 0; i < rules->category_count; i++) {
        if (!slice_eq_nocase(name, slice_str(rules->categories[i].name)))
            continue;
        if (found >= 0)
            return -1;
        found = i;
    }
    return found;
}

static enum item_fault judge_category(struct slice raw, const struct answer_rules *rules,
                                      struct arena *a, struct verdict *out)
{
    struct slice name = item_string(raw, a);
    if (!name.p)
        return ITEM_NO_CATEGORY;
    out->category = find_category(rules, name);
    return out->category < 0 ? ITEM_UNKNOWN_CATEGORY : ITEM_OK;
}

static bool read_number(struct slice raw, double *out)
{
    json *doc;
    if (!raw.p || json_parse(raw, JSON_MAX_DEPTH, &doc) != ST_OK)
        return false;
    enum status st = json_number(doc, out);
    /* Beyond what a double holds is a number all the same, and out of range. */
    if (st == ST_OVERFLOW)
        *out = -1;
    json_free(doc);
    return st != ST_NOT_FOUND;
}

static enum item_fault judge_confidence(struct slice raw, struct verdict *out)
{
    double c;
    if (!read_number(raw, &c))
        return ITEM_NO_CONFIDENCE;
    if (c < 0 || c > 100)
        return ITEM_CONFIDENCE_RANGE;
    if (c > 1) {
        c /= 100;
        out->flags |= FLAG_CONFIDENCE_PERCENT;
    }
    out->confidence_ppm = (int32_t)(c * CONFIDENCE_ONE + 0.5);
    return ITEM_OK;
}

static enum item_fault judge_summary(struct slice raw, const struct answer_rules *rules,
                                     struct slice text, struct arena *a, struct verdict *out)
{
    out->summary = SLICE_LIT("");
    if (rules->summary_chars == 0)
        return ITEM_OK;
    struct slice written = item_string(raw, a);
    if (!written.p)
        return ITEM_NO_SUMMARY;
    out->summary = summary_fold(a, written);
    if (out->summary.n == 0)
        return ITEM_NO_SUMMARY;
    if (summary_foreign_url(out->summary, text))
        return ITEM_FOREIGN_URL;
    if (summary_cut(&out->summary, (size_t)rules->summary_chars))
        out->flags |= FLAG_SUMMARY_CUT;
    return ITEM_OK;
}

enum item_fault item_judge(const struct item *i, const struct answer_rules *rules,
                           struct slice text, struct arena *a, struct verdict *out)
{
    struct verdict v = {.raw_item = i->raw};
    for (int k = 0; k < ITEM_KEYS; k++)
        if (i->counts[k] > 1)
            return ITEM_DUPLICATE_KEY;
    enum item_fault fault = judge_category(i->values[KEY_CATEGORY], rules, a, &v);
    if (fault == ITEM_OK)
        fault = judge_confidence(i->values[KEY_CONFIDENCE], &v);
    if (fault == ITEM_OK)
        fault = judge_summary(i->values[KEY_SUMMARY], rules, text, a, &v);
    if (fault == ITEM_OK)
        *out = v;
    return fault;
}
