/* Builds the messages of a call. The system message is the template with three placeholders filled
 * from the configuration; the user message is written by hand, since it is the one thing that is
 * built anew for every call. Requests as a whole are the llm room's.
 */
#include "batch/prompt.h"

#include "base/json.h"

static void add_categories(const struct config_classification *c, struct buf *out)
{
    for (int i = 0; i < c->category_count; i++)
        buf_fmt(out, "%s- %s: %s", i > 0 ? "\n" : "", c->categories[i].name,
                c->categories[i].definition);
}

static void add_summary(const struct config_classification *c, struct buf *out)
{
    if (c->summary_chars == 0)
        buf_str(out, "always the empty string \"\"");
    else
        buf_fmt(out,
                "one line of at most %lld characters, in the language of the ticket, that says "
                "what the customer wants; no URLs that are not in the ticket",
                (long long)c->summary_chars);
}

/* The example's tickets speak of a category by its definition, so it fits any configuration. Its
 * ids begin with a digit, which ids of real calls never do. */
struct example {
    const char *id, *confidence;
    const struct config_category *category;
};

static void add_example_ticket(const struct example *e, struct buf *out)
{
    buf_fmt(out, "{\"id\":\"%s\",\"text\":", e->id);
    struct buf text;
    buf_init(&text, 64 * 1024);
    buf_fmt(&text, "(a message about: %s)", e->category->definition);
    json_quote(out, buf_view(&text));
    buf_deinit(&text);
    buf_char(out, '}');
}

static void add_example_result(const struct config_classification *c, const struct example *e,
                               struct buf *out)
{
    buf_fmt(out, "{\"id\":\"%s\",\"category\":", e->id);
    json_quote(out, slice_str(e->category->name));
    buf_fmt(out, ",\"confidence\":%s,\"summary\":\"%s\"}", e->confidence,
            c->summary_chars == 0 ? "" : "(what the customer wants)");
}

static void add_example(const struct config_classification *c, struct buf *out)
{
    const struct example first = {"3fk", "0.95", &c->categories[0]};
    const struct example last = {"8tw", "0.60", &c->categories[c->category_count - 1]};
    buf_str(out, "{\"tickets\":[");
    add_example_ticket(&first, out);
    buf_char(out, ',');
    add_example_ticket(&last, out);
    buf_str(out, "]}\n\n{\"results\":[");
    add_example_result(c, &first, out);
    buf_char(out, ',');
    add_example_result(c, &last, out);
    buf_str(out, "]}");
}

/* Fills the placeholder that `rest` begins with; its length, or 0 when it is none of ours. */
static size_t add_place(const struct config_classification *c, struct slice rest, struct buf *out)
{
    static const struct {
        struct slice mark;
        void (*add)(const struct config_classification *c, struct buf *out);
    } places[] = {
        {SLICE_LIT("{{categories}}"), add_categories},
        {SLICE_LIT("{{summary}}"), add_summary},
        {SLICE_LIT("{{example}}"), add_example},
    };
    for (size_t i = 0; i < sizeof(places) / sizeof(*places); i++) {
        size_t n = places[i].mark.n;
        if (rest.n >= n && slice_eq(slice_of(rest.p, n), places[i].mark)) {
            places[i].add(c, out);
            return n;
        }
    }
    return 0;
}

void prompt_system(const struct config_classification *c, struct buf *out)
{
    struct slice rest = slice_str(c->prompt_text);
    ptrdiff_t at;
    while ((at = slice_find(rest, SLICE_LIT("{{"))) >= 0) {
        buf_add(out, rest.p, (size_t)at);
        rest = slice_of(rest.p + at, rest.n - (size_t)at);
        size_t skip = add_place(c, rest, out);
        if (skip == 0) { /* not ours: the first brace is text, look on behind it */
            buf_char(out, '{');
            skip = 1;
        }
        rest = slice_of(rest.p + skip, rest.n - skip);
    }
    buf_slice(out, rest);
}

void prompt_version(struct slice system, char out[SHA256_HEX_SIZE])
{
    uint8_t hash[SHA256_SIZE];
    sha256(system, hash);
    sha256_hex(hash, out);
}

/* Does a chat template's token begin at this '<'? */
static bool is_template_token(struct slice at)
{
    static const struct slice think = SLICE_LIT("</think>");
    return at.n >= 2 &&
           (at.p[1] == '|' || (at.n >= think.n && slice_eq_nocase(slice_of(at.p, think.n), think)));
}

static bool is_control(struct slice at)
{
    unsigned char c = (unsigned char)at.p[0];
    return (c < 0x20 && c != '\t' && c != '\n') || c == 0x7f;
}

/* Appends the text as a JSON string, made harmless on the way. */
static void add_text(struct buf *out, struct slice text)
{
    size_t plain = 0;
    buf_char(out, '"');
    for (size_t i = 0; i < text.n; i++) {
        struct slice at = slice_of(text.p + i, text.n - i);
        unsigned char c = (unsigned char)text.p[i];
        bool token = c == '<' && is_template_token(at);
        bool control = is_control(at);
        if (!token && !control && c >= 0x20 && c != '"' && c != '\\')
            continue;
        buf_add(out, text.p + plain, i - plain);
        plain = i + 1;
        if (token)
            buf_str(out, "< ");
        else if (control)
            buf_char(out, ' ');
        else if (c == '\t' || c == '\n')
            buf_str(out, c == '\t' ? "\\t" : "\\n");
        else
            buf_add(out, (char[]){'\\', (char)c}, 2);
    }
    buf_add(out, text.p + plain, text.n - plain);
    buf_char(out, '"');
}

void prompt_user(struct buf *out, const char ids[][SHORT_ID_SIZE], const struct slice *texts,
                 size_t n)
{
    buf_str(out, "{\"tickets\":[");
    for (size_t i = 0; i < n; i++) {
        buf_str(out, i > 0 ? ",{\"id\":\"" : "{\"id\":\"");
        buf_str(out, ids[i]);
        buf_str(out, "\",\"text\":");
        add_text(out, texts[i]);
        buf_char(out, '}');
    }
    buf_str(out, "]}");
}

/* Category names are short words: three bytes a token is on the safe side. */
static int64_t longest_name_tokens(const struct config_classification *c)
{
    size_t longest = 0;
    for (int i = 0; i < c->category_count; i++) {
        size_t n = strlen(c->categories[i].name);
        longest = n > longest ? n : longest;
    }
    return (int64_t)(longest + 2) / 3;
}

/* Tokens before the factor of 1.25, in hundredths. */
static int64_t expected_centitokens(const struct config_classification *c,
                                    const struct token_cap_input *in)
{
    const int64_t n = (int64_t)in->tickets;
    if (in->p99_tokens > 0)
        return 100 * n * in->p99_tokens;
    int64_t summary = c->summary_chars * (in->cjk ? 120 : 35);
    return 2400 + n * (100 * (18 + longest_name_tokens(c)) + summary);
}

int64_t prompt_token_cap(const struct config_model *m, const struct config_classification *c,
                         const struct token_cap_input *in)
{
    int64_t cap = (expected_centitokens(c, in) * 5 + 399) / 400;
    if (in->doubled)
        cap *= 2;
    if (cap < TOKEN_CAP_FLOOR)
        cap = TOKEN_CAP_FLOOR;
    int64_t room = m->context_tokens - in->prompt_tokens;
    if (room < TOKEN_CAP_FLOOR)
        return 0;
    if (cap > room)
        cap = room;
    return cap > m->max_output_tokens ? m->max_output_tokens : cap;
}
