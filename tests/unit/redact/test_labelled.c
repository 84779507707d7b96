/* Redaction against labelled sentences: prints recall and precision per kind and language and fails
 * below the floors. The scanners were made with redaction.tsv at hand and without the held-out
 * file. Values are marked {{kind:value}}; a sentence counts as right when exactly those became
 * placeholders. LABELLED_ALL=1 shows each one that is not.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "redact_fixture.h"

#define FOLDER "tests/data/labelled/"

struct tally {
    int values, missed; /* missed: still there, or another kind's placeholder is */
    int plain, touched; /* sentences without a value; those that were changed all the same */
    int inexact;        /* sentences with values that came out otherwise than marked */
};

struct sentence {
    struct buf text, wanted;
    struct mark {
        int kind;
        size_t from, n; /* in text */
    } marks[8];
    int count;
};

static int kind_of(struct slice name)
{
    for (int k = 0; k < REDACT_KINDS; k++) {
        if (slice_eq(name, slice_str(redact_kind_name((enum redact_kind)k))))
            return k;
    }
    fail_msg("kind " SLICE_FMT, SLICE_ARG(name));
    return 0;
}

/* Number of the placeholder: that of an equal value before it, else one more of its kind. */
static int number_of(const struct sentence *s, int mark)
{
    int number = 1;
    const struct mark *m = &s->marks[mark];
    for (int i = 0; i < mark; i++)
        number += s->marks[i].kind == m->kind;
    return number;
}

static void add_mark(struct sentence *s, struct slice kind, struct slice value)
{
    char name[32];
    struct mark *m = &s->marks[s->count];
    *m = (struct mark){kind_of(kind), s->text.n, value.n};
    buf_slice(&s->text, value);
    size_t n = 0;
    for (; n < kind.n; n++)
        name[n] = kind.p[n] == '_' ? '_' : (char)(kind.p[n] - 'a' + 'A');
    name[n] = '\0';
    buf_fmt(&s->wanted, "[%s_%d]", name, number_of(s, s->count));
    s->count++;
}

static void read_sentence(struct slice line, struct sentence *s)
{
    s->count = 0;
    buf_init(&s->text, SIZE_MAX);
    buf_init(&s->wanted, SIZE_MAX);
    for (ptrdiff_t open; (open = slice_find(line, SLICE_LIT("{{"))) >= 0;) {
        struct slice rest = slice_of(line.p + open + 2, line.n - (size_t)open - 2);
        ptrdiff_t colon = slice_find(rest, SLICE_LIT(":")),
                  close = slice_find(rest, SLICE_LIT("}}"));
        assert_true(colon > 0 && close > colon);
        buf_add(&s->text, line.p, (size_t)open);
        buf_add(&s->wanted, line.p, (size_t)open);
        add_mark(s, slice_of(rest.p, (size_t)colon),
                 slice_of(rest.p + colon + 1, (size_t)(close - colon - 1)));
        line = slice_of(rest.p + close + 2, rest.n - (size_t)close - 2);
    }
    buf_slice(&s->text, line);
    buf_slice(&s->wanted, line);
}

static void judge(struct redaction *r, const struct sentence *s, struct tally *kinds,
                  struct tally *language)
{
    struct slice text = buf_view(&s->text), out = redaction_of(r, text, SLICE_NONE);
    bool right = slice_eq(out, buf_view(&s->wanted));
    for (int i = 0; i < s->count; i++) {
        const struct mark *m = &s->marks[i];
        bool missed = slice_find(out, slice_of(text.p + m->from, m->n)) >= 0;
        kinds[m->kind].values++;
        kinds[m->kind].missed += missed;
        language->values++;
        language->missed += missed;
    }
    language->plain += s->count == 0;
    language->touched += s->count == 0 && !right;
    language->inexact += s->count > 0 && !right;
    const char *tell = getenv("LABELLED_ALL");
    if (!right && tell && *tell)
        printf("# " SLICE_FMT " -> " SLICE_FMT "\n", SLICE_ARG(buf_view(&s->wanted)),
               SLICE_ARG(out));
}

static void print_row(const char *name, const struct tally *t)
{
    printf("# %-12s %6d %7d %9d %8d %8d\n", name, t->values, t->missed, t->inexact, t->plain,
           t->touched);
}

/* The line without its newline; false at the end. */
static bool read_line(FILE *f, char **line, size_t *cap, struct slice *out)
{
    ssize_t n = getline(line, cap, f);
    *out = slice_of(*line, n > 0 ? (size_t)n - ((*line)[n - 1] == '\n') : 0);
    return n > 0;
}

static struct tally check(const char *path)
{
    static const char *const languages[] = {"en", "de", "fr", "es", "it", "zh", "pt", "ja"};
    enum { LANGUAGES = sizeof languages / sizeof *languages };
    struct tally kinds[REDACT_KINDS] = {{0}}, by[LANGUAGES] = {{0}}, all = {0};
    struct redaction r;
    struct slice line;
    char *memory = NULL;
    size_t cap = 0;
    FILE *f = fopen(path, "re");
    assert_non_null(f);
    assert_true(redaction_init(&r, ALL_KINDS, NULL, 0));
    while (read_line(f, &memory, &cap, &line)) {
        struct sentence s;
        if (line.p[0] == '#')
            continue;
        int l = 0;
        while (memcmp(languages[l], line.p, 2) != 0)
            assert_true(++l < LANGUAGES);
        read_sentence(slice_of(line.p + 3, line.n - 3), &s);
        judge(&r, &s, kinds, &by[l]);
        buf_deinit(&s.text);
        buf_deinit(&s.wanted);
    }
    free(memory);
    fclose(f);
    redaction_deinit(&r);
    printf("#\n# %-12s %6s %7s %9s %8s %8s\n", "redaction", "values", "missed", "inexact", "plain",
           "touched");
    for (int k = 0; k < REDACT_KINDS; k++)
        print_row(redact_kind_name((enum redact_kind)k), &kinds[k]);
    for (int l = 0; l < LANGUAGES; l++) {
        print_row(languages[l], &by[l]);
        all.values += by[l].values;
        all.missed += by[l].missed;
        all.plain += by[l].plain;
        all.touched += by[l].touched;
        all.inexact += by[l].inexact;
    }
    print_row("all", &all);
    return all;
}

/* Measured: nothing missed of 316, none of 300 touched. */
static void values_are_taken_out_and_nothing_else_is(void **state)
{
    (void)state;
    struct tally all = check(FOLDER "redaction.tsv");
    assert_true(all.values >= 300 && all.plain >= 300);
    assert_in_range(all.missed * 1000 / all.values, 0, 5);
    assert_in_range(all.touched * 1000 / all.plain, 0, 5);
    assert_in_range(all.inexact, 0, 2);
}

/* Measured at the first look: nothing missed of 130, none of 107 touched. */
static void values_in_new_sentences_are_taken_out_as_well(void **state)
{
    (void)state;
    struct tally all = check(FOLDER "redaction_held_out.tsv");
    assert_true(all.values >= 100 && all.plain >= 100);
    assert_in_range(all.missed * 1000 / all.values, 0, 20);
    assert_in_range(all.touched * 1000 / all.plain, 0, 20);
    assert_in_range(all.inexact, 0, 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_are_taken_out_and_nothing_else_is),
        cmocka_unit_test(values_in_new_sentences_are_taken_out_as_well),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
