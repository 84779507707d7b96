/* The witness: tokens by model, how often each text was billed, each billed call.
 *
 * A call is recorded when its answer has been generated, whether or not anybody is left to take
 * it: that is the moment at which providers bill. Nothing is ever taken back. Texts are kept as
 * hashes only.
 */
#include "sim/bill.h"

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <string.h>
#include <unistd.h>

#include "base/json.h"
#include "base/map.h"
#include "base/mem.h"

#define STATUS_COUNT 600

struct model_sum {
    char *name;
    int64_t billed_calls, prompt_tokens, cached_tokens, completion_tokens;
};

struct bill {
    struct map *texts; /* hash -> struct bill_text */
    struct bill_call *calls;
    int64_t call_count, call_cap;
    struct model_sum *models;
    int model_count;
    int64_t rejected[STATUS_COUNT];
    int64_t max_in_flight;
    atomic_int_fast64_t arrived, billed, prompt, cached, completion;
    int fd; /* -1 = no file */
};

enum status bill_new(const char *file, struct bill **out, struct fail *fail)
{
    int fd = -1;
    if (file != NULL) {
        fd = open(file, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
        if (fd < 0)
            return fail_set(fail, ST_SYSTEM, errno, "%s: %s", file, strerror(errno));
    }
    struct bill *b = mem_zalloc(sizeof *b);
    b->texts = map_new();
    b->fd = fd;
    *out = b;
    return ST_OK;
}

static void free_text(void *self, struct slice key, void *value)
{
    (void)self;
    (void)key;
    mem_free(value);
}

void bill_free(struct bill *b)
{
    if (b == NULL)
        return;
    for (int64_t i = 0; i < b->call_count; i++) {
        mem_free((char *)b->calls[i].call_id);
        mem_free(b->calls[i].texts);
    }
    for (int i = 0; i < b->model_count; i++)
        mem_free(b->models[i].name);
    map_each(b->texts, free_text, NULL);
    map_free(b->texts);
    mem_free(b->calls);
    mem_free(b->models);
    if (b->fd >= 0)
        close(b->fd);
    mem_free(b);
}

struct bill_text *bill_text(struct bill *b, const uint8_t hash[SHA256_SIZE])
{
    struct slice key = slice_of(hash, SHA256_SIZE);
    struct bill_text *text = map_get(b->texts, key);
    if (text == NULL) {
        text = mem_zalloc(sizeof *text);
        memcpy(text->hash, hash, SHA256_SIZE);
        map_put(b->texts, key, text);
    }
    return text;
}

static struct model_sum *model_sum(struct bill *b, const char *name)
{
    for (int i = 0; i < b->model_count; i++)
        if (strcmp(b->models[i].name, name) == 0)
            return &b->models[i];
    b->models = mem_grow(b->models, (size_t)b->model_count + 1, sizeof *b->models);
    struct model_sum *sum = &b->models[b->model_count++];
    *sum = (struct model_sum){.name = mem_str(name)};
    return sum;
}

static void print_call(const struct bill_call *call, struct buf *out)
{
    buf_str(out, "{\"model\":");
    json_quote(out, slice_str(call->model));
    buf_str(out, ",\"call_id\":");
    json_quote(out, slice_str(call->call_id));
    buf_fmt(out,
            ",\"fault\":\"%s\",\"prompt_tokens\":%lld,\"cached_tokens\":%lld,"
            "\"completion_tokens\":%lld,\"max_tokens\":%lld,\"at_us\":%lld,\"delivered\":%s,"
            "\"texts\":[",
            call->fault, (long long)call->prompt_tokens, (long long)call->cached_tokens,
            (long long)call->completion_tokens, (long long)call->max_tokens,
            (long long)call->at_unix_us, call->delivered ? "true" : "false");
    for (int i = 0; i < call->text_count; i++) {
        buf_str(out, i > 0 ? ",\"" : "\"");
        buf_hex(out, call->texts[i]->hash, SHA256_SIZE);
        buf_char(out, '"');
    }
    buf_str(out, "]}\n");
}

static void append_to_file(struct bill *b, const struct bill_call *call)
{
    struct buf line;
    buf_init(&line, SIZE_MAX);
    print_call(call, &line);
    for (size_t at = 0; at < line.n;) {
        ssize_t n = write(b->fd, line.p + at, line.n - at);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            break; /* a full disk: the tests that read the file see the missing lines */
        at += (size_t)n;
    }
    buf_deinit(&line);
}

int64_t bill_record(struct bill *b, const struct bill_call *call)
{
    if (b->call_count == b->call_cap) {
        b->call_cap = b->call_cap > 0 ? b->call_cap * 2 : 256;
        b->calls = mem_grow(b->calls, (size_t)b->call_cap, sizeof *b->calls);
    }
    struct model_sum *sum = model_sum(b, call->model);
    struct bill_call *mine = &b->calls[b->call_count];
    *mine = *call;
    mine->model = sum->name;
    mine->call_id = mem_str(call->call_id);
    for (int i = 0; i < mine->text_count; i++)
        mine->texts[i]->times++;
    sum->billed_calls++;
    sum->prompt_tokens += call->prompt_tokens;
    sum->cached_tokens += call->cached_tokens;
    sum->completion_tokens += call->completion_tokens;
    b->billed++;
    b->prompt += call->prompt_tokens;
    b->cached += call->cached_tokens;
    b->completion += call->completion_tokens;
    if (b->fd >= 0)
        append_to_file(b, mine);
    return b->call_count++;
}

void bill_delivered(struct bill *b, int64_t number)
{
    b->calls[number].delivered = true;
}

void bill_arrived(struct bill *b)
{
    b->arrived++;
}

void bill_rejected(struct bill *b, int status)
{
    if (status >= 0 && status < STATUS_COUNT)
        b->rejected[status]++;
}

void bill_in_flight(struct bill *b, int64_t now)
{
    if (now > b->max_in_flight)
        b->max_in_flight = now;
}

void bill_totals(struct bill *b, struct sim_totals *out)
{
    *out = (struct sim_totals){.calls = b->arrived,
                               .billed_calls = b->billed,
                               .prompt_tokens = b->prompt,
                               .cached_tokens = b->cached,
                               .completion_tokens = b->completion};
}

static void print_sums(struct buf *out, int64_t billed, int64_t prompt, int64_t cached,
                       int64_t completion)
{
    buf_fmt(out,
            "\"billed_calls\":%lld,\"prompt_tokens\":%lld,\"cached_tokens\":%lld,"
            "\"completion_tokens\":%lld",
            (long long)billed, (long long)prompt, (long long)cached, (long long)completion);
}

static void print_text(void *self, struct slice key, void *value)
{
    struct buf *out = self;
    const struct bill_text *text = value;
    if (text->times == 0)
        return;
    buf_str(out, out->p[out->n - 1] == '{' ? "\"" : ",\"");
    buf_hex(out, key.p, key.n);
    buf_str(out, "\":");
    buf_i64(out, text->times);
}

void bill_print(struct bill *b, const struct call_log *log, struct buf *out)
{
    struct sim_totals sum;
    bill_totals(b, &sum);
    buf_fmt(out, "{\"calls\":%lld,", (long long)sum.calls);
    print_sums(out, sum.billed_calls, sum.prompt_tokens, sum.cached_tokens, sum.completion_tokens);
    buf_fmt(out, ",\"max_in_flight\":%lld,\"rejected\":{", (long long)b->max_in_flight);
    const char *comma = "";
    for (int i = 0; i < STATUS_COUNT; i++) {
        if (b->rejected[i] == 0)
            continue;
        buf_fmt(out, "%s\"%d\":%lld", comma, i, (long long)b->rejected[i]);
        comma = ",";
    }
    buf_str(out, "},\"by_model\":{");
    for (int i = 0; i < b->model_count; i++) {
        const struct model_sum *m = &b->models[i];
        buf_str(out, i > 0 ? "," : "");
        json_quote(out, slice_str(m->name));
        buf_str(out, ":{");
        print_sums(out, m->billed_calls, m->prompt_tokens, m->cached_tokens, m->completion_tokens);
        buf_char(out, '}');
    }
    buf_str(out, "},\"tickets\":{");
    map_each(b->texts, print_text, out);
    buf_str(out, "},\"phases\":");
    call_log_print_phases(log, out);
    buf_str(out, "}\n");
}

void bill_print_calls(struct bill *b, struct buf *out)
{
    for (int64_t i = 0; i < b->call_count; i++)
        print_call(&b->calls[i], out);
}
