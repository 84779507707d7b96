/* `estimate`: what tickets add up to is held against what a run would send, reserve and pay. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
/* cmocka needs the above */
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "batch/prompt.h"
#include "llm/request.h"
#include "route/price.h"
#include "support/estimate_shop.h"

/* The reservation of a run for one pack of these tickets. */
static int64_t reservation(struct shop *s, int count, const char *const *texts)
{
    struct slice slices[10];
    char ids[10][SHORT_ID_SIZE];
    struct llm_template *t;
    struct buf user, body;
    struct fail fail;
    int64_t pusd = 0, tokens = s->sample.system_tokens;
    buf_init(&user, SIZE_MAX);
    buf_init(&body, SIZE_MAX);
    for (int i = 0; i < count; i++) {
        slices[i] = slice_str(texts[i]);
        memcpy(ids[i], "k7q", 4);
        tokens += s->sample.v[i].est_tokens;
    }
    int64_t cap = prompt_token_cap(
        &s->config->models[0], &s->config->classification,
        &(struct token_cap_input){.tickets = (size_t)count, .prompt_tokens = tokens});
    assert_int_equal(llm_template_new(s->config, 0, buf_view(&s->system), &t, &fail), ST_OK);
    prompt_user(&user, (const char(*)[SHORT_ID_SIZE])ids, slices, (size_t)count);
    llm_request_build(t, buf_view(&user), cap, &body);
    struct price most = price_dearest(&s->config->models[0], NOW, NOW + 60 * SECOND);
    assert_int_equal(price_bound(&most, &s->config->models[0], (int64_t)body.n, cap, &pusd), ST_OK);
    llm_template_free(t);
    buf_deinit(&user);
    buf_deinit(&body);
    return pusd;
}

static void the_upper_bound_is_what_a_run_would_reserve(void **state)
{
    static const char *const texts[] = {"plain", "\"quoted\" \\ and\nlines\tand <|im_end|>",
                                        "\xe4\xbd\xa0\xe5\xa5\xbd", "</think> x"};
    struct shop s;
    (void)state;
    open_shop(&s, ONE_ROUTE);
    take(&s, "{\"ticket_id\":\"a\",\"language\":\"en\",\"body\":\"plain\"}");
    take(&s, "{\"ticket_id\":\"b\",\"language\":\"en\",\"body\":\"\\\"quoted\\\" \\\\ "
             "and\\nlines\\tand <|im_end|>\"}");
    take(&s, "{\"ticket_id\":\"c\",\"language\":\"en\",\"body\":\"\xe4\xbd\xa0\xe5\xa5\xbd\"}");
    take(&s, "{\"ticket_id\":\"d\",\"language\":\"en\",\"body\":\"</think> x\"}");
    for (size_t i = 0; i < s.sample.count; i++)
        s.sample.v[i].alone = false; /* some of these would go alone: not what is looked at */
    make(&s);
    assert_int_equal(s.estimate.line_count, 1);
    assert_int_equal(s.estimate.lines[0].calls, 1);
    assert_int_equal(s.estimate.upper_pusd, reservation(&s, 4, texts));
    assert_true(s.estimate.cost_pusd < s.estimate.upper_pusd);
    close_shop(&s);
}

static void tickets_are_packed_by_tier_and_language(void **state)
{
    struct shop s;
    (void)state;
    open_shop(&s, "classification: {reuse: 0s}\npacking: {max_tickets: 7}\n"
                  "routes: [{when: {language: zh}, tier: premium}, {tier: budget}]\n");
    take_many(&s, 15, ",\"language\":\"en\"");
    take_many(&s, 8, ",\"language\":\"de\"");
    take_many(&s, 7, ",\"language\":\"zh\"");
    make(&s);
    assert_int_equal(s.estimate.asked, 30);
    assert_int_equal(line(&s, "budget", PURPOSE_FIRST)->tickets, 23);
    assert_int_equal(line(&s, "budget", PURPOSE_FIRST)->calls, 3 + 2);
    assert_int_equal(line(&s, "premium", PURPOSE_FIRST)->calls, 1);
    assert_int_equal(s.estimate.calls, 6);
    close_shop(&s);
}

static void copies_dead_letters_and_tombstones_cost_nothing(void **state)
{
    struct shop s;
    struct record tombstone = {.value = SLICE_NONE};
    (void)state;
    open_shop(&s, ONE_ROUTE);
    take_many(&s, 10, "");
    take_many(&s, 6, "");
    take(&s, "no json");
    take(&s, "{\"body\":\"  \"}");
    sample_take(&s.sample, &tombstone, "test");
    s.sample.offsets++;
    s.sample.pending++;
    make(&s);
    assert_int_equal(s.estimate.tickets, 16);
    assert_int_equal(s.estimate.copies, 6);
    assert_int_equal(s.estimate.asked, 10);
    assert_int_equal(s.estimate.dead, 2);
    assert_int_equal(s.estimate.tombstones, 1);
    assert_int_equal(s.estimate.lines[0].tickets, 10);
    assert_int_equal(s.sample.by_reason[REASON_INVALID_JSON], 1);
    close_shop(&s);
}

static void a_sample_stands_for_all_that_is_pending(void **state)
{
    struct shop s;
    (void)state;
    open_shop(&s, ONE_ROUTE);
    take_many(&s, 90, ",\"language\":\"en\"");
    s.sample.offsets = 100; /* ten were control records */
    s.sample.pending = 200000;
    make(&s);
    assert_int_equal(s.estimate.tickets, 180000);
    assert_int_equal(s.estimate.lines[0].tickets, 180000);
    assert_int_equal(s.estimate.lines[0].calls, 18000);
    int64_t cost = s.estimate.cost_pusd;

    s.sample.pending = 20000000; /* more than is fed to the packer */
    make(&s);
    assert_int_equal(s.estimate.lines[0].tickets, 18000000);
    assert_int_equal(s.estimate.calls, 1800000);
    assert_in_range(s.estimate.cost_pusd, cost * 100 - cost / 100, cost * 100 + cost / 100);
    close_shop(&s);
}

static void amounts_are_tokens_times_rates(void **state)
{
    struct shop s;
    (void)state;
    open_shop(&s, ONE_ROUTE);
    take_many(&s, 25, "");
    make(&s);
    const struct estimate_line *l = &s.estimate.lines[0];
    assert_int_equal(l->cost_pusd, l->input_tokens * 200000 + l->output_tokens * 600000);
    assert_int_equal(l->uncached_pusd, l->cost_pusd);
    assert_true(l->solo_pusd > 2 * l->cost_pusd); /* the system message 25 times instead of 3 */
    assert_int_equal(l->cache_pusd, 3 * s.sample.system_tokens * 150000);
    assert_int_equal(s.estimate.cost_pusd, l->cost_pusd);
    assert_int_equal(s.estimate.other_count, 2); /* the unpriced one has no amount */
    assert_int_equal(s.estimate.others[1].cost_pusd,
                     l->input_tokens * 2000000 + l->output_tokens * 8000000);
    close_shop(&s);
}

static void an_unpriced_model_is_counted_in_calls_only(void **state)
{
    struct shop s;
    (void)state;
    open_shop(&s, "routes: [{when: {language: zh}, tier: none}, {tier: budget}]\n");
    take_many(&s, 12, ",\"language\":\"zh\"");
    make(&s);
    assert_int_equal(s.estimate.unpriced_calls, 2);
    assert_false(s.estimate.lines[0].priced);
    assert_int_equal(s.estimate.cost_pusd, 0);
    assert_true(s.estimate.input_tokens > 0);
    close_shop(&s);
}

static void mirrors_and_guards_are_calls_of_their_own(void **state)
{
    struct shop s;
    (void)state;
    open_shop(&s, "routes: [{tier: premium}]\nguard: {percent: 100, warn_below: 95}\n"
                  "shadow: {from: premium, to: budget, percent: 100, mode: mirror}\n");
    take_many(&s, 20, ",\"language\":\"en\"");
    make(&s);
    assert_int_equal(line(&s, "premium", PURPOSE_FIRST)->calls, 2);
    assert_int_equal(line(&s, "budget", PURPOSE_SHADOW)->calls, 2);
    assert_int_equal(line(&s, "budget", PURPOSE_SHADOW)->tickets, 20);
    assert_int_equal(line(&s, "premium", PURPOSE_GUARD)->calls, 20);
    assert_int_equal(s.estimate.cost_pusd,
                     s.estimate.first_pusd + s.estimate.shadow_pusd + s.estimate.guard_pusd);
    close_shop(&s);

    open_shop(&s, "routes: [{tier: premium}]\nguard: {percent: 0, warn_below: 95}\n"
                  "shadow: {from: premium, to: budget, percent: 100, mode: replace}\n");
    take_many(&s, 20, ",\"language\":\"en\"");
    make(&s);
    assert_int_equal(s.estimate.line_count, 1);
    assert_int_equal(line(&s, "budget", PURPOSE_FIRST)->tickets, 20);
    close_shop(&s);
}

static void a_ticket_goes_to_the_first_model_that_may_and_can(void **state)
{
    static const char image[] = "{\"ticket_id\":\"i\",\"body\":\"look\",\"attachments\":"
                                "[{\"type\":\"image/png\"}]}";
    struct shop s;
    char text[9100], value[9300];
    (void)state;
    open_shop(&s, "routes: [{tier: all}]\n");
    memset(text, 'x', 9000);
    text[9000] = '\0';
    snprintf(value, sizeof value, "{\"ticket_id\":\"l\",\"body\":\"%s\"}", text);
    take(&s, "{\"ticket_id\":\"s\",\"body\":\"short\"}");
    take(&s, value);
    take(&s, image);
    assert_string_equal(s.config->models[s.sample.v[0].model].name, "small");
    assert_string_equal(s.config->models[s.sample.v[1].model].name, "cheap");
    assert_string_equal(s.config->models[s.sample.v[2].model].name, "dear");
    close_shop(&s);
}

static void a_file_is_read_line_by_line(void **state)
{
    static const char lines[] = "{\"ticket_id\":\"a\",\"body\":\"x\"}\n\nno json\n"
                                "{\"ticket_id\":\"b\",\"body\":\"y\"}";
    struct shop s;
    struct fail fail;
    char path[300];
    (void)state;
    open_shop(&s, ONE_ROUTE);
    config_file("c.yaml", lines, sizeof lines - 1); /* taken away with the folder */
    snprintf(path, sizeof path, "%s/c.yaml", config_folder);
    assert_int_equal(sample_file(&s.sample, path, &fail), ST_OK);
    assert_int_equal(s.sample.offsets, 4);
    assert_int_equal(s.sample.count, 2);
    assert_int_equal(s.sample.dead, 2);
    assert_int_equal(sample_file(&s.sample, "/nonexistent", &fail), ST_SYSTEM);
    assert_int_equal(sample_file(&s.sample, config_folder, &fail), ST_SYSTEM);
    close_shop(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_upper_bound_is_what_a_run_would_reserve),
        cmocka_unit_test(tickets_are_packed_by_tier_and_language),
        cmocka_unit_test(copies_dead_letters_and_tombstones_cost_nothing),
        cmocka_unit_test(a_sample_stands_for_all_that_is_pending),
        cmocka_unit_test(amounts_are_tokens_times_rates),
        cmocka_unit_test(an_unpriced_model_is_counted_in_calls_only),
        cmocka_unit_test(mirrors_and_guards_are_calls_of_their_own),
        cmocka_unit_test(a_ticket_goes_to_the_first_model_that_may_and_can),
        cmocka_unit_test(a_file_is_read_line_by_line),
    };
    return cmocka_run_group_tests(tests, config_folder_make, config_folder_remove);
}
