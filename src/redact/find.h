/* What the scanners share: the folded text, what stands around a place, and the list of finds.
 * Inside of this room only.
 *
 * A scanner reads the folded text once, from left to right, and looks from any place at no more
 * than a fixed number of bytes around it: hostile texts take no longer than others.
 */
#ifndef TICKETMILL_REDACT_FIND_H
#define TICKETMILL_REDACT_FIND_H

#include "redact/fold.h"
#include "redact/redact.h"

struct find {
    size_t from, to; /* bytes of the original text */
    int kind;
};

struct finder {
    struct slice text; /* original */
    struct folded folded;
    const char *s; /* folded.s */
    size_t n;      /* folded.n */
    uint32_t kinds;
    struct find *v; /* mem_free */
    size_t count, cap;
};

void find_add(struct finder *f, enum redact_kind kind, size_t from, size_t to); /* folded places */
void find_add_raw(struct finder *f, int kind, size_t from, size_t to); /* places of the original */

static inline bool find_wants(const struct finder *f, enum redact_kind kind)
{
    return f->kinds >> kind & 1;
}

/* What a byte of the folded text is; bits. Looked up several times for each. */
enum {
    IS_DIGIT = 1,
    IS_ALPHA = 2,
    IS_WORD = 4,   /* letters of scripts that part words by spaces, digits, '_' */
    IS_HEX = 8,    /* or a colon */
    IS_BEFORE = 16 /* a told password may begin behind it */
};
extern const uint8_t find_classes[256];

static inline bool is_class(char c, int bits)
{
    return find_classes[(unsigned char)c] & bits;
}

static inline bool is_digit(char c)
{
    return is_class(c, IS_DIGIT);
}

static inline bool is_alpha(char c)
{
    return is_class(c, IS_ALPHA);
}

static inline bool is_alnum(char c)
{
    return is_class(c, IS_DIGIT | IS_ALPHA);
}

static inline bool is_word(char c)
{
    return is_class(c, IS_WORD);
}

static inline char upper(char c)
{
    return c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c;
}

/* The byte at a place of the folded text; 0 before and behind it. */
static inline char at(const struct finder *f, size_t i)
{
    return i < f->n ? f->s[i] : '\0';
}

static inline char before(const struct finder *f, size_t i)
{
    return i > 0 ? f->s[i - 1] : '\0';
}

/* Does one of the words (lower case, ends with NULL) stand in the `reach` (≤ 48) bytes before the
 * place? Words of fewer than five ASCII letters must be whole words, longer ones may be part of a
 * compound. */
bool find_context(const struct finder *f, size_t place, const char *const *words, size_t reach);

/* Digits from a place on, with the separators between their groups. */
enum { CHAIN_MAX = 32 };
struct chain {
    size_t start;          /* of the first digit */
    int n;                 /* digits; CHAIN_MAX = perhaps more */
    uint8_t d[CHAIN_MAX];  /* their values */
    size_t end[CHAIN_MAX]; /* place behind each */
    char sep[CHAIN_MAX]; /* what stands before it: 0, ' ', '-', '.', '/', 'P' for parentheses, '\n'
                          */
    bool inside;         /* a digit and one separator stand before it */
};

void chain_read(const struct finder *f, size_t start, struct chain *c);
/* Its digits before the first line break. */
int chain_line(const struct chain *c);
/* Bytes of the line break at i, with a space before it and the mark of a quoted line or an empty
 * line behind it, as between subject and body; 0 = there is none. Mail programs wrap long numbers;
 * only a checksum can tell that it is one. */
size_t find_line_break(const struct finder *f, size_t i);
/* May a number of k digits end there? */
bool chain_ends(const struct finder *f, const struct chain *c, int k);
/* Sizes of the groups of its first k digits; how many groups, at most `max`. */
int chain_groups(const struct chain *c, int k, int *sizes, int max);
/* Are the separators of the first k digits all one of those? */
bool chain_separated_by(const struct chain *c, int k, const char *separators);
bool chain_is_bare(const struct chain *c, int k);

/* The scanners. */
void find_emails(struct finder *f);
void find_addresses(struct finder *f); /* IPv4, IPv6 */
void find_keys(struct finder *f);
void find_numbers(struct finder *f); /* cards, phones, national ids of digits */
void find_codes(struct finder *f);   /* IBANs, national ids with letters */

/* For find_numbers, at a chain that nothing is glued to on its left. */
int card_digits(const struct finder *f, const struct chain *c); /* of the card number; 0 = none */
int phone_digits(const struct finder *f, const struct chain *c);
/* Place behind the national id that begins with the chain; 0 = there is none. */
size_t national_end(const struct finder *f, const struct chain *c);

#endif
