/* Names of faults and when they strike.
 *
 * A fault comes from a rule with a percentage, drawn anew for every call from the simulator's
 * seed, or from a marker in a ticket's text, which strikes every call that contains it. What a
 * fault does to the answer stands in answer.c and serve.c.
 */
#include "sim/fault.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/mem.h"

static const struct {
    const char *name, *text;
} faults[] = {
#define X(id, name, text) {name, text},
    SIM_FAULT_LIST(X)
#undef X
};

const char *sim_fault_name(enum sim_fault f)
{
    return f == SIM_NO_FAULT ? "none" : faults[f].name;
}

const char *sim_fault_text(enum sim_fault f)
{
    return f == SIM_NO_FAULT ? "" : faults[f].text;
}

static bool by_name(struct slice name, enum sim_fault *out)
{
    for (int i = 0; i < SIM_FAULT_COUNT; i++) {
        if (slice_eq(name, slice_str(faults[i].name))) {
            *out = (enum sim_fault)i;
            return true;
        }
    }
    return false;
}

/* Cuts the part before the first `end` off *rest. */
static struct slice cut(struct slice *rest, char end)
{
    const char *colon = rest->n > 0 ? memchr(rest->p, end, rest->n) : NULL;
    struct slice part = colon == NULL ? *rest : slice_of(rest->p, (size_t)(colon - rest->p));
    size_t used = part.n + (colon != NULL ? 1 : 0);
    *rest = slice_of(rest->p + used, rest->n - used);
    return part;
}

static bool set_text(char *out, size_t size, struct slice text)
{
    if (text.n >= size)
        return false;
    if (text.n > 0)
        memcpy(out, text.p, text.n);
    out[text.n] = '\0';
    return true;
}

enum status sim_fault_parse(struct slice spec, struct sim_fault_rule *out, struct fail *fail)
{
    struct sim_fault_rule rule = {.percent = 100};
    struct slice model = spec, rest = cut(&model, '@');
    if (!by_name(cut(&rest, ':'), &rule.fault))
        return fail_set(fail, ST_USAGE, 0, "fault '" SLICE_FMT "': unknown name", SLICE_ARG(spec));
    struct slice percent = cut(&rest, ':');
    if (percent.n > 0) {
        char text[16] = "";
        char *end = text;
        if (percent.n < sizeof text) {
            memcpy(text, percent.p, percent.n);
            rule.percent = strtod(text, &end);
        }
        if (end == text || *end != '\0' || !(rule.percent >= 0 && rule.percent <= 100))
            return fail_set(fail, ST_USAGE, 0, "fault '" SLICE_FMT "': percentage 0 to 100",
                            SLICE_ARG(spec));
    }
    if (!set_text(rule.param, sizeof rule.param, rest) ||
        !set_text(rule.model, sizeof rule.model, model))
        return fail_set(fail, ST_USAGE, 0, "fault '" SLICE_FMT "': parameter or model too long",
                        SLICE_ARG(spec));
    *out = rule;
    return ST_OK;
}

void sim_fault_add(struct sim_fault_rules *rules, const struct sim_fault_rule *rule)
{
    rules->v = mem_grow(rules->v, (size_t)rules->count + 1, sizeof *rules->v);
    rules->v[rules->count++] = *rule;
}

void sim_fault_clear(struct sim_fault_rules *rules)
{
    mem_free(rules->v);
    *rules = (struct sim_fault_rules){0};
}

const struct sim_fault_rule *sim_fault_draw(const struct sim_fault_rules *rules, struct slice model,
                                            struct random *random)
{
    for (int i = 0; i < rules->count; i++) {
        const struct sim_fault_rule *rule = &rules->v[i];
        if (rule->model[0] != '\0' && !slice_eq(model, slice_str(rule->model)))
            continue;
        if (rule->percent >= 100 || random_unit(random) * 100 < rule->percent)
            return rule;
    }
    return NULL;
}

bool sim_fault_in_text(struct slice text, struct sim_fault_rule *out)
{
    struct slice mark = SLICE_LIT("[[fault:");
    ptrdiff_t from = slice_find(text, mark);
    if (from < 0)
        return false;
    struct slice rest = slice_of(text.p + from + mark.n, text.n - (size_t)from - mark.n);
    ptrdiff_t to = slice_find(rest, SLICE_LIT("]]"));
    if (to < 0)
        return false;
    rest.n = (size_t)to;
    struct sim_fault_rule rule = {.percent = 100};
    if (!by_name(cut(&rest, ':'), &rule.fault) || !set_text(rule.param, sizeof rule.param, rest))
        return false;
    *out = rule;
    return true;
}
