/* Whatever a file holds: it loads or its mistakes are listed in order with sane positions; what
 * loads prints and loads again as the same. Values of the environment never come out in a mistake.
 */
#include "config/config.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#define SECRET "hunter2"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
const char *__lsan_default_suppressions(void);

/* libfyaml 0.7.12 keeps 512 bytes of some broken documents; a program loads one, then leaves. */
const char *__lsan_default_suppressions(void)
{
    return "leak:libfyaml";
}

static void must(bool holds)
{
    if (!holds)
        abort();
}

/* config_load takes a path: the bytes lie in memory under /proc. */
static enum status load(const void *p, size_t n, enum config_need need, struct config **c,
                        struct config_errors *errors)
{
    static int fd = -1;
    char path[64];

    if (fd < 0)
        fd = memfd_create("config", 0);
    must(fd >= 0 && ftruncate(fd, 0) == 0 && pwrite(fd, p, n, 0) == (ssize_t)n);
    snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
    return config_load(path, need, c, errors);
}

static void check_errors(struct config_errors *errors, struct slice text)
{
    bool named = slice_find(text, SLICE_LIT(SECRET)) >= 0; /* then it is no secret */

    must(errors->count > 0);
    for (int i = 0; i < errors->count; i++) {
        const struct config_error *e = &errors->v[i], *before = i ? e - 1 : e;
        must(e->text[0] && e->line >= 0 && e->column >= 0);
        must(before->line < e->line || (before->line == e->line && before->column <= e->column));
        must(named || !strstr(e->text, SECRET));
    }
    config_errors_deinit(errors);
}

static void check_round_trip(struct config *c)
{
    struct config_errors errors;
    struct config *again;
    struct buf first, second;

    buf_init(&first, SIZE_MAX);
    buf_init(&second, SIZE_MAX);
    config_unbuilt(c, &first);
    buf_clear(&first);
    config_print(c, &first);
    must(load(first.p, first.n, CONFIG_FOR_LEDGER, &again, &errors) == ST_OK);
    config_print(again, &second);
    must(slice_eq(buf_view(&first), buf_view(&second)));
    buf_deinit(&first);
    buf_deinit(&second);
    config_free(again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct config_errors errors;
    struct config *c;

    setenv("S", SECRET, 1);
    if (load(data, size, CONFIG_FOR_RUN, &c, &errors) == ST_OK)
        config_free(c);
    else
        check_errors(&errors, slice_of(data, size));
    if (load(data, size, CONFIG_FOR_LEDGER, &c, &errors) != ST_OK) {
        check_errors(&errors, slice_of(data, size));
        return 0;
    }
    check_round_trip(c);
    config_free(c);
    return 0;
}
