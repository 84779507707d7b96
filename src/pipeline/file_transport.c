/* A run's two ends in files.
 *
 * The source is named by the hash of its content, so the ledger knows where it stands without any
 * commit elsewhere: what is durable there is delivered, and the output is written from it at the
 * end, whole, in the order of the input. The sink has nothing to do. What the run itself does with
 * the records is the same as on Kafka.
 */
#include "pipeline/file_transport.h"

#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "base/mem.h"
#include "file/format.h"
#include "pipeline/offset_list.h"

#define FILES_GROUP  "(files)" /* no name of a consumer group */
#define RECORD_LIMIT ((int64_t)1 << 30)

/* --- opening ------------------------------------------------------------------------------- */

static enum status open_output(const struct file_transport *f, const char *path, const char *option,
                               struct file_output **out, struct fail *fail)
{
    enum status st = path ? file_output_open(path, out, fail) : ST_OK;

    if (st != ST_OK || !path)
        return st;
    if (file_output_is_input(*out, f->input))
        return fail_set(fail, ST_USAGE, 0, "%s %s: is the input itself", option, path);
    if (file_output_is(*out, f->o->ledger_path))
        return fail_set(fail, ST_USAGE, 0, "%s %s: is the ledger", option, path);
    return ST_OK;
}

static enum status open_outputs(struct file_transport *f, struct fail *fail)
{
    const struct run_files *files = f->files;

    if (files->output && files->rejects && strcmp(files->output, files->rejects) == 0)
        return fail_set(fail, ST_USAGE, 0, "--rejects: the same file as --output");
    enum status st = open_output(f, files->output, "--output", &f->output, fail);
    if (st == ST_OK)
        st = open_output(f, files->rejects, "--rejects", &f->rejects, fail);
    return st;
}

/* --- where the run begins ------------------------------------------------------------------ */

/* A ledger serves either files or one consumer group: what is not yet at Kafka must not be taken
 * for delivered, and the other way round. */
static enum status bind(struct ledger *ledger, struct fail *fail)
{
    const struct ledger_binding binding = {"", FILES_GROUP, 0, 1};
    struct ledger_info info;
    enum status st = ledger_info(ledger, &info, fail);

    if (st == ST_OK && *info.group && strcmp(info.group, FILES_GROUP) != 0)
        return fail_set(fail, ST_LEDGER_STATE, 0,
                        "this ledger belongs to consumer group %s on Kafka; name another one for "
                        "files with --ledger FILE",
                        info.group);
    if (st == ST_OK)
        st = ledger_bind(ledger, &binding, false, fail);
    if (st == ST_OK)
        st = ledger_mark(ledger, info.last_seq, fail);
    return st;
}

static enum status file_settle_in(void *self, struct ledger *ledger, struct grounds *out,
                                  struct fail *fail)
{
    struct file_transport *f = self;
    struct mill_partition *p = &f->partition.mill;
    struct offset_list done = {0};
    struct ledger_info info;

    ledger_set_limits(ledger, RECORD_LIMIT, RECORD_LIMIT);
    *p = (struct mill_partition){.topic = f->source, .end = f->extent.last + 1, .by_content = true};
    enum status st = bind(ledger, fail);
    if (st == ST_OK)
        st = ledger_source_form(ledger, f->source,
                                f->files->input_format == FILE_CSV ? "csv" : "jsonl", fail);
    if (st == ST_OK)
        st = ledger_source(ledger, f->source, &p->source, fail);
    if (st == ST_OK)
        st = ledger_resume_offset(ledger, p->source, 0, &p->start, fail);
    if (st != ST_OK)
        return st;
    if (p->start < 1)
        p->start = 1;
    if (p->start > p->end)
        p->start = p->end;
    st = ledger_published(ledger, (struct pos){p->source, 0, p->start}, offset_list_add, &done,
                          fail);
    f->published = done.v;
    f->partition.published = done.v;
    f->partition.published_count = done.n;
    if (st == ST_OK)
        st = ledger_info(ledger, &info, fail);
    if (st == ST_OK)
        *out = (struct grounds){&f->partition, 1, info.published_seq, 0};
    return st;
}

/* --- reading ------------------------------------------------------------------------------- */

/* What was finished before stands in front: passed over here, which is one reading of the file. */
static enum status next_record(struct file_transport *f, bool *more, struct fail *fail)
{
    enum status st;

    do
        st = file_reader_next(f->reader, &f->record, more, fail);
    while (st == ST_OK && *more && f->record.number < f->partition.mill.start);
    return st;
}

static void source_poll(void *self, struct kevent *out)
{
    struct file_transport *f = self;
    const struct mill_partition *p = &f->partition.mill;
    struct pos pos = {p->source, 0, p->end};
    bool more = false;

    if (f->trouble.code == ST_OK && next_record(f, &more, &f->trouble) != ST_OK)
        more = false;
    out->kind = f->trouble.code != ST_OK ? KEVENT_ERROR : more ? KEVENT_RECORD : KEVENT_EOF;
    if (f->trouble.code != ST_OK)
        out->fail = f->trouble;
    if (more)
        pos.offset = f->record.number;
    out->record = (struct record){pos, -1, SLICE_NONE, f->record.value, slice_of("", 0)};
    out->unreadable = f->record.unreadable;
    out->detail = f->record.detail;
}

static enum status source_restart(void *self, struct pos pos, int64_t offset, struct fail *fail)
{
    (void)self;
    (void)pos;
    (void)offset;
    return fail_set(fail, ST_INTERNAL, 0, "a file has no gap to be passed over");
}

static enum status file_open(void *self, const struct reactor *r, void (*wake)(void *arg),
                             void *arg, struct fail *fail)
{
    struct file_transport *f = self;

    (void)r; /* a file never lets wait */
    (void)wake;
    (void)arg;
    return file_reader_open(f->input, f->files->input_format, f->o->config, &f->reader, fail);
}

static void file_close_source(void *self)
{
    struct file_transport *f = self;
    file_reader_close(f->reader);
    f->reader = NULL;
}

static struct source file_source(void *self)
{
    return (struct source){self, source_poll, source_restart};
}

static enum status sink_publish(void *self, struct outrow *const *rows, size_t n,
                                const struct commit_offset *offs, size_t m, struct fail *fail)
{
    (void)self; /* what the ledger holds is delivered */
    (void)rows;
    (void)n;
    (void)offs;
    (void)m;
    (void)fail;
    return ST_OK;
}

static struct sink file_sink(void *self)
{
    return (struct sink){self, sink_publish};
}

static void file_hurry(void *self)
{
    (void)self;
}

static const struct transport_ops ops = {
    .settle_in = file_settle_in,
    .open = file_open,
    .source = file_source,
    .sink = file_sink,
    .hurry = file_hurry,
    .close_source = file_close_source,
    .deliver = file_deliver,
};

/* Standard input is spooled beside the ledger, which has to have room anyway. An empty file and one
 * of bad lines alone are files of tickets like any other. */
enum status file_transport_init(struct file_transport *f, const struct run_options *o,
                                const struct run_files *files, struct fail *fail)
{
    char hash[SHA256_HEX_SIZE];
    char *folder = file_folder(o->ledger_path);

    *f = (struct file_transport){.o = o, .files = files};
    enum status st = file_input_open(files->input, folder, &f->input, fail);
    mem_free(folder);
    if (st == ST_OK)
        st = open_outputs(f, fail);
    if (st == ST_OK)
        st = file_reader_measure(f->input, files->input_format, o->config, &f->extent, fail);
    if (st != ST_OK)
        return st;
    file_input_hash(f->input, hash);
    snprintf(f->source, sizeof f->source, "file:%s%s%s", hash, files->variant ? "#" : "",
             files->variant ? files->variant : "");
    f->port = (struct transport){.self = f, .ops = &ops, .publish = "file", .id = FILES_GROUP};
    return ST_OK;
}

void file_transport_deinit(struct file_transport *f)
{
    file_reader_close(f->reader);
    file_input_free(f->input);
    file_output_free(f->output);
    file_output_free(f->rejects);
    mem_free(f->published);
}
