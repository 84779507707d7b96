/* Decodes and redacts line by line, by the functions of a run. */
#include "cli/redacted.h"

#include <stdio.h>

#include "base/json.h"
#include "base/mem.h"
#include "cli/options.h"
#include "cli/ticket_lines.h"
#include "redact/redact.h"
#include "report/table.h"
#include "ticket/decode.h"
#include "ticket/text.h"

static const char command[] = "check";

struct redacted {
    const struct config *config;
    struct redactor *redactor;
    bool as_json;
    int64_t line, changed, dead, withheld;
    int64_t places[REDACT_KINDS];
    int64_t *own; /* per pattern */
    struct buf text, counts, out;
};

static bool is_kind(const char *pattern)
{
    for (int k = 0; k < REDACT_KINDS; k++) {
        if (strcmp(pattern, redact_kind_name((enum redact_kind)k)) == 0)
            return true;
    }
    return false;
}

static void add_counts(struct redacted *r, struct slice counts)
{
    json *doc;
    int64_t n;
    if (json_parse(counts, 2, &doc) != ST_OK)
        return;
    for (int k = 0; k < REDACT_KINDS; k++) {
        if (json_i64(json_get(doc, redact_kind_name((enum redact_kind)k)), &n) == ST_OK)
            r->places[k] += n;
    }
    for (int i = 0; i < r->config->redaction.pattern_count; i++) {
        if (is_kind(r->config->redaction.patterns[i].name))
            continue; /* counted already */
        if (json_i64(json_get(doc, r->config->redaction.patterns[i].name), &n) == ST_OK)
            r->own[i] += n;
    }
    json_free(doc);
}

static void flush(struct redacted *r)
{
    fwrite(r->out.p, 1, r->out.n, stdout);
    buf_clear(&r->out);
}

static void print_json(struct redacted *r, struct slice id, struct slice text, struct slice counts,
                       const char *note)
{
    buf_fmt(&r->out, "%s{\"line\":%lld,\"ticket_id\":", r->line > 1 ? ",\n" : "",
            (long long)r->line);
    json_quote(&r->out, id);
    buf_str(&r->out, ",\"text\":");
    json_quote(&r->out, text);
    buf_str(&r->out, ",\"redacted\":");
    buf_slice(&r->out, counts.n > 0 ? counts : SLICE_LIT("{}"));
    buf_str(&r->out, ",\"note\":");
    json_quote(&r->out, note ? slice_str(note) : SLICE_NONE);
    buf_char(&r->out, '}');
}

static void print_text(struct redacted *r, struct slice id, struct slice text, struct slice counts,
                       const char *note)
{
    buf_fmt(&r->out, "%lld ", (long long)r->line);
    table_clean(&r->out, id.p ? id : SLICE_LIT("-"));
    if (counts.n > 0)
        buf_fmt(&r->out, "  " SLICE_FMT, SLICE_ARG(counts));
    if (note)
        buf_fmt(&r->out, "  %s", note);
    buf_str(&r->out, "\n    ");
    for (size_t at = 0; at < text.n;) { /* line by line, set in */
        const char *end = memchr(text.p + at, '\n', text.n - at);
        size_t n = end ? (size_t)(end - text.p) - at : text.n - at;
        table_clean(&r->out, slice_of(text.p + at, n));
        at += n + 1;
        if (at < text.n)
            buf_str(&r->out, "\n    ");
    }
    buf_char(&r->out, '\n');
}

static void print(struct redacted *r, struct slice id, struct slice text, struct slice counts,
                  const char *note)
{
    (r->as_json ? print_json : print_text)(r, id, text, counts, note);
    flush(r);
}

static void take_line(void *self, struct slice line)
{
    static const struct slice elision = SLICE_LIT(TEXT_ELISION);
    struct redacted *r = self;
    const struct record rec = {.timestamp_unix_ms = -1, .key = SLICE_NONE, .value = line};
    struct ticket_content content;
    enum reason why;
    char detail[TICKET_DETAIL_SIZE];
    const char *pattern = "";
    r->line++;
    if (!ticket_decode(&r->config->ticket, (struct ticket_fields){NULL, 0}, &rec, &content, &why,
                       detail)) {
        r->dead++;
        print(r, SLICE_NONE, SLICE_NONE, SLICE_NONE, detail);
        return;
    }
    const struct redact_text text = {content.text,
                                     content.flags & FLAG_TEXT_CUT ? elision : SLICE_NONE};
    switch (redactor_apply(r->redactor, &text, &r->text, &r->counts, &pattern)) {
    case REDACT_NOTHING:
        print(r, content.id, content.text, SLICE_NONE, NULL);
        break;
    case REDACT_DONE:
        r->changed++;
        add_counts(r, buf_view(&r->counts));
        print(r, content.id, buf_view(&r->text), buf_view(&r->counts), NULL);
        break;
    case REDACT_GAVE_UP:
        r->withheld++;
        print(r, content.id, SLICE_NONE, SLICE_NONE,
              "withheld: a pattern of redaction.patterns came to its limits");
        break;
    }
    mem_free(content.block);
}

/* "email 2, phone 1" or "\"email\":2,\"phone\":1" */
static void sum(struct redacted *r, const char *name, int64_t n, int *told)
{
    const char *comma = *told == 0 ? "" : r->as_json ? "," : ", ";
    if (n == 0)
        return;
    ++*told;
    if (r->as_json)
        buf_fmt(&r->out, "%s\"%s\":%lld", comma, name, (long long)n);
    else
        buf_fmt(&r->out, "%s%s %lld", comma, name, (long long)n);
}

static void sums(struct redacted *r)
{
    int told = 0;
    for (int k = 0; k < REDACT_KINDS; k++)
        sum(r, redact_kind_name((enum redact_kind)k), r->places[k], &told);
    for (int i = 0; i < r->config->redaction.pattern_count; i++)
        sum(r, r->config->redaction.patterns[i].name, r->own[i], &told);
}

static void print_end(struct redacted *r)
{
    if (r->as_json)
        buf_fmt(&r->out,
                "],\"tickets\":%lld,\"changed\":%lld,\"dead\":%lld,\"withheld\":%lld,"
                "\"redacted\":{",
                (long long)r->line, (long long)r->changed, (long long)r->dead,
                (long long)r->withheld);
    else
        buf_fmt(&r->out, "\n%lld of %lld tickets changed: ", (long long)r->changed,
                (long long)r->line);
    sums(r);
    if (r->as_json)
        buf_str(&r->out, "}}");
    else if (r->changed == 0)
        buf_str(&r->out, "nothing found");
    buf_char(&r->out, '\n');
    flush(r);
}

int redacted_file(const struct config *c, const char *path, bool as_json)
{
    struct redacted r = {.config = c, .as_json = as_json};
    struct fail fail;
    if (redactor_new(c, &r.redactor, &fail) != ST_OK)
        return command_failed(command, &fail);
    FILE *f = ticket_lines_open(command, path);
    int code = 1;
    r.own = mem_array((size_t)c->redaction.pattern_count + 1, sizeof *r.own);
    buf_init(&r.text, SIZE_MAX);
    buf_init(&r.counts, SIZE_MAX);
    buf_init(&r.out, SIZE_MAX);
    if (f) {
        if (as_json)
            buf_str(&r.out, "{\"schema\":\"ticketmill.redacted/1\",\"lines\":[");
        code = ticket_lines_read(command, path, f, take_line, &r);
        print_end(&r);
    }
    buf_deinit(&r.text);
    buf_deinit(&r.counts);
    buf_deinit(&r.out);
    mem_free(r.own);
    redactor_free(r.redactor);
    return code;
}
