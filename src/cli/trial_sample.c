/* From a file of labelled tickets to the sample that every variant is tried on.
 *
 * The sample is a file of its own in the folder, so that its lines are the same for all variants
 * and its content names it in their ledgers.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/json.h"
#include "base/mem.h"
#include "base/random.h"
#include "cli/label_file.h"
#include "cli/options.h"
#include "cli/trial.h"
#include "file/reader.h"

struct taken {
    char *ticket;
    int truth;
};

struct reading {
    struct trial *t;
    struct taken *v;
    size_t count;
    struct label_names unknown;
};

static int category(const struct config *c, const char *name)
{
    for (int i = 0; i < c->classification.category_count; i++) {
        if (strcmp(c->classification.categories[i].name, name) == 0)
            return i;
    }
    return -1;
}

static void take(struct reading *r, const struct file_record *record, const char *pointer)
{
    struct slice text = slice_trim(record->value);
    json *doc = NULL;

    r->t->sample.records++;
    if (record->unreadable != REASON_NONE || json_parse(text, JSON_MAX_DEPTH, &doc) != ST_OK) {
        r->t->sample.unreadable++;
        return;
    }
    struct slice label = slice_trim(json_str(json_pointer(doc, pointer)));
    if (label.n == 0) {
        r->t->sample.unlabelled++;
    } else {
        char *name = mem_slice(label);
        int truth = category(r->t->config, name);
        if (truth < 0)
            label_names_add(&r->unknown, name);
        mem_free(name);
        r->v = mem_grow(r->v, r->count + 1, sizeof *r->v);
        r->v[r->count++] = (struct taken){mem_slice(text), truth};
    }
    json_free(doc);
}

static enum status read_all(struct reading *r, const char *path, enum file_format format,
                            const char *pointer, struct fail *fail)
{
    struct file_input *in;
    struct file_reader *reader = NULL;
    struct file_record record;
    bool more = true;
    enum status st = file_input_open(path, r->t->folder, &in, fail);

    if (st != ST_OK)
        return st;
    st = file_reader_open(in, format, r->t->config, &reader, fail);
    while (st == ST_OK && more) {
        st = file_reader_next(reader, &record, &more, fail);
        if (st == ST_OK && more)
            take(r, &record, pointer);
    }
    file_reader_close(reader);
    file_input_free(in);
    return st;
}

/* Keeps `size` of them, chosen by the seed, in the order of the file. */
static void draw(struct reading *r, size_t size)
{
    struct random random;
    size_t kept = 0, left = r->count, n = size < r->count ? size : r->count;

    random_seed(&random, r->t->seed);
    for (size_t i = 0; i < r->count; i++, left--) {
        if (random_below(&random, left) < n - kept) {
            struct taken chosen = r->v[i];
            r->v[i] = r->v[kept];
            r->v[kept++] = chosen;
        }
    }
    for (size_t i = kept; i < r->count; i++)
        mem_free(r->v[i].ticket);
    r->count = kept;
}

static enum status write_sample(struct reading *r, struct fail *fail)
{
    struct trial_sample *s = &r->t->sample;
    uint8_t hash[SHA256_SIZE];
    struct buf path, text;

    buf_init(&path, SIZE_MAX);
    buf_init(&text, SIZE_MAX);
    for (size_t i = 0; i < r->count; i++) {
        buf_str(&text, r->v[i].ticket);
        buf_char(&text, '\n');
    }
    struct slice all = buf_view(&text);
    sha256(all, hash);
    buf_str(&path, "file:");
    buf_hex(&path, hash, sizeof hash);
    snprintf(s->source, sizeof s->source, "%.*s", (int)path.n, path.p);
    buf_clear(&path);
    buf_fmt(&path, "%s/sample-%.12s.jsonl", r->t->folder, s->source + 5);
    s->path = buf_take(&path, NULL);
    FILE *f = fopen(s->path, "w");
    bool good = f && fwrite(text.p, 1, text.n, f) == text.n;
    int err = errno;
    good = f && fclose(f) == 0 && good;
    buf_deinit(&text);
    return good ? ST_OK : fail_set(fail, ST_OUTPUT, err, "%s: cannot be written", s->path);
}

static int judge(const struct reading *r, const char *path)
{
    if (r->unknown.rows > 0) {
        fprintf(stderr,
                "ticketmill compare: %s: %lld labels are no category of the configuration:\n", path,
                (long long)r->unknown.rows);
        label_names_print(&r->unknown);
        return status_exit(ST_LEDGER_STATE);
    }
    if (r->count == 0) {
        fprintf(stderr,
                "ticketmill compare: %s: no record has a label; where it is, --label says\n", path);
        return status_exit(ST_USAGE);
    }
    return 0;
}

int trial_sample_read(struct trial *t, const char *path, enum file_format format, const char *label,
                      int64_t size)
{
    struct reading r = {.t = t};
    struct buf pointer;
    struct fail fail;
    int code;

    buf_init(&pointer, SIZE_MAX);
    buf_fmt(&pointer, "%s%s", label[0] == '/' ? "" : "/", label);
    buf_char(&pointer, '\0');
    enum status st = read_all(&r, path, format, pointer.p, &fail);
    code = st == ST_OK ? judge(&r, path) : command_failed("compare", &fail);
    if (code == 0 && size > 0)
        draw(&r, (size_t)size);
    if (code == 0 && write_sample(&r, &fail) != ST_OK)
        code = command_failed("compare", &fail);
    t->sample.truths = mem_array(r.count, sizeof *t->sample.truths);
    t->sample.count = r.count;
    for (size_t i = 0; i < r.count; i++) {
        t->sample.truths[i] = r.v[i].truth;
        mem_free(r.v[i].ticket);
    }
    mem_free(r.v);
    label_names_deinit(&r.unknown);
    buf_deinit(&pointer);
    return code;
}
