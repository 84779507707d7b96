/* Wording of the made-up tickets, by language and topic. Constant data.
 *
 * In a sentence %p stands for a product, %o for an order number, %a for an amount of money, %d
 * for a date, %n for a small number, %v for a version, %e for an error code.
 */
#ifndef TICKETMILL_SIM_TICKETS_TEXT_H
#define TICKETMILL_SIM_TICKETS_TEXT_H

enum ticket_topic {
    TOPIC_BILLING,
    TOPIC_REFUND,
    TOPIC_BUG,
    TOPIC_ACCOUNT,
    TOPIC_SHIPPING,
    TOPIC_FEATURE,
    TOPIC_CANCELLATION,
    TOPIC_OTHER,
    TOPIC_COUNT
};

struct ticket_words {
    const char *language;
    int percent; /* share of tickets */
    const char *hello[2], *bye[2];
    const char *more[4]; /* sentences that fit every topic */
    struct {
        const char *subject[2], *body[2];
    } topic[TOPIC_COUNT];
};

#define TICKET_LANGUAGES 7
extern const struct ticket_words ticket_words[TICKET_LANGUAGES]; /* percents add up to 100 */

/* Code that people paste into bug reports. */
#define TICKET_SNIPPETS 4
extern const char *const ticket_snippets[TICKET_SNIPPETS];

#endif
