/* What texts of a configuration have to look like. Pure. */
#ifndef TICKETMILL_CONFIG_TEXT_H
#define TICKETMILL_CONFIG_TEXT_H

#include <stdbool.h>

#include "base/slice.h"
#include "config/key.h"

extern const struct text_rule rule_any, rule_path, rule_name, rule_offer, rule_property,
    rule_category, rule_topic, rule_group, rule_brokers, rule_pointer, rule_zone, rule_environment,
    rule_header, rule_url, rule_base_url, rule_proxy, rule_listen, rule_header_value, rule_language,
    rule_regex, rule_identifier, rule_ledger_path;

struct url {
    struct slice scheme, user, host, port, rest; /* user, port: SLICE_NONE when not there */
};

/* scheme://[user@]host[:port][/…]; printable ASCII without blanks. Slices point into text. */
bool url_split(struct slice text, struct url *out);

/* "localhost" and the addresses 127.0.0.0/8 and ::1 (with or without brackets). */
bool host_is_loopback(struct slice host);

/* Every broker of a comma-separated list is on this machine. */
bool brokers_are_loopback(struct slice brokers);

/* Could a property of that name hold a secret? */
bool property_is_secret(struct slice name);

#endif
