/* Checks that need more than one key, called by the decoder after a section's own keys. */
#ifndef TICKETMILL_CONFIG_CHECK_H
#define TICKETMILL_CONFIG_CHECK_H

struct load;
struct node;

/* `node` is what the file says, NULL when the section is left out; `object` the decoded section:
 * struct config for sections at the top, else the entry. */
void check_root(struct load *l, const struct node *node, void *object);
void check_kafka(struct load *l, const struct node *node, void *object);
void check_classification(struct load *l, const struct node *node, void *object);
void check_provider(struct load *l, const struct node *node, void *object);
void check_breaker(struct load *l, const struct node *node, void *object);
void check_price(struct load *l, const struct node *node, void *object);
void check_price_window(struct load *l, const struct node *node, void *object);
void check_model(struct load *l, const struct node *node, void *object);
void check_route(struct load *l, const struct node *node, void *object);
void check_shadow(struct load *l, const struct node *node, void *object);
void check_admin(struct load *l, const struct node *node, void *object);
void check_notify(struct load *l, const struct node *node, void *object);

#endif
