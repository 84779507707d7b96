/* A folder under $TMPDIR, removed with all it holds at the end of the test. */
#include "support/file_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/mem.h"

int file_setup(void **state)
{
    static struct config_route routes[] = {
        {.kind = WHEN_FIELD, .field = "/customer/plan", .op = OP_EQUALS},
        {.kind = WHEN_FIELD, .field = "/orders", .op = OP_GREATER},
        {.kind = WHEN_ALWAYS}};
    struct file_fixture *f = mem_zalloc(sizeof *f);
    snprintf(f->dir, sizeof f->dir, "/tmp/ticketmill-file.XXXXXX");
    assert_non_null(mkdtemp(f->dir));
    snprintf(f->path, sizeof f->path, "%s/in", f->dir);
    f->config.ticket = (struct config_ticket){.id = "/ticket_id",
                                              .subject = "/subject",
                                              .body = "/body",
                                              .language = "/language",
                                              .max_bytes = 1000,
                                              .max_text_bytes = 1000};
    f->config.routes = routes;
    f->config.route_count = 3;
    *state = f;
    return 0;
}

int file_teardown(void **state)
{
    struct file_fixture *f = *state;
    char command[100];
    snprintf(command, sizeof command, "rm -rf '%s'", f->dir);
    int rc = system(command);
    mem_free(f);
    return rc;
}

void file_put(const char *path, struct slice text)
{
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    assert_int_equal(fwrite(text.p, 1, text.n, f), text.n);
    assert_int_equal(fclose(f), 0);
}

char *file_get(const char *path)
{
    FILE *f = fopen(path, "r");
    struct buf text;
    char chunk[4096];
    size_t n;
    if (!f)
        return NULL;
    buf_init(&text, SIZE_MAX);
    buf_str(&text, "");
    while ((n = fread(chunk, 1, sizeof chunk, f)) > 0)
        buf_add(&text, chunk, n);
    fclose(f);
    return text.p ? buf_take(&text, NULL) : mem_str("");
}

struct file_input *file_opened(const struct file_fixture *f)
{
    struct file_input *in;
    struct fail fail;
    if (file_input_open(f->path, f->dir, &in, &fail) != ST_OK)
        fail_msg("%s", fail.text);
    return in;
}

static void note(const struct file_record *r, char *out, size_t size)
{
    size_t n = strlen(out);
    snprintf(out + n, size - n, "%s%lld%s%s:%.*s", n > 0 ? "\n" : "", (long long)r->number,
             r->unreadable ? "!" : "", reason_name(r->unreadable),
             (int)(r->value.n < 99 ? r->value.n : 99), r->value.p);
    assert_true(!r->unreadable == !r->detail[0]);
}

const char *file_read(struct file_fixture *f, enum file_format format, struct slice text)
{
    static char out[20000];
    struct file_reader *r;
    struct file_record record;
    struct file_extent extent, counted = {0};
    struct fail fail;
    bool more = true;
    out[0] = '\0';
    file_put(f->path, text);
    struct file_input *in = file_opened(f);
    if (file_reader_open(in, format, &f->config, &r, &fail) != ST_OK) {
        snprintf(out, sizeof out, "fail: %s", fail.text);
        file_input_free(in);
        return out;
    }
    for (;;) {
        assert_int_equal(file_reader_next(r, &record, &more, &fail), ST_OK);
        if (!more)
            break;
        note(&record, out, sizeof out);
        counted.records++;
        counted.last = record.number;
    }
    file_reader_close(r);
    assert_int_equal(file_reader_measure(in, format, &f->config, &extent, &fail), ST_OK);
    assert_int_equal(extent.records, counted.records);
    assert_int_equal(extent.last, counted.last);
    file_input_free(in);
    return out;
}
