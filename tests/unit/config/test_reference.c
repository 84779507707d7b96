/* docs/configuration.md is what the key table makes of it. When this fails after a change of the
 * table, take the new text: cp build/configuration.md docs/configuration.md
 */
#include "config/config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "config/key.h"

#define DOCS "docs/configuration.md"
#define MADE "build/configuration.md"

static void reference_in_docs_is_the_one_of_the_key_table(void **state)
{
    static char docs[256 * 1024];
    struct buf made;
    FILE *f;

    (void)state;
    buf_init(&made, sizeof(docs));
    config_reference(&made);
    assert_false(made.failed);
    f = fopen(DOCS, "r");
    docs[f ? fread(docs, 1, sizeof(docs) - 1, f) : 0] = '\0';
    if (f)
        fclose(f);
    if (strcmp(docs, made.p) != 0 && (f = fopen(MADE, "w")) != NULL) {
        fwrite(made.p, 1, made.n, f);
        fclose(f);
    }
    assert_string_equal(docs, made.p);
    buf_deinit(&made);
}

static void check_rows(const struct section *section)
{
    for (int i = 0; i < section->count; i++) {
        const struct key *key = &section->keys[i];
        assert_non_null(key->name);
        if (key->inner)
            check_rows(key->inner);
        else
            assert_non_null(key->note);
        if (key->type == KEY_COUNT || key->type == KEY_SIZE || key->type == KEY_DURATION)
            assert_true(key->min < key->max);
        if (key->type == KEY_ENUM || key->type == KEY_SET)
            assert_non_null(key->names);
        for (int j = 0; j < i; j++)
            assert_string_not_equal(key->name, section->keys[j].name);
    }
}

static void every_row_of_the_key_table_is_complete(void **state)
{
    (void)state;
    check_rows(&key_root);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reference_in_docs_is_the_one_of_the_key_table),
        cmocka_unit_test(every_row_of_the_key_table_is_complete),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
