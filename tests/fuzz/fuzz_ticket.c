/* Any bytes as a record's value: decoding ends in sound content or in a reason with a detail, and
 * the same bytes always end the same way.
 *
 * The first byte is the length of the record key that follows it, the rest is the value.
 */
#include "ticket/decode.h"

#include <stdlib.h>

#include "base/mem.h"
#include "base/utf8.h"
#include "ticket/code.h"
#include "ticket/text.h"
#include "ticket/tokens.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds)
{
    if (!holds)
        abort();
}

static const struct config_ticket cfg = {.id = "/ticket_id",
                                         .subject = "/subject",
                                         .body = "/body",
                                         .language = "/language",
                                         .max_bytes = 64 * 1024,
                                         .max_text_bytes = 300};

static const char *const pointers[] = {"/customer/plan", "/tags/0", "/n", ""};
static const struct ticket_fields fields = {pointers, 4};

static void check_facts(const struct facts *f)
{
    must(f->field_count == fields.count);
    for (int i = 0; i < f->field_count; i++) {
        must((f->fields[i].kind == FACT_ABSENT) == !f->fields[i].text.p);
        must(f->fields[i].kind == FACT_TEXT || !f->fields[i].text.p || f->fields[i].text.n > 0);
        must(!f->fields[i].text.p || utf8_valid(f->fields[i].text));
    }
    must(f->fields[3].kind == FACT_ABSENT); /* the whole document is an object */
}

static void check_content(const struct ticket_content *c)
{
    must(c->text.n > 0 && c->text.n <= (size_t)cfg.max_text_bytes && utf8_valid(c->text));
    must(!text_blank(c->text) && c->est_tokens >= 1);
    for (size_t i = 0; i < c->text.n; i++) {
        unsigned char byte = (unsigned char)c->text.p[i];
        must(byte >= 0x20 || byte == '\n' || byte == '\t');
    }
    must(!c->id.p || (c->id.n > 0 && c->id.n <= TICKET_ID_MAX && utf8_valid(c->id)));
    must(!c->facts.language_tag.p || c->facts.language_tag.n <= 35);
    must(facts_language(&c->facts).n > 0 && c->facts.language >= LANG_UND &&
         c->facts.language < LANG_COUNT);
    must(c->flags == 0 || c->flags == FLAG_TEXT_CUT);
    check_facts(&c->facts);
}

static void fuzz_record(struct slice key, struct slice value)
{
    const struct record rec = {.timestamp_unix_ms = -1, .key = key, .value = value};
    struct ticket_content first, second;
    enum reason why = REASON_NONE, why_again = REASON_NONE;
    char detail[TICKET_DETAIL_SIZE] = "";
    bool good = ticket_decode(&cfg, fields, &rec, &first, &why, detail);
    must(good || (why != REASON_NONE && detail[0] != '\0'));
    must(ticket_decode(&cfg, fields, &rec, &second, &why_again, detail) == good &&
         why == why_again);
    if (!good)
        return;
    check_content(&first);
    must(slice_eq(first.text, second.text) && slice_eq(first.id, second.id));
    mem_free(first.block);
    mem_free(second.block);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0)
        return 0;
    size_t key_bytes = data[0] < size ? data[0] : size - 1;
    struct slice key = key_bytes > 0 ? slice_of(data + 1, key_bytes) : SLICE_NONE;
    struct slice value = slice_of(data + 1 + key_bytes, size - 1 - key_bytes);
    fuzz_record(key, value);
    tokens_estimate(value);
    text_has_code(value);
    return 0;
}
