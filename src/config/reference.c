/* docs/configuration.md, written from the key table, so that it cannot lag behind.
 *
 * One table of keys per section; the text around it says what all sections share. A unit test
 * compares the file in docs/ with what this makes.
 */
#include "config/keys.h"
#include "config/load.h"

static const char head[] =
    "<!-- Made from the key table by config_reference; do not edit. -->\n"
    "# Configuration\n\n"
    "One YAML 1.2 file, `--config FILE`. It is read strictly: an unknown or repeated key, a wrong "
    "type, a value out of range or a name that leads nowhere is a mistake, and all mistakes of a "
    "file are listed at once, each with line and column. Anchors, aliases and tags are not "
    "allowed.\n\n"
    "- **Durations** are `200ms`, `30s`, `5m`, `2h` or `1d`; **sizes** `512B`, `64KiB`, `8MiB` or "
    "`1GiB`; whole numbers may use `_`.\n"
    "- **Money** is an exact decimal in USD, **prices** are USD per million tokens.\n"
    "- **`null`** switches off where the table says so.\n"
    "- **`${VAR}`** and **`${VAR:-default}`** in any value are replaced by the environment "
    "variable after parsing; the default is also taken when the variable is empty. A missing "
    "variable without a default is a mistake. `$${` is a literal `${`. In `{…}` and `[…]` put "
    "such a value in quotes.\n"
    "- **Relative paths** are relative to the file.\n"
    "- Error texts show numbers, durations, sizes and words of an enum as found, never other "
    "texts, and nothing that came out of a variable.\n"
    "- **Not yet** in a table: the key is read and checked, but the feature is not there. `run` "
    "refuses a file that asks for it (exit 78).\n\n"
    "The smallest file has brokers (unless tickets come from a file), a provider, a model, a tier "
    "and a route. `ticketmill check --print` shows the effective configuration with secrets "
    "masked.\n";

static const char prompt[] =
    "\n## The prompt\n\n"
    "The system message is a template. These are replaced, and any other `{{…}}` is a mistake:\n\n"
    "| placeholder | becomes |\n|---|---|\n"
    "| `{{categories}}` | a line `- name: definition` for each category; must be there |\n"
    "| `{{summary}}` | what to put under `summary`, depending on `summary_chars` |\n"
    "| `{{example}}` | a request with two tickets and its answer, made from the configured "
    "categories |\n\n"
    "Everything else is sent as it stands, so the file must hold no comments. It has to ask for "
    "JSON in so many words, because some providers insist on it, and should hold no date or "
    "count: the message must be the same for every call. Another text is another prompt version, "
    "whose results are not reused.\n";

/* '|' would end the cell. */
static void cell(struct buf *out, const char *text)
{
    buf_str(out, " ");
    for (; *text; text++) {
        if (*text == '|')
            buf_char(out, '\\');
        buf_char(out, *text);
    }
    buf_str(out, " |");
}

static bool has_rows(const struct section *section)
{
    for (int i = 0; i < section->count; i++) {
        if (!section->keys[i].inner)
            return true;
    }
    return false;
}

static void add_default(const struct key *key, struct buf *out)
{
    if (key->fallback_note)
        cell(out, key->fallback_note);
    else if (key->fallback && key->fallback[0])
        buf_fmt(out, " `%s` |", key->fallback);
    else
        cell(out, key->flags & (KEY_REQUIRED | KEY_RUN_REQUIRED) ? "required" : "");
}

static void add_availability(const struct key *key, struct buf *out)
{
    if (!key->built)
        return;
    if (key->built[0] == '\0')
        buf_str(out, ". **Not yet**");
    else
        buf_fmt(out, ". **Not yet**: only `%s`", key->built);
}

static void add_row(const struct key *key, struct buf *out)
{
    struct buf text;

    buf_init(&text, 4096);
    buf_fmt(out, "| `%s` |", key->name[0] ? key->name : "<name>");
    value_expected(key, &text);
    cell(out, buf_view(&text).p);
    add_default(key, out);
    buf_clear(&text);
    buf_str(&text, key->note ? key->note : "");
    add_availability(key, &text);
    cell(out, buf_view(&text).p);
    buf_char(out, '\n');
    buf_deinit(&text);
}

static void add_section(const struct section *section, const char *path, struct buf *out)
{
    if (section->about)
        buf_fmt(out, "\n%s\n", section->about);
    if (has_rows(section)) {
        buf_str(out, "\n| key | takes | default | meaning |\n|---|---|---|---|\n");
        for (int i = 0; i < section->count; i++) {
            if (!section->keys[i].inner)
                add_row(&section->keys[i], out);
        }
    }
    for (int i = 0; i < section->count; i++) {
        const struct key *key = &section->keys[i];
        struct buf inner;
        if (!key->inner)
            continue;
        bool nameless = key->inner->keys[0].name[0] == '\0';
        buf_init(&inner, 200);
        buf_fmt(&inner, "%s%s%s%s", path, path[0] ? "." : "", key->name,
                key->type == KEY_ENTRIES && !nameless ? ".<name>"
                : key->type == KEY_LIST               ? "[]"
                                                      : "");
        buf_fmt(out, "\n## `%s`\n", inner.p);
        if (key->flags & (KEY_REQUIRED | KEY_RUN_REQUIRED))
            buf_str(out, "\nRequired.\n");
        if (key->built)
            buf_str(out, "\n**Not yet.**\n");
        add_section(key->inner, inner.p, out);
        buf_deinit(&inner);
    }
}

void config_reference(struct buf *out)
{
    buf_str(out, head);
    add_section(&key_root, "", out);
    buf_str(out, prompt);
}
