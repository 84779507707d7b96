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

/* By byte; what is no ASCII counts as a character of its own here. */
#define LETTER (MILLI / 4)
#define DIGIT  (MILLI / 3)
#define SIGN   (MILLI / 2)
static const uint16_t cost_of_byte[256] = {
    [0x00 ... 0x1f] = SIGN, [' '] = LETTER,          [0x21 ... 0x2f] = SIGN, ['0' ... '9'] = DIGIT,
    [0x3a ... 0x40] = SIGN, ['A' ... 'Z'] = LETTER,  [0x5b ... 0x60] = SIGN, ['a' ... 'z'] = LETTER,
    [0x7b ... 0x7f] = SIGN, [0x80 ... 0xff] = MILLI,
};

int64_t tokens_estimate(struct slice text)
{
    int64_t cost = 0;
    bool valid = utf8_valid(text);
    for (size_t at = 0; at < text.n;) {
        unsigned char c = (unsigned char)text.p[at];
        if (c < 0x80 || !valid) {
            cost += cost_of_byte[c];
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
