/* Whatever json_guard accepts, cJSON parses; what is printed of it passes the guard again and
 * prints the same; and json_raw_member finds what json_get finds.
 */
#include "base/json.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds)
{
    if (!holds)
        abort();
}

static json *reparsed(const struct buf *b)
{
    json *doc;
    must(json_guard(buf_view(b), JSON_MAX_DEPTH) == ST_OK);
    must(json_parse(buf_view(b), JSON_MAX_DEPTH, &doc) == ST_OK);
    return doc;
}

static void check_members(struct slice text, const json *doc)
{
    if (!json_is(doc, JSON_OBJECT))
        return;
    for (const json *v = json_first(doc); v; v = json_next(v)) {
        if (json_get(doc, json_key(v)) != v)
            continue; /* a repeated key: the first one counts */
        struct slice raw = json_raw_member(text, json_key(v));
        json *member;
        must(raw.p && json_parse(raw, JSON_MAX_DEPTH, &member) == ST_OK);
        must(json_type(member) == json_type(v) && json_size(member) == json_size(v));
        json_free(member);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct slice text = slice_of(data, size);
    json *doc;
    enum status st = json_guard(text, JSON_MAX_DEPTH);
    must((st == ST_OK) == (json_parse(text, JSON_MAX_DEPTH, &doc) == ST_OK));
    if (st != ST_OK)
        return 0;
    check_members(text, doc);

    struct buf first, second;
    buf_init(&first, SIZE_MAX);
    buf_init(&second, SIZE_MAX);
    json_print(&first, doc);
    json_free(doc);
    doc = reparsed(&first);
    json_print(&second, doc);
    json_free(doc);
    must(slice_eq(buf_view(&first), buf_view(&second)));
    buf_deinit(&first);
    buf_deinit(&second);
    return 0;
}
