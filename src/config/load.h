/* What the decoders of one file share: where they are, what they have found wrong so far. */
#ifndef TICKETMILL_CONFIG_LOAD_H
#define TICKETMILL_CONFIG_LOAD_H

#include "base/arena.h"
#include "base/buf.h"
#include "config/config.h"
#include "config/key.h"
#include "config/node.h"

/* A key that stands in the file, for config_unbuilt. */
struct set_key {
    const struct key *key;
    const void *object;
    const char *path;
    int line, column;
};

struct config_impl {
    struct arena arena;
    struct set_key *set;
    int set_count, set_cap;
    struct config *lent; /* whose offers it has taken over; NULL = none */
};

struct load {
    struct config *config;
    struct arena *arena; /* of config->impl */
    struct config_errors *errors;
    enum config_need need;
    const char *folder; /* absolute, of the file */
    char path[256];     /* of the key being decoded: "providers.<name>.timeout" */
    bool defaults;      /* decoding a default of the table */
    bool built_in;      /* not a file: the prompt is the built-in one, whatever it says */
};

/* From a text of this program; the prompt is the built-in one. Needs as CONFIG_FOR_FILE. */
MUST_CHECK enum status config_load_text(struct slice text, struct config **out,
                                        struct config_errors *errors);

/* ---- mistake.c ---- */

#define MISTAKES_MAX 1000 /* further ones are only counted */

/* Notes a mistake at a node (NULL = the whole file) under the current path; `key` (may be NULL)
 * is appended to that path. The text must hold no free string of the file. */
void mistake(struct load *l, const struct node *at, const char *key, const char *fmt, ...)
    PRINTF_LIKE(4, 5);

/* "path: found X, expected Y", Y from the key's row. */
void mistake_value(struct load *l, const struct key *key, const struct node *node);

/* What a node is, in words that give no free string away: "12x", "a list", "a text". */
#define FOUND_SIZE 96
void found_text(const struct node *node, bool show_word, char out[FOUND_SIZE]);

/* Appends a part to the path; the old length is handed to path_pop. */
size_t path_push(struct load *l, const char *part);
void path_pop(struct load *l, size_t length);

/* ---- decode.c ---- */

/* Every key of a section: its default, then what stands in `node` (NULL = left out). */
void decode_section(struct load *l, const struct section *section, const struct node *node,
                    void *object);
void decode_value(struct load *l, const struct key *key, struct node *node, void *object);

void put_pointer(void *object, size_t at, const void *p);
void *get_pointer(const void *object, size_t at);
void put_count(void *object, const struct key *key, int count);
int get_count(const void *object, const struct key *key);

/* ---- collect.c: collections ---- */

void collect_set(struct load *l, const struct key *key, struct node *node, void *object);
void collect_values(struct load *l, const struct key *key, struct node *node, void *object);
void collect_refs(struct load *l, const struct key *key, struct node *node, void *object);
void collect_pairs(struct load *l, const struct key *key, struct node *node, void *object);
void collect_entries(struct load *l, const struct key *key, struct node *node, void *object);
void collect_list(struct load *l, const struct key *key, struct node *node, void *object);
void collect_when(struct load *l, const struct key *key, struct node *node, void *object);
void collect_tier_budgets(struct load *l, const struct key *key, struct node *node, void *object);
void collect_json(struct load *l, const struct key *key, struct node *node, void *object);

/* Index of the provider, model or tier that a scalar names; -1 with a mistake noted. */
int resolve_ref(struct load *l, const struct key *key, struct node *node);

/* ---- scalar.c ---- */

/* Replaces ${…} once; false (a mistake noted) when a variable is missing or the form is wrong. */
bool scalar_fill(struct load *l, struct node *node);
bool node_is_null(const struct node *node);   /* plain null, ~ or nothing */
bool node_is_number(const struct node *node); /* plain number of YAML's core schema */
bool node_is_truth(const struct node *node);  /* plain true or false */

/* A scalar as text; NULL with a mistake noted. Bounds in bytes. */
const char *scalar_text(struct load *l, const struct key *key, struct node *node);

/* The path with the file's folder in front when it is relative. */
const char *absolute_path(struct load *l, const char *path);

/* ---- value.c: integers of all kinds; expected.c ---- */

enum value_result { VALUE_OK, VALUE_FORM, VALUE_RANGE };
enum value_result value_parse(const struct key *key, struct slice text, int64_t *out);
void value_print(const struct key *key, int64_t value, struct buf *out);
void value_put(const struct key *key, void *object, int64_t value);
int64_t value_get(const struct key *key, const void *object);
/* What the key takes: "a duration from 10ms to 1h". */
void value_expected(const struct key *key, struct buf *out);
bool key_is_value(const struct key *key); /* stored as an integer */
bool key_is_text(const struct key *key);

/* ---- print.c, collect_json.c ---- */

void print_json(const char *text, struct buf *out); /* secrets masked */

/* The value of a key as YAML on one line ("null", "5s", "{}"), for scalars and empty
 * collections; of a collection that holds something "…". */
void print_inline(const struct config *c, const struct key *key, const void *object,
                  struct buf *out);

#endif
