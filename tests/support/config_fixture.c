/* Writes files into a temporary folder and loads them; a mistake in one is printed and fails the
 * test that asked for it.
 */
#include "support/config_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/mem.h"

char config_folder[] = "/tmp/ticketmill-config-XXXXXX";

int config_folder_make(void **state)
{
    (void)state;
    return mkdtemp(config_folder) ? 0 : -1;
}

int config_folder_remove(void **state)
{
    static const char *const names[] = {"c.yaml", "p.md"};
    char path[256];

    (void)state;
    for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
        snprintf(path, sizeof(path), "%s/%s", config_folder, names[i]);
        unlink(path);
    }
    return rmdir(config_folder);
}

void config_file(const char *name, const void *bytes, size_t n)
{
    char path[256];

    snprintf(path, sizeof(path), "%s/%s", config_folder, name);
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    assert_int_equal(fwrite(bytes, 1, n, f), n);
    assert_int_equal(fclose(f), 0);
}

struct config *config_of_file(const char *path, enum config_need need)
{
    struct config_errors errors;
    struct config *c = NULL;
    enum status st = config_load(path, need, &c, &errors);

    for (int i = 0; i < errors.count; i++)
        print_error("%d:%d: %s\n", errors.v[i].line, errors.v[i].column, errors.v[i].text);
    config_errors_deinit(&errors);
    assert_int_equal(st, ST_OK);
    return c;
}

struct config *config_of_text(const char *text, enum config_need need)
{
    char path[256];

    config_file("c.yaml", text, strlen(text));
    snprintf(path, sizeof(path), "%s/c.yaml", config_folder);
    return config_of_file(path, need);
}

char *config_printed(const struct config *c)
{
    struct buf out;
    size_t n;

    buf_init(&out, 1 << 20);
    config_print(c, &out);
    assert_false(out.failed);
    return buf_take(&out, &n);
}

char *config_missing(const struct config *c)
{
    struct buf out;
    size_t n;

    buf_init(&out, 1 << 20);
    config_unbuilt(c, &out);
    return out.n ? buf_take(&out, &n) : mem_str("");
}
