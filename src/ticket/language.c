/* Tags are judged by their form, texts by counting letters: of each script, and of those that tell
 * the languages of a script apart. Latin text stays undetermined.
 */
#include "ticket/language.h"

#include "base/utf8.h"
#include "ticket/han.h"
#include "ticket/script.h"

#define TAG_MAX 35 /* the longest a tag of the registry's kinds gets (RFC 5646, 4.4.1) */

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_separator(char c)
{
    return c == '-' || c == '_';
}

/* Letters, or letters and digits, up to the next separator. */
static size_t subtag_length(struct slice tag, bool digits)
{
    size_t n = 0;
    while (n < tag.n && (is_letter(tag.p[n]) || (digits && tag.p[n] >= '0' && tag.p[n] <= '9')))
        n++;
    return n == tag.n || is_separator(tag.p[n]) ? n : 0;
}

static bool says_nothing(struct slice primary)
{
    return slice_eq_nocase(primary, SLICE_LIT("und")) ||
           slice_eq_nocase(primary, SLICE_LIT("mul")) || slice_eq_nocase(primary, SLICE_LIT("zxx"));
}

bool language_plausible(struct slice tag)
{
    if (tag.n > TAG_MAX)
        return false;
    size_t n = subtag_length(tag, false);
    if (n < 2 || n > 3 || says_nothing(slice_of(tag.p, n)))
        return false;
    while (n < tag.n) {
        struct slice rest = slice_of(tag.p + n + 1, tag.n - n - 1);
        size_t len = subtag_length(rest, true);
        if (len < 1 || len > 8)
            return false;
        n += 1 + len;
    }
    return true;
}

/* What was counted in a text. */
struct tally {
    size_t letters[SCRIPT_COUNT];
    size_t chinese, japanese;            /* Han that only one of them writes */
    size_t russian, ukrainian, cyrillic; /* letters of the first two, of other languages */
    size_t arabic, persian, perso;       /* likewise */
    uint32_t last;                       /* letter before, of Cyrillic */
};

/* The hard sign: before e, yo, yu and ya as Russian has it, before anything else Bulgarian. */
static bool is_bulgarian(uint32_t last, uint32_t cp)
{
    return (last == 0x44a || last == 0x42a) && cp != 0x435 && cp != 0x451 && cp != 0x44e &&
           cp != 0x44f;
}

static void tally_cyrillic(struct tally *t, uint32_t cp)
{
    t->cyrillic += is_bulgarian(t->last, cp);
    t->last = cp;
    switch (cp) {
    case 0x401:
    case 0x451: /* yo */
    case 0x42b:
    case 0x44b: /* yeru */
    case 0x42d:
    case 0x44d: /* e */
        t->russian++;
        break;
    case 0x404:
    case 0x454: /* ye */
    case 0x406:
    case 0x456: /* i */
    case 0x407:
    case 0x457: /* yi */
    case 0x490:
    case 0x491: /* ghe with upturn */
        t->ukrainian++;
        break;
    default: /* Serbian, Macedonian, Belarusian, Kazakh … */
        t->cyrillic += (cp >= 0x400 && cp <= 0x40f) || (cp >= 0x450 && cp <= 0x45f) || cp >= 0x492;
        break;
    }
}

static void tally_arabic(struct tally *t, uint32_t cp)
{
    switch (cp) {
    case 0x623:
    case 0x625:
    case 0x629:
    case 0x643:
    case 0x649:
    case 0x64a:
        t->arabic++;
        break;
    case 0x67e:
    case 0x686:
    case 0x698:
    case 0x6a9:
    case 0x6af:
    case 0x6cc:
        t->persian++;
        break;
    default: /* Urdu, Kurdish, Pashto … */
        t->perso += cp >= 0x671 && cp <= 0x6d5;
        break;
    }
}

static void tally_letter(struct tally *t, uint32_t cp)
{
    enum script script = script_of(cp);
    t->letters[script]++;
    if (script == SCRIPT_HAN) {
        enum han_use use = han_use(cp);
        t->chinese += use == HAN_CHINESE;
        t->japanese += use == HAN_JAPANESE;
    } else if (script == SCRIPT_CYRILLIC) {
        tally_cyrillic(t, cp);
    } else if (script == SCRIPT_ARABIC) {
        tally_arabic(t, cp);
    }
}

/* Words are counted, addresses and identifiers are not: a digit anywhere, or a sign inside. */
static bool is_technical(struct slice run)
{
    static const char signs[] = "/\\_@=<>{}[]:.";
    for (size_t i = 0; i < run.n; i++) {
        if (run.p[i] >= '0' && run.p[i] <= '9')
            return true;
        if (i > 0 && i + 1 < run.n && is_letter(run.p[i + 1]) &&
            memchr(signs, run.p[i], sizeof signs - 1))
            return true;
    }
    return false;
}

/* Printable ASCII up to a blank or another script. */
static struct slice ascii_run(struct slice text, size_t at)
{
    size_t n = 0;
    while (at + n < text.n && text.p[at + n] > ' ' && text.p[at + n] < 0x7f)
        n++;
    return slice_of(text.p + at, n);
}

static void count(struct tally *t, struct slice text)
{
    for (size_t at = 0; at < text.n;) {
        struct slice run = ascii_run(text, at);
        if (run.n == 0) {
            tally_letter(t, utf8_next(text, &at));
            continue;
        }
        at += run.n;
        size_t words = is_technical(run) ? 0 : run.n;
        for (size_t i = 0; i < words; i++)
            t->letters[SCRIPT_LATIN] += is_letter(run.p[i]);
    }
}

/* Han with kana, or alone: a Japanese name does not make a Chinese text Japanese. */
static enum language han_language(const struct tally *t)
{
    size_t kana = t->letters[SCRIPT_KANA];
    if (kana == 0 && t->japanese == 0)
        return LANG_ZH;
    return kana + 2 * t->japanese >= 3 * t->chinese ? LANG_JA : LANG_ZH;
}

static enum language cyrillic_language(const struct tally *t)
{
    if (3 * t->cyrillic > t->russian && 3 * t->cyrillic > t->ukrainian)
        return LANG_OTHER;
    return t->ukrainian > t->russian ? LANG_UK : LANG_RU;
}

static enum language arabic_language(const struct tally *t)
{
    if (t->perso > 0 && 2 * t->perso > t->arabic)
        return LANG_OTHER;
    return t->persian > t->arabic ? LANG_FA : LANG_AR;
}

static enum language language_of(enum script script, const struct tally *t)
{
    static const enum language owner[SCRIPT_COUNT] = {
        [SCRIPT_GREEK] = LANG_EL,    [SCRIPT_HEBREW] = LANG_HE, [SCRIPT_DEVANAGARI] = LANG_HI,
        [SCRIPT_THAI] = LANG_TH,     [SCRIPT_HANGUL] = LANG_KO, [SCRIPT_LATIN] = LANG_UND,
        [SCRIPT_OTHER] = LANG_OTHER,
    };
    if (script == SCRIPT_HAN)
        return han_language(t);
    if (script == SCRIPT_CYRILLIC)
        return cyrillic_language(t);
    return script == SCRIPT_ARABIC ? arabic_language(t) : owner[script];
}

enum language language_detect(struct slice text)
{
    struct tally t = {0};
    enum script best = SCRIPT_LATIN;
    size_t most;
    count(&t, text);
    most = t.letters[SCRIPT_LATIN];
    for (int s = SCRIPT_LATIN + 1; s < SCRIPT_COUNT; s++) {
        bool dense = s == SCRIPT_HAN || s == SCRIPT_HANGUL;
        size_t weight = t.letters[s] * (dense ? 4 : 2);
        if (s == SCRIPT_HAN)
            weight += 4 * t.letters[SCRIPT_KANA];
        if (weight > most && s != SCRIPT_KANA) {
            best = (enum script)s;
            most = weight;
        }
    }
    return language_of(best, &t);
}
