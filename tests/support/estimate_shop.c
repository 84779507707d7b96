/* The shop behind the tests of `estimate`. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
/* cmocka needs the above */
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "batch/prompt.h"
#include "support/estimate_shop.h"

void open_shop(struct shop *s, const char *more)
{
    char text[2000];
    struct buf notes;
    struct fail fail;
    memset(s, 0, sizeof *s);
    snprintf(text, sizeof text, "%s%s", SHOP, more);
    s->config = config_of_text(text, CONFIG_FOR_FILE);
    buf_init(&notes, SIZE_MAX);
    assert_int_equal(plan_make(s->config, -1, false, &s->plan, &notes, &fail), ST_OK);
    buf_deinit(&notes);
    buf_init(&s->system, SIZE_MAX);
    prompt_system(&s->config->classification, &s->system);
    assert_int_equal(sample_init(&s->sample, s->config, s->plan, buf_view(&s->system), &fail),
                     ST_OK);
    s->sample.source = "test";
    s->observed.models = mem_array((size_t)s->config->model_count, sizeof *s->observed.models);
}

void close_shop(struct shop *s)
{
    estimate_deinit(&s->estimate);
    observed_deinit(&s->observed);
    sample_deinit(&s->sample);
    plan_free(s->plan);
    buf_deinit(&s->system);
    config_free(s->config);
}

void take(struct shop *s, const char *value)
{
    struct record r = {.timestamp_unix_ms = -1, .value = slice_str(value)};
    r.pos.offset = s->offset++;
    sample_take(&s->sample, &r, "test");
    s->sample.offsets++;
    s->sample.pending++;
}

/* Tickets with texts of their own. */
void take_many(struct shop *s, int count, const char *members)
{
    for (int i = 0; i < count; i++) {
        char value[400];
        snprintf(
            value, sizeof value,
            "{\"ticket_id\":\"T-%d\",\"body\":\"order %d \\\"never\\\" came\\n\\t&lt;\xc3\xa9\"%s}",
            i, i, members);
        take(s, value);
    }
}

void make(struct shop *s)
{
    struct fail fail;
    const struct estimate_options o = {.start_unix_us = NOW, .latency_us = -1};
    estimate_deinit(&s->estimate);
    assert_int_equal(estimate_make(&s->sample, &s->observed, &o, &s->estimate, &fail), ST_OK);
}

const struct estimate_line *line(const struct shop *s, const char *tier, enum call_purpose purpose)
{
    for (size_t i = 0; i < s->estimate.line_count; i++) {
        const struct estimate_line *l = &s->estimate.lines[i];
        if (l->purpose == purpose && strcmp(s->config->tiers[l->tier].name, tier) == 0)
            return l;
    }
    return NULL;
}
