/* Makes up support tickets: picks a kind, a language and a topic, fills a template, wraps it in the
 * JSON a help desk writes. Everything follows from the seed; a text has a seed of its own, so that
 * the same text can come again under another id. The words are in tickets_text.c. Judges nothing:
 * what a broken record deserves is for the reader of the topic to say. */
#include "sim/tickets.h"

#include <string.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/mem.h"
#include "sim/tickets_text.h"

#define SHARE_WHOLE 10000

const struct ticket_mix ticket_mix_clean = {{0}};

const struct ticket_mix ticket_mix_usual = {{
    [TICKET_COPY] = 120,
    [TICKET_SAME_ID] = 30,
    [TICKET_SAME_TEXT] = 50,
    [TICKET_NO_ID] = 50,
    [TICKET_TOMBSTONE] = 30,
    [TICKET_BAD_JSON] = 20,
    [TICKET_BAD_UTF8] = 15,
    [TICKET_EMPTY_TEXT] = 20,
    [TICKET_NOT_OBJECT] = 10,
    [TICKET_FRAMED] = 5,
    [TICKET_DEEP] = 5,
    [TICKET_NUL] = 5,
}};

const struct ticket_mix ticket_mix_hostile = {{
    [TICKET_COPY] = 600,
    [TICKET_SAME_ID] = 200,
    [TICKET_SAME_TEXT] = 200,
    [TICKET_NO_ID] = 200,
    [TICKET_TOMBSTONE] = 400,
    [TICKET_BAD_JSON] = 200,
    [TICKET_BAD_UTF8] = 150,
    [TICKET_EMPTY_TEXT] = 150,
    [TICKET_NOT_OBJECT] = 150,
    [TICKET_FRAMED] = 100,
    [TICKET_DEEP] = 80,
    [TICKET_NUL] = 100,
    [TICKET_OVERSIZE] = 10,
}};

static const char *const kind_names[] = {
#define X(id, name) [id] = name,
    TICKET_KIND_LIST(X)
#undef X
};

static const char *const products[] = {"Aurora Desk",  "Kestrel Router", "NoteLoom",
                                       "Vela Phone 3", "PayBridge",      "CloudShelf Pro",
                                       "Tern Camera",  "Sprig"};
static const char *const plans[] = {"free", "free", "free", "trial", "paid", "paid"};
static const char *const channels[] = {"email", "email", "web", "chat", "phone", "app"};

#define COUNT(a)   (sizeof(a) / sizeof((a)[0]))
#define PICK(r, a) ((a)[random_below((r), COUNT(a))])

const char *ticket_kind_name(enum ticket_kind kind)
{
    return kind_names[kind];
}

void ticket_gen_init(struct ticket_gen *g, const struct ticket_mix *mix, uint64_t seed,
                     int64_t first_unix_us)
{
    memset(g, 0, sizeof *g);
    g->mix = *mix;
    random_seed(&g->random, seed);
    g->number = 1;
    g->created_unix_us = first_unix_us;
}

void ticket_gen_deinit(struct ticket_gen *g)
{
    for (int i = 0; i < TICKET_MEMORY; i++) {
        mem_free(g->memory[i].value);
        mem_free(g->memory[i].key);
    }
    memset(g, 0, sizeof *g);
}

/* ---- text ------------------------------------------------------------------------------------ */

static void add_date(struct buf *b, struct random *r)
{
    buf_fmt(b, "2026-%02d-%02d", (int)(1 + random_below(r, 11)), (int)(1 + random_below(r, 28)));
}

static void add_slot(struct buf *b, char slot, struct random *r)
{
    switch (slot) {
    case 'p':
        buf_str(b, PICK(r, products));
        break;
    case 'o':
        buf_fmt(b, "A-%05d", (int)random_below(r, 100000));
        break;
    case 'a':
        buf_fmt(b, "%d.%02d EUR", (int)(4 + random_below(r, 900)), (int)random_below(r, 100));
        break;
    case 'd':
        add_date(b, r);
        break;
    case 'n':
        buf_i64(b, (int64_t)(2 + random_below(r, 38)));
        break;
    case 'v':
        buf_fmt(b, "%d.%d.%d", (int)(1 + random_below(r, 9)), (int)random_below(r, 20),
                (int)random_below(r, 10));
        break;
    case 'e':
        buf_fmt(b, "E%04d", (int)random_below(r, 10000));
        break;
    default:
        buf_char(b, slot);
    }
}

static void add_filled(struct buf *b, const char *template, struct random *r)
{
    for (const char *p = template; *p; p++) {
        if (*p == '%' && p[1])
            add_slot(b, *++p, r);
        else
            buf_char(b, *p);
    }
}

static const struct ticket_words *pick_language(struct random *r)
{
    int at = (int)random_below(r, 100);
    size_t i = 0;
    while (i + 1 < TICKET_LANGUAGES && at >= ticket_words[i].percent)
        at -= ticket_words[i++].percent;
    return &ticket_words[i];
}

static void compose_body(struct buf *b, const struct ticket_words *w, enum ticket_topic topic,
                         struct random *r)
{
    buf_str(b, PICK(r, w->hello));
    buf_str(b, "\n");
    add_filled(b, PICK(r, w->topic[topic].body), r);
    size_t first = random_below(r, COUNT(w->more));
    size_t details = random_below(r, COUNT(w->more) + 1);
    for (size_t i = 0; i < details; i++) {
        buf_char(b, ' ');
        add_filled(b, w->more[(first + i) % COUNT(w->more)], r);
    }
    if (topic == TOPIC_BUG && random_below(r, 3) == 0) {
        buf_str(b, "\n\n");
        add_filled(b, PICK(r, ticket_snippets), r);
    }
    if (random_below(r, 20) == 0) { /* some quote the whole conversation below their line */
        buf_str(b, "\n\n> ");
        add_filled(b, w->topic[topic].body[0], r);
        buf_str(b, "\n> ");
        add_filled(b, w->topic[topic].body[1], r);
    }
    buf_str(b, "\n");
    buf_str(b, PICK(r, w->bye));
}

/* ---- envelope -------------------------------------------------------------------------------- */

struct envelope {
    int64_t number; /* 0 = without an id */
    uint64_t text_seed;
    const char *body_override; /* raw JSON string content, NULL = composed */
    bool blank;
};

static void add_text(struct buf *value, const struct envelope *e)
{
    struct random r;
    random_seed(&r, e->text_seed);
    const struct ticket_words *w = pick_language(&r);
    enum ticket_topic topic = (enum ticket_topic)random_below(&r, TOPIC_COUNT);
    struct buf text;
    buf_init(&text, 64 * 1024);
    if (random_below(&r, 4) != 0) /* many people leave the language field alone */
        buf_fmt(value, "\"language\":\"%s\",", w->language);
    if (!e->blank)
        add_filled(&text, PICK(&r, w->topic[topic].subject), &r);
    else
        buf_str(&text, "  ");
    buf_str(value, "\"subject\":");
    json_quote(value, buf_view(&text));
    buf_clear(&text);
    buf_str(value, ",\"body\":");
    if (e->body_override)
        buf_fmt(value, "\"%s\"", e->body_override);
    else if (e->blank)
        buf_str(value, "\" \\n\\t \"");
    else {
        compose_body(&text, w, topic, &r);
        json_quote(value, buf_view(&text));
    }
    buf_deinit(&text);
}

static void add_envelope(struct ticket_gen *g, struct buf *value, const struct envelope *e)
{
    struct random *r = &g->random;
    char created[CLOCK_ISO_SIZE];
    clock_iso_ms(g->created_unix_us, created);
    buf_char(value, '{');
    if (e->number)
        buf_fmt(value, "\"ticket_id\":\"T-%06lld\",", (long long)e->number);
    buf_fmt(value, "\"created_at\":\"%s\",", created);
    add_text(value, e);
    buf_fmt(value, ",\"channel\":\"%s\",\"customer\":{\"plan\":\"%s\"}", PICK(r, channels),
            PICK(r, plans));
    if (random_below(r, 12) == 0)
        buf_fmt(value, ",\"attachments\":[{\"type\":\"image/png\",\"bytes\":%d}]",
                (int)(20000 + random_below(r, 900000)));
    buf_char(value, '}');
}

static void remember(struct ticket_gen *g, const struct buf *value, const struct buf *key,
                     const struct envelope *e)
{
    size_t i = (size_t)(g->number % TICKET_MEMORY);
    mem_free(g->memory[i].value);
    mem_free(g->memory[i].key);
    g->memory[i].value = mem_slice(buf_view(value));
    g->memory[i].value_bytes = value->n;
    g->memory[i].key = mem_slice(buf_view(key));
    g->memory[i].number = e->number;
    g->memory[i].text_seed = e->text_seed;
    if (g->remembered < TICKET_MEMORY)
        g->remembered++;
}

/* ---- kinds ----------------------------------------------------------------------------------- */

static enum ticket_kind pick_kind(struct ticket_gen *g)
{
    int at = (int)random_below(&g->random, SHARE_WHOLE);
    for (int k = 1; k < TICKET_KIND_COUNT; k++) {
        at -= g->mix.share[k];
        if (at < 0)
            return (enum ticket_kind)k;
    }
    return TICKET_PLAIN;
}

static bool repeats(enum ticket_kind kind)
{
    return kind == TICKET_COPY || kind == TICKET_SAME_ID || kind == TICKET_SAME_TEXT;
}

/* An earlier record that is still in memory. Slots fill in order of the numbers, so those that
 * hold something are found by walking on from a random one. */
static size_t pick_earlier(struct ticket_gen *g)
{
    size_t i = random_below(&g->random, TICKET_MEMORY);
    while (!g->memory[i].value)
        i = (i + 1) % TICKET_MEMORY;
    return i;
}

static void break_value(struct ticket_gen *g, enum ticket_kind kind, struct buf *value)
{
    static const char *const other_json[] = {"[1,2,3]", "\"a bare word\"", "42", "null", "{}x"};
    struct random *r = &g->random;
    if (kind == TICKET_BAD_JSON) {
        value->n = 1 + random_below(r, value->n - 1);
        value->p[value->n] = '\0';
    } else if (kind == TICKET_BAD_UTF8) {
        static const char bad[] = {(char)0xff, (char)0xc0, (char)0xfe, (char)0xf8};
        value->p[value->n / 2 + random_below(r, value->n / 4)] = PICK(r, bad);
    } else if (kind == TICKET_NOT_OBJECT) {
        buf_clear(value);
        buf_str(value, PICK(r, other_json));
    } else if (kind == TICKET_FRAMED) {
        buf_clear(value);
        buf_add(value, "\0\0\0\0\7", 5);
        buf_str(value, "T-avro");
    } else if (kind == TICKET_DEEP) {
        buf_clear(value);
        buf_str(value, "{\"body\":\"deep\",\"x\":");
        for (int i = 0; i < 400; i++)
            buf_char(value, '[');
        for (int i = 0; i < 400; i++)
            buf_char(value, ']');
        buf_char(value, '}');
    } else if (kind == TICKET_OVERSIZE) {
        buf_clear(value);
        buf_fmt(value, "{\"ticket_id\":\"T-%06lld\",\"body\":\"", (long long)g->number);
        for (size_t i = 257 * 1024 / 16; i > 0; i--)
            buf_str(value, "0123456789abcde ");
        buf_str(value, "\"}");
    }
}

static void write_fresh(struct ticket_gen *g, enum ticket_kind kind, struct buf *value,
                        struct buf *key)
{
    static const char *const forbidden[] = {"a\\u0000b", "half \\ud83d of one", "\\udc00 first"};
    struct envelope e = {.number = g->number, .text_seed = random_u64(&g->random)};
    if (repeats(kind)) {
        size_t i = pick_earlier(g);
        if (kind == TICKET_SAME_ID)
            e.number = g->memory[i].number;
        else
            e.text_seed = g->memory[i].text_seed;
    }
    if (kind == TICKET_NO_ID)
        e.number = 0;
    else
        buf_fmt(key, "T-%06lld", (long long)e.number);
    e.blank = kind == TICKET_EMPTY_TEXT;
    if (kind == TICKET_NUL)
        e.body_override = PICK(&g->random, forbidden);
    if (kind == TICKET_TOMBSTONE)
        return;
    add_envelope(g, value, &e);
    break_value(g, kind, value);
    if (kind == TICKET_PLAIN)
        remember(g, value, key, &e);
}

enum ticket_kind ticket_gen_next(struct ticket_gen *g, struct buf *value, struct buf *key)
{
    enum ticket_kind kind = pick_kind(g);
    if (repeats(kind) && g->remembered == 0)
        kind = TICKET_PLAIN;
    buf_clear(value);
    buf_clear(key);
    if (kind == TICKET_COPY) {
        size_t i = pick_earlier(g);
        buf_add(value, g->memory[i].value, g->memory[i].value_bytes);
        buf_str(key, g->memory[i].key);
    } else {
        write_fresh(g, kind, value, key);
    }
    g->number++;
    g->created_unix_us += (int64_t)random_below(&g->random, 4000000);
    return kind;
}
