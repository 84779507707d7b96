/* Asks one condition of one ticket. Part of the plan (plan.c), which decides the order and what
 * follows from an answer. Values are prepared when the rule is made, so that asking only compares.
 */
#include "route/rules.h"

#include <assert.h>

#include "base/decimal.h"
#include "base/regex.h"
#include "base/utf8.h"

/* The rule's value as a JSON number: underscores between digits and a leading '+' are the
 * configuration's way to write one. */
static struct slice number_of(struct slice text, struct arena *arena)
{
    char *copy = arena_alloc(arena, text.n + 1);
    size_t n = 0;
    for (size_t i = text.n > 0 && text.p[0] == '+' ? 1 : 0; i < text.n; i++) {
        bool between = text.p[i] == '_' && i > 0 && i + 1 < text.n && text.p[i - 1] != '_';
        if (!between)
            copy[n++] = text.p[i];
    }
    struct slice number = slice_of(copy, n);
    return decimal_valid(number) ? number : SLICE_NONE;
}

static struct rule_value value_of(struct slice text, struct arena *arena)
{
    return (struct rule_value){text, number_of(text, arena)};
}

static bool compares_values(const struct config_route *when)
{
    return when->kind == WHEN_FIELD && (when->op == OP_EQUALS || when->op == OP_IN);
}

enum status rule_init(struct rule *r, const struct config_route *when, int field,
                      struct arena *arena, struct fail *fail)
{
    *r = (struct rule){.when = when, .field = field};
    if (when->kind == WHEN_FIELD && when->op == OP_REGEX)
        return regex_new(slice_str(when->values[0]), &r->regex, fail);
    if (compares_values(when)) {
        r->values = arena_zalloc(arena, (size_t)when->value_count * sizeof *r->values);
        for (int i = 0; i < when->value_count; i++)
            r->values[i] = value_of(slice_str(when->values[i]), arena);
    }
    if (when->kind == WHEN_FIELD && when->op == OP_GREATER) {
        struct buf text;
        buf_init(&text, 32);
        buf_i64(&text, when->greater_than);
        r->bound = value_of(arena_copy(arena, buf_view(&text)), arena);
        buf_deinit(&text);
    }
    return ST_OK;
}

void rule_deinit(struct rule *r)
{
    regex_free(r->regex);
    r->regex = NULL;
}

static bool same_tag_char(char a, char b)
{
    a = a == '_' ? '-' : a;
    b = b == '_' ? '-' : b;
    return slice_eq_nocase(slice_of(&a, 1), slice_of(&b, 1));
}

/* Is the tag the range itself, or does it begin with the range and a separator? */
static bool tag_in_range(struct slice tag, struct slice range)
{
    if (tag.n < range.n)
        return false;
    for (size_t i = 0; i < range.n; i++) {
        if (!same_tag_char(tag.p[i], range.p[i]))
            return false;
    }
    return tag.n == range.n || same_tag_char(tag.p[range.n], '-');
}

/* The rule's value that fits, or NULL. */
static const char *language_found(const struct config_route *when, const struct facts *facts)
{
    for (int i = 0; i < when->value_count; i++) {
        if (tag_in_range(facts_language(facts), slice_str(when->values[i])))
            return when->values[i];
    }
    return NULL;
}

static bool is_value(const struct fact *fact, const struct rule_value *v)
{
    switch (fact->kind) {
    case FACT_TEXT:
        return slice_eq(fact->text, v->text);
    case FACT_NUMBER:
        return v->number.p && decimal_compare(fact->text, v->number) == 0;
    case FACT_BOOL:
        return slice_eq_nocase(fact->text, v->text);
    case FACT_ABSENT:
        break;
    }
    return false;
}

/* Which of the rule's values the field has; -1 = none. */
static int value_found(const struct rule *r, const struct fact *fact)
{
    for (int i = 0; i < r->when->value_count; i++) {
        if (is_value(fact, &r->values[i]))
            return i;
    }
    return -1;
}

static bool is_above(const struct fact *fact, struct slice bound)
{
    bool number =
        fact->kind == FACT_NUMBER || (fact->kind == FACT_TEXT && decimal_valid(fact->text));
    return number && decimal_compare(fact->text, bound) > 0;
}

static bool field_fits(const struct rule *r, const struct facts *facts)
{
    assert(r->field >= 0 && r->field < facts->field_count);
    const struct fact *fact = &facts->fields[r->field];
    if (fact->kind == FACT_ABSENT)
        return false;
    switch (r->when->op) {
    case OP_EQUALS:
    case OP_IN:
        return value_found(r, fact) >= 0;
    case OP_REGEX:
        return regex_match(r->regex, fact->text) == REGEX_YES;
    case OP_GREATER:
        return is_above(fact, r->bound.number);
    }
    return false;
}

bool rule_fits(const struct rule *r, const struct facts *facts)
{
    switch (r->when->kind) {
    case WHEN_ALWAYS:
        return true;
    case WHEN_LANGUAGE:
        return language_found(r->when, facts) != NULL;
    case WHEN_CODE:
        return facts->has_code == r->when->truth;
    case WHEN_IMAGE:
        return facts->has_image == r->when->truth;
    case WHEN_BYTES:
        return facts->text_bytes > r->when->greater_than;
    case WHEN_FIELD:
        return field_fits(r, facts);
    }
    return false;
}

static void explain_language(const struct config_route *when, const struct facts *facts,
                             struct buf *out)
{
    const char *found = language_found(when, facts);
    assert(found != NULL);
    buf_fmt(out, "language is %s (", found);
    if (facts->language_tag.p)
        buf_fmt(out, "the ticket says " SLICE_FMT ")", SLICE_ARG(facts->language_tag));
    else
        buf_str(out, "by its script)");
}

static void explain_field(const struct rule *r, const struct facts *facts, struct buf *out)
{
    buf_str(out, r->when->field);
    if (r->when->op == OP_REGEX) {
        buf_fmt(out, " matches %s", r->when->values[0]);
    } else if (r->when->op == OP_GREATER) {
        buf_fmt(out, " is above %lld", (long long)r->when->greater_than);
    } else {
        int i = value_found(r, &facts->fields[r->field]);
        assert(i >= 0);
        buf_fmt(out, " is %s", r->when->values[i]);
    }
}

void rule_explain(const struct rule *r, const struct facts *facts, struct buf *out)
{
    const struct config_route *when = r->when;
    switch (when->kind) {
    case WHEN_ALWAYS:
        buf_str(out, "takes what is left");
        break;
    case WHEN_LANGUAGE:
        explain_language(when, facts, out);
        break;
    case WHEN_CODE:
        buf_str(out, when->truth ? "the text contains code" : "the text contains no code");
        break;
    case WHEN_IMAGE:
        buf_str(out, when->truth ? "an image is attached" : "no image is attached");
        break;
    case WHEN_BYTES:
        buf_fmt(out, "the text has more than %lld bytes", (long long)when->greater_than);
        break;
    case WHEN_FIELD:
        explain_field(r, facts, out);
        break;
    }
}

static void label_values(const struct config_route *when, struct buf *out)
{
    for (int i = 0; i < when->value_count && out->n <= RULE_LABEL_MAX; i++)
        buf_fmt(out, "%s%s", i > 0 ? "," : "", when->values[i]);
}

static void label_field(const struct config_route *when, struct buf *out)
{
    buf_str(out, when->field);
    if (when->op == OP_GREATER) {
        buf_fmt(out, ">%lld", (long long)when->greater_than);
    } else {
        buf_char(out, when->op == OP_REGEX ? '~' : '=');
        label_values(when, out);
    }
}

void rule_label(const struct rule *r, struct buf *out)
{
    const struct config_route *when = r->when;
    struct buf whole;
    buf_init(&whole, SIZE_MAX);
    switch (when->kind) {
    case WHEN_ALWAYS:
        buf_str(&whole, "default");
        break;
    case WHEN_LANGUAGE:
        buf_str(&whole, "language=");
        label_values(when, &whole);
        break;
    case WHEN_CODE:
        buf_str(&whole, when->truth ? "code" : "no code");
        break;
    case WHEN_IMAGE:
        buf_str(&whole, when->truth ? "image" : "no image");
        break;
    case WHEN_BYTES:
        buf_fmt(&whole, "bytes>%lld", (long long)when->greater_than);
        break;
    case WHEN_FIELD:
        label_field(when, &whole);
        break;
    }
    struct slice text = buf_view(&whole);
    buf_slice(out,
              text.n > RULE_LABEL_MAX ? slice_of(text.p, utf8_floor(text, RULE_LABEL_MAX)) : text);
    buf_deinit(&whole);
}
