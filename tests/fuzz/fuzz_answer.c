/* Any bytes as a model's answer: the check ends, stays within its memory, and whatever it calls
 * valid keeps the promises of answer.h. Then the same bytes as a ticket's text in a pack: the user
 * message is JSON, and the ids drawn for it do not stand in it.
 *
 * The first byte chooses the rules, the rest is the answer.
 */
#include "batch/answer.h"
#include "batch/ids.h"
#include "batch/prompt.h"

#include <stdlib.h>

#include "base/json.h"
#include "base/utf8.h"

#define SLOTS 3

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds)
{
    if (!holds)
        abort();
}

static const struct config_category categories[] = {
    {"billing", "Charges"}, {"refund", "Money back"}, {"other", "Anything else"}};

static bool within(struct slice part, struct slice whole)
{
    return part.p >= whole.p && part.p + part.n <= whole.p + whole.n;
}

static void check_valid(const struct verdict *v, const struct answer_rules *rules,
                        struct slice content)
{
    must(v->category >= 0 && v->category < rules->category_count);
    must(v->confidence_ppm >= 0 && v->confidence_ppm <= CONFIDENCE_ONE);
    must(v->summary.p && utf8_valid(v->summary));
    must(utf8_length(v->summary) <= (size_t)rules->summary_chars);
    must((v->summary.n > 0) == (rules->summary_chars > 0));
    for (size_t i = 0; i < v->summary.n; i++)
        must((unsigned char)v->summary.p[i] >= 0x20);
    must(v->raw_item.n > 0 && within(v->raw_item, content));
    must(json_guard(v->raw_item, JSON_MAX_DEPTH) == ST_OK || v->raw_item.p[0] == '{');
}

static void fuzz_check(struct slice content, int64_t summary_chars)
{
    static const char ids[SLOTS][SHORT_ID_SIZE] = {"k7q", "x9f", "m2d"};
    static const struct slice texts[SLOTS] = {SLICE_LIT("a"), SLICE_LIT("https://a.example"),
                                              SLICE_LIT("")};
    const struct answer_rules rules = {categories, 3, summary_chars};
    const struct answer_sent sent = {ids, texts, SLOTS};
    struct arena arena;
    struct answer a;
    size_t valid = 0;
    arena_init(&arena);
    answer_check(&rules, &sent, content, &arena, &a);
    for (size_t i = 0; i < SLOTS; i++) {
        const struct answer_slot *slot = &a.slots[i];
        must((slot->state == SLOT_MISSING) == (slot->raw_item.n == 0));
        must((slot->state == SLOT_INVALID) <= (slot->fault != ITEM_OK));
        if (slot->state == SLOT_VALID)
            check_valid(&slot->verdict, &rules, content);
        valid += slot->state == SLOT_VALID;
    }
    must(a.n == SLOTS && a.valid == valid && (a.parsed || valid == 0) && !(a.blank && a.parsed));
    arena_deinit(&arena);
}

static void fuzz_prompt(struct slice text)
{
    struct slice texts[2] = {text, SLICE_LIT("neighbour")};
    char ids[2][SHORT_ID_SIZE];
    struct random r;
    struct buf b;
    json *doc;
    random_seed(&r, text.n);
    if (!utf8_valid(text) || !ids_draw(&r, texts, 2, ids))
        return;
    must(slice_find(text, slice_str(ids[0])) < 0 && slice_find(text, slice_str(ids[1])) < 0);
    buf_init(&b, SIZE_MAX);
    prompt_user(&b, ids, texts, 2);
    must(json_parse(buf_view(&b), JSON_MAX_DEPTH, &doc) == ST_OK);
    must(json_size(json_get(doc, "tickets")) == 2);
    struct slice sent = json_str(json_pointer(doc, "/tickets/0/text"));
    must(sent.n >= text.n && slice_find(sent, SLICE_LIT("<|")) < 0);
    must(slice_find(sent, SLICE_LIT("</think>")) < 0);
    json_free(doc);
    buf_deinit(&b);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0)
        return 0;
    struct slice content = slice_of(data + 1, size - 1);
    fuzz_check(content, data[0] % 4 == 0 ? 0 : data[0]);
    fuzz_prompt(content);
    return 0;
}
