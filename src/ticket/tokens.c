/* Token estimates: one pass that adds up what a character of each kind costs, and the smoothed
 * correction per model. The rates are rough figures for byte-pair vocabularies of today's models;
 * whatever they get wrong for a model, its token_scale takes out within a few calls.
 */
#include "ticket/tokens.h"

#include "base/utf8.h"
#include "ticket/script.h"

#define MILLI   1000 /* token costs are summed in thousandths */
#define WARM_UP INT64_C(16)

static const int64_t cost_of_script[SCRIPT_COUNT] = {
    [SCRIPT_NONE] = MILLI,
    [SCRIPT_LATIN] = MILLI / 4,
    [SCRIPT_GREEK] = MILLI * 2 / 5,
    [SCRIPT_CYRILLIC] = MILLI * 2 / 5,
    [SCRIPT_HEBREW] = MILLI / 2,
    [SCRIPT_ARABIC] = MILLI / 2,
    [SCRIPT_DEVANAGARI] = MILLI / 2,
    [SCRIPT_THAI] = MILLI / 2,
    [SCRIPT_HAN] = MILLI * 10 / 13,
    [SCRIPT_KANA] = MILLI * 10 / 13,
    [SCRIPT_HANGUL] = MILLI * 10 / 13,
    [SCRIPT_OTHER] = MILLI,
};

static int64_t cost_of_ascii(unsigned char c)
{
    if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == ' ')
        return MILLI / 4;
    return c >= '0' && c <= '9' ? MILLI / 3 : MILLI / 2;
}

int64_t tokens_estimate(struct slice text)
{
    int64_t cost = 0;
    bool valid = utf8_valid(text);
    for (size_t at = 0; at < text.n;) {
        unsigned char c = (unsigned char)text.p[at];
        if (c < 0x80 || !valid) {
            cost += c < 0x80 ? cost_of_ascii(c) : MILLI;
            at++;
        } else {
            cost += cost_of_script[script_of(utf8_next(text, &at))];
        }
    }
    return (cost + MILLI - 1) / MILLI;
}

void token_scale_init(struct token_scale *s)
{
    *s = (struct token_scale){.ratio_ppm = TOKEN_SCALE_ONE};
}

static int64_t bounded(int64_t ratio_ppm)
{
    if (ratio_ppm < TOKEN_SCALE_MIN)
        return TOKEN_SCALE_MIN;
    return ratio_ppm > TOKEN_SCALE_MAX ? TOKEN_SCALE_MAX : ratio_ppm;
}

void token_scale_learn(struct token_scale *s, int64_t estimated, int64_t reported)
{
    if (estimated <= 0 || reported <= 0)
        return;
    int64_t scaled;
    int64_t sample = __builtin_mul_overflow(reported, TOKEN_SCALE_ONE, &scaled)
                         ? TOKEN_SCALE_MAX
                         : bounded(scaled / estimated);
    if (s->samples < WARM_UP)
        s->samples++;
    s->ratio_ppm = bounded(s->ratio_ppm + (sample - s->ratio_ppm) / s->samples);
}

int64_t token_scale_apply(const struct token_scale *s, int64_t estimated)
{
    int64_t scaled;
    if (estimated <= 0)
        return 0;
    if (__builtin_mul_overflow(estimated, s->ratio_ppm, &scaled))
        return INT64_MAX / TOKEN_SCALE_ONE;
    return scaled / TOKEN_SCALE_ONE + (scaled % TOKEN_SCALE_ONE > 0);
}
