/* Reads the sender's marks from a published record: a result carries them in its JSON, a dead
 * letter in its headers. Everything else in the record is left to others. Places and bytes are
 * kept as 64-bit hashes, so that topics of any size can be compared in little memory.
 */
#include "cli/terminal.h"

#include "base/json.h"
#include "base/siphash.h"

/* The key need not be secret: whoever could make two records collide could as well leave one. */
static const struct siphash_key key_of_places = {UINT64_C(0x7469636b65746d69),
                                                 UINT64_C(0x6c6c2f7665726966)};

static uint64_t never_zero(uint64_t h)
{
    return h != 0 ? h : 1;
}

uint64_t terminal_place(struct slice topic, int64_t partition, int64_t offset)
{
    struct buf text;
    uint64_t h;

    buf_init(&text, SIZE_MAX);
    buf_slice(&text, topic);
    buf_fmt(&text, "/%lld/%lld", (long long)partition, (long long)offset);
    h = siphash_1_3(key_of_places, buf_view(&text));
    buf_deinit(&text);
    return never_zero(h);
}

static void add_part(struct buf *b, struct slice s)
{
    uint64_t n = s.p != NULL ? s.n : UINT64_MAX;
    buf_add(b, &n, sizeof n);
    if (s.p != NULL)
        buf_slice(b, s);
}

uint64_t terminal_bytes(struct slice key, struct slice value, struct slice headers)
{
    struct buf all;
    uint64_t h;

    buf_init(&all, SIZE_MAX);
    add_part(&all, key);
    add_part(&all, value);
    add_part(&all, headers.p != NULL ? headers : SLICE_LIT("")); /* no headers = an empty blob */
    h = siphash_1_3(key_of_places, buf_view(&all));
    buf_deinit(&all);
    return never_zero(h);
}

static bool take_ledger(struct slice id, struct terminal *out)
{
    if (id.p == NULL || id.n == 0 || id.n >= sizeof out->ledger_id)
        return false;
    memcpy(out->ledger_id, id.p, id.n);
    out->ledger_id[id.n] = '\0';
    return true;
}

static bool read_result(struct slice value, struct terminal *out)
{
    json *doc;
    const json *source;
    bool good;

    if (value.p == NULL || json_parse(value, JSON_MAX_DEPTH, &doc) != ST_OK)
        return false;
    source = json_get(doc, "source");
    good = take_ledger(json_str(json_get(doc, "ledger_id")), out) &&
           json_i64(json_get(doc, "seq"), &out->seq) == ST_OK &&
           json_i64(json_get(source, "partition"), &out->partition) == ST_OK &&
           json_i64(json_get(source, "offset"), &out->offset) == ST_OK &&
           json_is(json_get(source, "topic"), JSON_STRING);
    if (good)
        out->place =
            terminal_place(json_str(json_get(source, "topic")), out->partition, out->offset);
    json_free(doc);
    return good;
}

/* The last header of a name is ours: those of the input come first. */
static bool number(struct slice headers, const char *name, int64_t *out)
{
    struct slice text = headers_find(headers, name);
    return text.p != NULL && slice_to_i64(text, out) == ST_OK;
}

static bool read_dead(struct slice headers, struct terminal *out)
{
    struct slice topic = headers_find(headers, "__connect.errors.topic");
    bool good = topic.p != NULL &&
                take_ledger(headers_find(headers, "ticketmill-ledger-id"), out) &&
                number(headers, "ticketmill-seq", &out->seq) &&
                number(headers, "__connect.errors.partition", &out->partition) &&
                number(headers, "__connect.errors.offset", &out->offset);
    if (good)
        out->place = terminal_place(topic, out->partition, out->offset);
    return good;
}

bool terminal_read(enum outrow_kind kind, struct slice value, struct slice headers,
                   struct terminal *out)
{
    bool good = kind == OUTROW_RESULT ? read_result(value, out) : read_dead(headers, out);
    return good && out->seq >= 1;
}
