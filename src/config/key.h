/* The one table of configuration keys.
 *
 * A row says where a key's value lives, what it may be, what it is when left out and what it
 * does. Decoding, defaults, `check --print`, the reference in docs/ and the list of features that
 * are not available yet all walk these rows; no key is known anywhere else.
 */
#ifndef TICKETMILL_CONFIG_KEY_H
#define TICKETMILL_CONFIG_KEY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/slice.h"

struct load;
struct node;
struct section;

enum key_type {
    /* scalars; the field is an integer of any size, or a bool or enum */
    KEY_BOOL,
    KEY_COUNT,    /* whole number */
    KEY_SIZE,     /* bytes */
    KEY_DURATION, /* microseconds */
    KEY_MONEY,    /* picodollars */
    KEY_PRICE,    /* USD per million tokens: picodollars a token */
    KEY_RATIO,    /* millionths */
    KEY_PERCENT,  /* with decimals, in millionths */
    KEY_MINUTE,   /* "HH:MM": minute of the day */
    KEY_DATE,     /* microseconds since 1970, UTC */
    KEY_ENUM,     /* index into names */
    KEY_REF,      /* name of a provider or tier: its index */
    /* texts; the field is a const char * */
    KEY_TEXT,
    KEY_PATH, /* relative ones are relative to the file */
    KEY_JSON, /* any mapping, as JSON text */
    /* collections */
    KEY_SET,          /* list of names: bits */
    KEY_VALUES,       /* list of scalars, or one: const char ** and a count */
    KEY_REFS,         /* list of names of models: int * and a count */
    KEY_PAIRS,        /* mapping of texts: struct config_pair * and a count */
    KEY_SECTION,      /* keys of their own, fields in the same object */
    KEY_ENTRIES,      /* mapping from a name to an object; the object starts with its name */
    KEY_LIST,         /* list of objects */
    KEY_WHEN,         /* a route's condition */
    KEY_TIER_BUDGETS, /* mapping from a tier to an amount */
    KEY_TYPE_COUNT
};

enum key_flag {
    KEY_REQUIRED = 1 << 0,     /* in its section, always */
    KEY_RUN_REQUIRED = 1 << 1, /* at the top, when tickets are to be worked off */
    KEY_NULLABLE = 1 << 2,     /* `null` = off: CONFIG_OFF, -1 or NULL */
    KEY_SECRET = 1 << 3,       /* printed as *** */
    KEY_ONE_OR_MANY = 1 << 4,  /* KEY_LIST, KEY_VALUES: one without a list is allowed */
    KEY_LINES = 1 << 5,        /* KEY_PAIRS: categories and their definitions */
    KEY_HEADERS = 1 << 6,      /* KEY_PAIRS: HTTP headers; values are secrets */
    KEY_ANY_SCALAR = 1 << 7,   /* numbers and truth values are taken as texts */
    KEY_NOT_FOR_FILE = 1 << 8, /* KEY_RUN_REQUIRED unless tickets come from a file */
};

enum ref_target { REF_PROVIDER, REF_MODEL, REF_TIER };

/* What a text has to look like. */
struct text_rule {
    bool (*valid)(struct slice text);
    const char *expected;
};

struct key {
    const char *name; /* "" = the entry itself, when it is no mapping */
    enum key_type type;
    size_t at, size;      /* of the field in its object */
    const char *fallback; /* YAML text of the value when left out; NULL = none */
    int64_t min, max;     /* of the stored integer; of a text: bytes; of a collection: entries */
    const char *note;     /* for the reference: one line */
    unsigned flags;       /* enum key_flag */
    const char *built;    /* the only value that works so far; NULL = all do */
    const struct text_rule *rule;       /* of a text, or of the names of a collection */
    const struct text_rule *value_rule; /* KEY_PAIRS: of the values; NULL = any text */
    const char *const *names;           /* KEY_ENUM, KEY_SET; NULL ends */
    const struct section *inner;
    enum ref_target target;
    size_t count_at;           /* of the int that counts a collection */
    const char *fallback_note; /* what is used when there is no fallback text */
};

struct section {
    const char *about; /* for the reference: a sentence or two, may be NULL */
    const struct key *keys;
    int count;
    size_t size; /* of the object of entries and lists */
    /* Looks at what no single key can see; *node is NULL when the section is left out. */
    void (*check)(struct load *l, const struct node *node, void *object);
};

extern const struct section key_root;

#endif
