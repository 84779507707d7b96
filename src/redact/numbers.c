/* Numbers: at every run of digits that nothing is glued to, the scanners that know numbers are
 * asked in the order of how sure they can be: cards, national ids, phones.
 */
#include "redact/find.h"

/* The '+' and the parentheses that belong to a number. */
static size_t phone_start(const struct finder *f, const struct chain *c)
{
    size_t i = c->start;
    for (int k = 0; k < 3 && i > 0 && (f->s[i - 1] == '(' || f->s[i - 1] == '+'); k++)
        i--;
    return i;
}

/* Place behind the number taken at the chain, or of the end of its first group. */
static size_t take(struct finder *f, const struct chain *c)
{
    int k;
    size_t end = 0;
    if ((end = national_end(f, c)) > 0) {
        find_add(f, REDACT_NATIONAL_ID, c->start, end);
        return end;
    }
    if ((k = phone_digits(f, c)) > 0) {
        find_add(f, REDACT_PHONE, phone_start(f, c), c->end[k - 1]);
        return c->end[k - 1];
    }
    for (k = 1; k < c->n && c->sep[k] == '\0'; k++)
        ;
    return c->end[k - 1];
}

void find_numbers(struct finder *f)
{
    struct chain c;
    for (size_t i = 0; i < f->n;) {
        if (!is_digit(f->s[i])) {
            i++;
        } else if (is_word(before(f, i))) { /* part of a word or of a longer number */
            while (i < f->n && is_digit(f->s[i]))
                i++;
        } else {
            chain_read(f, i, &c);
            int card = card_digits(f, &c);
            if (card > 0) {
                find_add(f, REDACT_CARD, i, c.end[card - 1]);
                i = c.end[card - 1];
                continue;
            }
            c.n = chain_line(&c);
            i = c.n >= 7 ? take(f, &c) : c.end[c.n - 1];
        }
    }
}
