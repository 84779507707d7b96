/* The members of JSON output. Numbers that must stay exact never pass through a double, and no
 * text from a ledger can break the document. Nesting is the caller's to balance.
 */
#include "report/json_out.h"

#include <stdio.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/utf8.h"
#include "model/money.h"

static void name(struct json_out *j, const char *key)
{
    if (j->comma)
        buf_char(j->out, ',');
    j->comma = true;
    if (key != NULL) {
        json_quote(j->out, slice_str(key));
        buf_char(j->out, ':');
    }
}

void json_out_open(struct json_out *j, const char *key, char bracket)
{
    name(j, key);
    buf_char(j->out, bracket);
    j->comma = false;
}

void json_out_close(struct json_out *j, char bracket)
{
    buf_char(j->out, bracket);
    j->comma = true;
}

void json_out_i64(struct json_out *j, const char *key, int64_t v)
{
    name(j, key);
    buf_i64(j->out, v);
}

void json_out_known(struct json_out *j, const char *key, int64_t v)
{
    if (v >= 0) {
        json_out_i64(j, key, v);
    } else {
        name(j, key);
        buf_str(j->out, "null");
    }
}

void json_out_number(struct json_out *j, const char *key, const char *v)
{
    name(j, key);
    buf_str(j->out, v);
}

void json_out_bool(struct json_out *j, const char *key, bool v)
{
    name(j, key);
    buf_str(j->out, v ? "true" : "false");
}

void json_out_text(struct json_out *j, const char *key, struct slice v)
{
    struct buf safe;

    name(j, key);
    if (utf8_valid(v)) {
        json_quote(j->out, v);
        return;
    }
    buf_init(&safe, SIZE_MAX);
    for (size_t at = 0; at < v.n;) {
        size_t n = utf8_sequence(v.p + at, v.n - at);
        if (n == 0)
            buf_str(&safe, "\xef\xbf\xbd");
        else
            buf_add(&safe, v.p + at, n);
        at += n > 0 ? n : 1;
    }
    json_quote(j->out, buf_view(&safe));
    buf_deinit(&safe);
}

void json_out_time(struct json_out *j, const char *key, int64_t unix_us)
{
    char text[CLOCK_ISO_SIZE];
    clock_iso_ms(unix_us, text);
    json_out_text(j, key, unix_us != 0 ? slice_str(text) : SLICE_NONE);
}

void json_out_usd(struct json_out *j, const char *prefix, int64_t pusd)
{
    char key[64], text[MONEY_TEXT_SIZE] = "";

    snprintf(key, sizeof key, "%s_pusd", prefix);
    json_out_known(j, key, pusd);
    snprintf(key, sizeof key, "%s_usd", prefix);
    if (pusd >= 0)
        money_text(pusd, text);
    json_out_text(j, key, pusd >= 0 ? slice_str(text) : SLICE_NONE);
}
