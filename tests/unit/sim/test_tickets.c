/* Made-up tickets: the same from the same seed, good where they should be, broken as announced. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/json.h"
#include "base/sha256.h"
#include "base/utf8.h"
#include "sim/tickets.h"
#include "sim/tickets_text.h"

struct fixture {
    struct ticket_gen gen;
    struct buf value, key;
};

static void begin(struct fixture *f, const struct ticket_mix *mix, uint64_t seed)
{
    ticket_gen_init(&f->gen, mix, seed, INT64_C(1795000000000000));
    buf_init(&f->value, 1024 * 1024);
    buf_init(&f->key, 256);
}

static void end(struct fixture *f)
{
    assert_false(f->value.failed);
    assert_false(f->key.failed);
    ticket_gen_deinit(&f->gen);
    buf_deinit(&f->value);
    buf_deinit(&f->key);
}

static void digest(uint64_t seed, int count, uint8_t out[SHA256_SIZE])
{
    struct fixture f;
    struct sha256_stream *s = sha256_begin();
    begin(&f, &ticket_mix_hostile, seed);
    for (int i = 0; i < count; i++) {
        ticket_gen_next(&f.gen, &f.value, &f.key);
        sha256_more(s, f.value.p, f.value.n);
        sha256_more(s, f.key.p, f.key.n);
    }
    end(&f);
    sha256_end(s, out);
}

static void same_seed_gives_the_same_records(void **state)
{
    (void)state;
    uint8_t a[SHA256_SIZE], b[SHA256_SIZE], c[SHA256_SIZE];
    digest(7, 500, a);
    digest(7, 500, b);
    digest(8, 500, c);
    assert_memory_equal(a, b, sizeof a);
    assert_memory_not_equal(a, c, sizeof a);
}

static void languages_add_up_to_the_whole(void **state)
{
    (void)state;
    int sum = 0;
    for (int i = 0; i < TICKET_LANGUAGES; i++)
        sum += ticket_words[i].percent;
    assert_int_equal(sum, 100);
}

static void plain_tickets_are_sound_and_of_realistic_length(void **state)
{
    (void)state;
    struct fixture f;
    begin(&f, &ticket_mix_clean, 3);
    for (int i = 0; i < 2000; i++) {
        json *doc = NULL;
        assert_int_equal(ticket_gen_next(&f.gen, &f.value, &f.key), TICKET_PLAIN);
        assert_int_equal(json_parse(buf_view(&f.value), JSON_MAX_DEPTH, &doc), ST_OK);
        assert_true(slice_eq(json_str(json_get(doc, "ticket_id")), buf_view(&f.key)));
        assert_true(json_str(json_get(doc, "body")).n >= 20);
        assert_in_range(f.value.n, 100, 1600);
        json_free(doc);
    }
    end(&f);
}

/* What each broken kind is broken by. */
static void check_broken(enum ticket_kind kind, struct slice value)
{
    json *doc = NULL;
    if (kind == TICKET_TOMBSTONE)
        assert_int_equal(value.n, 0);
    else if (kind == TICKET_BAD_UTF8)
        assert_false(utf8_valid(value));
    else if (kind == TICKET_FRAMED)
        assert_int_equal(value.p[0], 0);
    else if (kind == TICKET_OVERSIZE)
        assert_true(value.n > 256 * 1024);
    else if (kind == TICKET_DEEP)
        assert_int_equal(json_guard(value, JSON_MAX_DEPTH), ST_TOO_DEEP);
    else if (kind == TICKET_NOT_OBJECT)
        assert_false(json_parse(value, JSON_MAX_DEPTH, &doc) == ST_OK && json_is(doc, JSON_OBJECT));
    else if (kind == TICKET_BAD_JSON || kind == TICKET_NUL)
        assert_int_not_equal(json_parse(value, JSON_MAX_DEPTH, &doc), ST_OK);
    else if (kind == TICKET_EMPTY_TEXT) {
        assert_int_equal(json_parse(value, JSON_MAX_DEPTH, &doc), ST_OK);
        assert_int_equal(slice_trim(json_str(json_get(doc, "body"))).n, 0);
        assert_int_equal(slice_trim(json_str(json_get(doc, "subject"))).n, 0);
    } else
        assert_int_equal(json_parse(value, JSON_MAX_DEPTH, &doc), ST_OK);
    json_free(doc);
}

static void hostile_mix_has_every_kind_and_each_is_what_it_says(void **state)
{
    (void)state;
    struct fixture f;
    int seen[TICKET_KIND_COUNT] = {0};
    begin(&f, &ticket_mix_hostile, 11);
    for (int i = 0; i < 6000; i++) {
        enum ticket_kind kind = ticket_gen_next(&f.gen, &f.value, &f.key);
        check_broken(kind, buf_view(&f.value));
        assert_int_equal(kind == TICKET_NO_ID, f.key.n == 0);
        seen[kind]++;
    }
    end(&f);
    for (int k = 0; k < TICKET_KIND_COUNT; k++)
        if (seen[k] == 0)
            fail_msg("no record of kind %s", ticket_kind_name((enum ticket_kind)k));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(same_seed_gives_the_same_records),
        cmocka_unit_test(languages_add_up_to_the_whole),
        cmocka_unit_test(plain_tickets_are_sound_and_of_realistic_length),
        cmocka_unit_test(hostile_mix_has_every_kind_and_each_is_what_it_says),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
