/* Language and code detection against labelled tickets: prints the error rates and fails above the
 * bounds. The rules were made with the first file of each kind at hand and without the second,
 * whose rate is what new tickets will see. `make labelled` shows the tables; LABELLED_ALL=1 each
 * text that is wrong.
 */
#include <ctype.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/mem.h"
#include "ticket/code.h"
#include "ticket/language.h"

#define FOLDER "tests/data/labelled/"

#define GROUPS 64

struct group {
    char name[80];
    int count, wrong;
};

struct groups {
    struct group v[GROUPS];
    int count;
};

static struct group *group_of(struct groups *g, struct slice name)
{
    for (int i = 0; i < g->count; i++) {
        if (slice_eq(slice_str(g->v[i].name), name))
            return &g->v[i];
    }
    assert_in_range(g->count, 0, GROUPS - 1);
    struct group *added = &g->v[g->count++];
    snprintf(added->name, sizeof added->name, SLICE_FMT, SLICE_ARG(name));
    return added;
}

static void print_row(const char *name, int count, int wrong)
{
    printf("# %-24s %6d %6d %6d.%d %%\n", name, count, wrong, wrong * 100 / count,
           wrong * 1000 / count % 10);
}

/* Prints the table; the errors in a thousand. */
static int print_groups(const struct groups *g, const char *head)
{
    int count = 0, wrong = 0;
    printf("#\n# %-24s %6s %6s %10s\n", head, "texts", "wrong", "errors");
    for (int i = 0; i < g->count; i++) {
        print_row(g->v[i].name, g->v[i].count, g->v[i].wrong);
        count += g->v[i].count;
        wrong += g->v[i].wrong;
    }
    print_row("all", count, wrong);
    return wrong * 1000 / count;
}

static void tell_wrong(struct slice label, const char *found, struct slice text)
{
    const char *all = getenv("LABELLED_ALL");
    if (all && *all)
        printf("# wrong: " SLICE_FMT " as %s: " SLICE_FMT "\n", SLICE_ARG(label), found,
               SLICE_ARG(text));
}

static void read_file(const char *path, struct buf *out)
{
    char part[4096];
    FILE *f = fopen(path, "re");
    assert_non_null(f);
    buf_init(out, 1 << 20);
    for (size_t n; (n = fread(part, 1, sizeof part, f)) > 0;)
        buf_add(out, part, n);
    fclose(f);
    assert_false(out->failed);
}

/* The next line without its newline; false at the end. */
static bool next_line(struct slice *left, struct slice *line)
{
    if (left->n == 0)
        return false;
    const char *end = memchr(left->p, '\n', left->n);
    size_t n = end ? (size_t)(end - left->p) : left->n;
    *line = slice_of(left->p, n);
    *left = slice_of(left->p + n + (end != NULL), left->n - n - (end != NULL));
    return true;
}

/* What detection by script should say: Latin-written languages cannot be told apart. */
static enum language expected_of(struct slice label)
{
    static const enum language latin[] = {LANG_EN, LANG_DE, LANG_FR, LANG_ES, LANG_PT,
                                          LANG_IT, LANG_NL, LANG_PL, LANG_TR, LANG_VI,
                                          LANG_ID, LANG_SV, LANG_CS};
    const char *plus = memchr(label.p, '+', label.n);
    struct slice tag = plus ? slice_of(label.p, (size_t)(plus - label.p)) : label;
    enum language l = language_of_tag(tag);
    for (size_t i = 0; i < sizeof latin / sizeof *latin; i++) {
        if (l == latin[i])
            return LANG_UND;
    }
    return l;
}

/* bound: errors in a thousand that are let pass. */
static void check_languages(const char *path, int bound)
{
    struct groups groups = {.count = 0};
    struct buf file;
    struct slice line;
    read_file(path, &file);
    for (struct slice left = buf_view(&file); next_line(&left, &line);) {
        const char *tab = memchr(line.p, '\t', line.n);
        if (line.n == 0 || line.p[0] == '#' || !tab)
            continue;
        struct slice label = slice_of(line.p, (size_t)(tab - line.p));
        struct slice text = slice_of(tab + 1, line.n - label.n - 1);
        struct group *g = group_of(&groups, label);
        enum language found = language_detect(text);
        g->count++;
        if (found == expected_of(label))
            continue;
        g->wrong++;
        tell_wrong(label, language_tag(found), text);
    }
    assert_in_range(print_groups(&groups, "language"), 0, bound);
    buf_deinit(&file);
}

static void languages_are_told_by_their_script(void **state)
{
    (void)state;
    check_languages(FOLDER "language.tsv", 25);
}

static void languages_of_new_texts_are_told_as_well(void **state)
{
    (void)state;
    check_languages(FOLDER "language_held_out.tsv", 50);
}

static void judge_code(struct slice label, struct slice text, struct groups *code,
                       struct groups *prose)
{
    bool is_code = label.n >= 4 && memcmp(label.p, "code", 4) == 0;
    bool found = text_has_code(slice_trim(text));
    struct group *g =
        group_of(is_code ? code : prose,
                 is_code ? SLICE_LIT("code, missed") : SLICE_LIT("prose, taken for code"));
    g->count++;
    if (found == is_code)
        return;
    g->wrong++;
    tell_wrong(label, found ? "code" : "prose", text);
}

static void check_code(const char *path, int missed_bound, int false_bound)
{
    static const struct slice mark = SLICE_LIT("=== ");
    struct groups code = {.count = 0}, prose = {.count = 0};
    struct buf file;
    struct slice line, label = SLICE_NONE;
    const char *start = NULL;
    read_file(path, &file);
    struct slice left = buf_view(&file);
    const char *end = left.p + left.n;
    while (next_line(&left, &line)) {
        if (line.n < mark.n || memcmp(line.p, mark.p, mark.n) != 0)
            continue;
        if (start)
            judge_code(label, slice_of(start, (size_t)(line.p - start)), &code, &prose);
        label = slice_of(line.p + mark.n, line.n - mark.n);
        start = line.p + line.n + 1;
    }
    judge_code(label, slice_of(start, (size_t)(end - start)), &code, &prose);
    int missed = print_groups(&code, "code"), wrong = print_groups(&prose, "prose");
    buf_deinit(&file);
    assert_in_range(missed, 0, missed_bound);
    assert_in_range(wrong, 0, false_bound);
}

static void code_is_told_from_prose(void **state)
{
    (void)state;
    check_code(FOLDER "code.txt", 40, 20);
}

static void code_in_new_texts_is_told_as_well(void **state)
{
    (void)state;
    check_code(FOLDER "code_held_out.txt", 280, 40);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(languages_are_told_by_their_script),
        cmocka_unit_test(languages_of_new_texts_are_told_as_well),
        cmocka_unit_test(code_is_told_from_prose),
        cmocka_unit_test(code_in_new_texts_is_told_as_well),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
