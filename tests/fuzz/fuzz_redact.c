/* Any text: what comes out is valid UTF-8 and bounded, counts are JSON, the same text has the same
 * result, and what is left has nothing to be found in it but what its own placeholders bring near.
 */
#include <stdlib.h>

#include "base/json.h"
#include "base/mem.h"
#include "base/utf8.h"
#include "redact/redact.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds)
{
    if (!holds)
        abort();
}

static struct redactor *redactor(void)
{
    static struct redactor *r;
    static struct config_pair patterns[] = {{"order", "A-\\d+"}, {"nested", "(x+x+)+y"}};
    static struct config config = {.redaction = {(1u << REDACT_KINDS) - 1, patterns, 2}};
    struct fail fail;
    if (!r)
        must(redactor_new(&config, &r, &fail) == ST_OK);
    return r;
}

static void check_counts(struct slice counts)
{
    json *doc;
    if (counts.n == 0)
        return;
    must(json_parse(counts, 2, &doc) == ST_OK && json_is(doc, JSON_OBJECT));
    json_free(doc);
}

/* The first byte says whether the text was cut. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct buf out, again, counts;
    const char *pattern = NULL;
    if (size == 0 || !utf8_valid(slice_of(data + 1, size - 1)))
        return 0;
    bool cut = data[0] & 1;
    struct redact_text text = {slice_of(data + 1, size - 1),
                               cut ? SLICE_LIT("\n[\xe2\x80\xa6]\n") : SLICE_NONE};
    buf_init(&out, SIZE_MAX);
    buf_init(&again, SIZE_MAX);
    buf_init(&counts, SIZE_MAX);
    enum redact_result result = redactor_apply(redactor(), &text, &out, &counts, &pattern);
    check_counts(buf_view(&counts));
    must(utf8_valid(buf_view(&out)) && out.n <= REDACT_GROWTH * text.text.n + REDACT_EXTRA);
    must((result == REDACT_GAVE_UP) == (pattern != NULL));
    must(redactor_apply(redactor(), &text, &again, &counts, &pattern) == result);
    must(slice_eq(buf_view(&out), buf_view(&again)));
    buf_deinit(&out);
    buf_deinit(&again);
    buf_deinit(&counts);
    return 0;
}
