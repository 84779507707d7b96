/* The words that say what a key takes, for error texts and the reference.
 *
 * Taken from the key's row alone, so that the table is the one place where a range is written.
 */
#include "config/load.h"

static void expected_names(const struct key *key, const char *last, struct buf *out)
{
    for (int i = 0; key->names[i]; i++)
        buf_fmt(out, "%s%s", i == 0 ? "" : key->names[i + 1] ? ", " : last, key->names[i]);
}

static void expected_range(const struct key *key, const char *what, struct buf *out)
{
    buf_str(out, what);
    if (key->min <= -INT64_MAX && key->max == INT64_MAX)
        return;
    buf_str(out, " from ");
    value_print(key, key->min, out);
    buf_str(out, " to ");
    value_print(key, key->max, out);
}

static const char *const targets[] = {
    [REF_PROVIDER] = "provider", [REF_MODEL] = "model", [REF_TIER] = "tier"};

static void expected_value(const struct key *key, struct buf *out)
{
    switch ((int)key->type) {
    case KEY_BOOL:
        buf_str(out, "true or false");
        break;
    case KEY_COUNT:
        expected_range(key, "a whole number", out);
        break;
    case KEY_SIZE:
        expected_range(key, "a size (512B, 64KiB, 8MiB, 1GiB)", out);
        break;
    case KEY_DURATION:
        expected_range(key, "a duration (200ms, 30s, 5m, 2h, 1d)", out);
        break;
    case KEY_MONEY:
        buf_str(out, "an amount in USD above 0 (5.00, at most 12 decimals)");
        break;
    case KEY_PRICE:
        buf_str(out, "USD per million tokens (0.18, at most 6 decimals)");
        break;
    case KEY_RATIO:
        expected_range(key, "a decimal", out);
        break;
    case KEY_PERCENT:
        expected_range(key, "a percentage", out);
        break;
    case KEY_MINUTE:
        buf_str(out, "an hour in quotes (\"06:00\")");
        break;
    case KEY_DATE:
        buf_str(out, "a date (2026-11-24 or 2026-11-24T01:02:03Z)");
        break;
    case KEY_ENUM:
        expected_names(key, " or ", out);
        break;
    case KEY_REF:
        buf_fmt(out, "the name of a %s", targets[key->target]);
        break;
    default:
        break;
    }
}

static void expected_collection(const struct key *key, struct buf *out)
{
    switch ((int)key->type) {
    case KEY_JSON:
        buf_str(out, "a mapping");
        break;
    case KEY_SET:
        buf_str(out, "a list of ");
        expected_names(key, ", ", out);
        break;
    case KEY_VALUES:
        if (key->flags & KEY_ONE_OR_MANY)
            buf_str(out, key->flags & KEY_ANY_SCALAR ? "a value" : key->rule->expected);
        if (key->max > 1)
            buf_str(out, key->flags & KEY_ONE_OR_MANY ? ", or a list" : "a list of values");
        break;
    case KEY_REFS:
        buf_fmt(out, "a list of names of %ss", targets[key->target]);
        break;
    case KEY_PAIRS:
        buf_str(out, "a mapping of names to texts");
        break;
    case KEY_LIST:
        buf_str(out, key->flags & KEY_ONE_OR_MANY ? "a mapping, or a list of mappings"
                                                  : "a list of mappings");
        break;
    case KEY_TIER_BUDGETS:
        buf_str(out, "a mapping of tiers to amounts in USD");
        break;
    case KEY_ENTRIES:
        buf_str(out, "a mapping with one entry or more");
        break;
    default:
        buf_str(out, "a mapping");
        break;
    }
}

void value_expected(const struct key *key, struct buf *out)
{
    if (key_is_value(key))
        expected_value(key, out);
    else if (key_is_text(key))
        buf_str(out, key->rule == NULL ? "a text" : key->rule->expected);
    else
        expected_collection(key, out);
    if (key->flags & KEY_NULLABLE)
        buf_str(out, ", or null");
}
