/* Items and what can be wrong with them.
 *
 * Every ticket gets the verdict that its text alone deserves; a fault then spoils an item, the
 * list, or what stands around it. A question without tickets gets filling. A text with [[inject]]
 * takes its neighbours with it: they all get its verdict, as from a model that was talked into it.
 */
#include "sim/content.h"

#include <stdlib.h>

#include "base/json.h"
#include "base/random.h"

#define SUMMARY_BYTES   100
#define LONG_SUMMARY    1000
#define CHAT_TOKENS     256 /* unless the question has a cap */
#define CHAT_TOKENS_MAX 8192

struct item {
    struct slice id, text;
    const char *category;
    int confidence_percent;
    bool percent_as_is;
    size_t summary_bytes; /* at least, filled up; at most LONG_SUMMARY */
    char spoiler;         /* put behind the summary; 0 = none */
    bool inner_spoiler;   /* as an escape of the answer's own JSON */
};

static void print_item(const struct item *item, struct buf *out)
{
    buf_str(out, "{\"id\":");
    json_quote(out, item->id);
    buf_str(out, ",\"category\":");
    json_quote(out, slice_str(item->category));
    if (item->percent_as_is)
        buf_fmt(out, ",\"confidence\":%d,\"summary\":", item->confidence_percent);
    else
        buf_fmt(out, ",\"confidence\":0.%02d,\"summary\":", item->confidence_percent);
    char line[LONG_SUMMARY];
    size_t n = verdict_summary(item->text, SUMMARY_BYTES, line);
    for (; n < item->summary_bytes; n++)
        line[n] = "and so on "[n % 10];
    json_quote(out, slice_of(line, n));
    if (item->spoiler != 0) {
        out->n--;
        if (item->inner_spoiler)
            buf_str(out, item->spoiler == CONTENT_NUL ? "\\u0000" : "\\ud83d");
        else
            buf_char(out, item->spoiler);
        buf_char(out, '"');
    }
    buf_char(out, '}');
}

static int find_injection(const struct question *q)
{
    for (int i = 0; i < q->ticket_count; i++)
        if (slice_find(q->tickets[i].text, SLICE_LIT("[[inject]]")) >= 0)
            return i;
    return -1;
}

/* What every item of an answer is made from. */
struct source {
    const struct question *q;
    const struct profile *profile;
    const uint64_t *hashes;
    const struct answer_settings *settings;
};

/* Is a text of this hash among so many percent? Each salt asks anew. */
static bool is_chosen(uint64_t hash, uint64_t salt, int percent)
{
    struct random r;
    random_seed(&r, hash + salt);
    return random_below(&r, 100) < (uint64_t)percent;
}

static struct item item_of(const struct source *s, int index)
{
    const struct question *q = s->q;
    const struct profile *profile = s->profile;
    uint64_t hash = s->hashes[index];
    struct sim_verdict v = verdict_of(profile, q->tickets[index].text, hash);
    if (s->settings->disagree_percent > 0 && is_chosen(hash, 1, s->settings->disagree_percent))
        v.category = (v.category + 1) % profile_count(profile);
    if (s->settings->unsure_percent > 0 && is_chosen(hash, 2, s->settings->unsure_percent))
        v.confidence_percent = 20 + (int)((hash >> 32) % 30);
    return (struct item){.id = q->tickets[index].id,
                         .text = q->tickets[index].text,
                         .category = profile_category(profile, v.category),
                         .confidence_percent = v.confidence_percent};
}

/* A category other than this item's, or the only one there is with another confidence. */
static void contradict(struct item *item, const struct profile *profile)
{
    int at = profile_find(profile, slice_str(item->category));
    item->category = profile_category(profile, (at + 1) % profile_count(profile));
    item->confidence_percent = 149 - item->confidence_percent;
}

static void spoil_item(struct item *item, const struct sim_fault_rule *rule, bool first)
{
    if (rule->fault == SIM_PERCENT)
        item->percent_as_is = true;
    else if (rule->fault == SIM_LONG_SUMMARY)
        item->summary_bytes = LONG_SUMMARY;
    if (!first)
        return;
    if (rule->fault == SIM_FOREIGN)
        item->id = SLICE_LIT("0000");
    else if (rule->fault == SIM_WRONG_CATEGORY)
        item->category = "no_such_category";
    else if (rule->fault == SIM_SURROGATE)
        item->spoiler = CONTENT_SURROGATE;
    else if (rule->fault == SIM_NUL)
        item->spoiler = CONTENT_NUL;
    item->inner_spoiler = strcmp(rule->param, "inner") == 0;
}

static int items_left_out(const struct sim_fault_rule *rule)
{
    if (rule->fault != SIM_MISSING)
        return 0;
    int n = atoi(rule->param);
    return n > 0 ? n : 1;
}

static void print_items(const struct source *s, const struct sim_fault_rule *rule, struct buf *out)
{
    const struct question *q = s->q;
    int injected = find_injection(q);
    struct item model = {0};
    if (injected >= 0)
        model = item_of(s, injected);
    int count = q->ticket_count - items_left_out(rule);
    buf_char(out, '[');
    for (int i = 0; i < count; i++) {
        int index = rule->fault == SIM_REORDER ? q->ticket_count - 1 - i : i;
        struct item item = item_of(s, index);
        if (injected >= 0) {
            item.category = model.category;
            item.confidence_percent = 99;
            item.text = model.text;
        }
        spoil_item(&item, rule, i == 0);
        if (i > 0)
            buf_char(out, ',');
        print_item(&item, out);
        if (i == 0 && (rule->fault == SIM_DUPLICATE || rule->fault == SIM_CONFLICT)) {
            if (rule->fault == SIM_CONFLICT)
                contradict(&item, s->profile);
            buf_char(out, ',');
            print_item(&item, out);
        }
    }
    if (rule->fault == SIM_EXTRA && q->ticket_count > 0) {
        struct item item = item_of(s, 0);
        item.id = SLICE_LIT("zzzz");
        if (count > 0)
            buf_char(out, ',');
        print_item(&item, out);
    }
    buf_char(out, ']');
}

/* Somebody who only wants to hear it talk: as long as the token cap allows. */
static void print_chat(int64_t max_tokens, struct buf *out)
{
    int64_t tokens = max_tokens > 0 && max_tokens < CHAT_TOKENS_MAX ? max_tokens : CHAT_TOKENS;
    for (int64_t i = 0; i < tokens; i++)
        buf_str(out, i % 2 == 0 ? "and " : "more");
}

void content_build(const struct question *q, const struct profile *profile, const uint64_t *hashes,
                   const struct sim_fault_rule *rule, const struct answer_settings *settings,
                   struct buf *out)
{
    const struct source source = {q, profile, hashes, settings};
    static const struct sim_fault_rule none = {.fault = SIM_NO_FAULT};
    rule = rule != NULL ? rule : &none;
    if (rule->fault == SIM_BLANK)
        return;
    if (!q->packed && q->system_raw.p == NULL) {
        print_chat(q->max_tokens, out);
        return;
    }
    if (rule->fault == SIM_SPACES) {
        buf_fmt(out, "%200s", "");
        return;
    }
    if (rule->fault == SIM_PROSE)
        buf_str(out, "Sure! Here is what I make of these {tickets}, as you asked:\n\n");
    else if (rule->fault == SIM_FENCE)
        buf_str(out, "```json\n");
    else if (rule->fault == SIM_THINK)
        buf_str(out, "<think>\nThe answer must look like {\"results\":[{\"id\":\"…\"}]}, so let me "
                     "see.\n</think>\n\n");
    bool bare = rule->fault == SIM_BARE_ARRAY;
    buf_str(out, bare ? "" : "{\"results\":");
    print_items(&source, rule, out);
    buf_str(out, bare ? "" : "}");
    if (rule->fault == SIM_PROSE)
        buf_str(out, "\n\nTell me if I can help with anything else [or not].");
    else if (rule->fault == SIM_FENCE)
        buf_str(out, "\n```");
}
