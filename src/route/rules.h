/* One condition of a route, made ready to be asked. Pure; read-only once made, any thread.
 *
 * What the values of a rule mean, whatever their spelling in the file (quotes do not matter):
 * - equals, in: a string is compared byte by byte; a number exactly and by its value, when the
 * rule's value is a number too (5 equals 5.0 and 0.5e1; `1_000` is 1000); true and false with the
 * words;
 * - greater: a number, or a string that is one as JSON writes them, is above the bound, exactly;
 * - regex: found anywhere in a string; of numbers and truth values in their text as written;
 * - language: the ticket's own tag begins with the rule's (RFC 4647, basic filtering, so `zh` takes
 *   zh-Hant-TW and `pt-BR` not pt-PT); without a tag, what its script tells.
 * Whatever is absent, null, an object or an array fits no field rule.
 */
#ifndef TICKETMILL_ROUTE_RULES_H
#define TICKETMILL_ROUTE_RULES_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/buf.h"
#include "config/config.h"
#include "model/facts.h"

struct regex;

struct rule_value {
    struct slice text, number; /* number: as JSON writes it; NONE = it is none */
};

struct rule {
    const struct config_route *when;
    int field;                 /* index into facts.fields; -1 = none is asked for */
    struct rule_value *values; /* of equals and in; in the arena */
    struct rule_value bound;   /* of greater */
    struct regex *regex;
};

/* Borrows `when` and the arena. ST_CONFIG when its regex does not compile; nothing to undo then. */
MUST_CHECK enum status rule_init(struct rule *r, const struct config_route *when, int field,
                                 struct arena *arena, struct fail *fail);
void rule_deinit(struct rule *r);

bool rule_fits(const struct rule *r, const struct facts *facts);

/* "language is zh (by its script)", "/customer/plan is paid", for people; the rule must fit.
 * Nothing of the ticket but its language tag is in it. */
void rule_explain(const struct rule *r, const struct facts *facts, struct buf *out);
/* "language=zh", "/customer/plan=paid", "/amount>100", "default"; at most RULE_LABEL_MAX bytes. */
#define RULE_LABEL_MAX 80
void rule_label(const struct rule *r, struct buf *out);

#endif
