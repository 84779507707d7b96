/* A table of ranges and a search in it. Blocks of the Unicode standard, not the per-character
 * property: an unassigned code point of a block counts as its script, which no estimate notices.
 */
#include "ticket/script.h"

#include <stddef.h>

/* Ascending, without overlap; what lies between two ranges is SCRIPT_OTHER. */
static const struct {
    uint32_t from, to;
    enum script script;
} ranges[] = {
    {0x0000, 0x0040, SCRIPT_NONE},       {0x0041, 0x005a, SCRIPT_LATIN},
    {0x005b, 0x0060, SCRIPT_NONE},       {0x0061, 0x007a, SCRIPT_LATIN},
    {0x007b, 0x00a9, SCRIPT_NONE},       {0x00aa, 0x00aa, SCRIPT_LATIN},
    {0x00ab, 0x00b9, SCRIPT_NONE},       {0x00ba, 0x00ba, SCRIPT_LATIN},
    {0x00bb, 0x00bf, SCRIPT_NONE},       {0x00c0, 0x024f, SCRIPT_LATIN},
    {0x0250, 0x02af, SCRIPT_LATIN},      {0x02b0, 0x036f, SCRIPT_NONE},
    {0x0370, 0x03ff, SCRIPT_GREEK},      {0x0400, 0x052f, SCRIPT_CYRILLIC},
    {0x0590, 0x05ff, SCRIPT_HEBREW},     {0x0600, 0x06ff, SCRIPT_ARABIC},
    {0x0750, 0x077f, SCRIPT_ARABIC},     {0x0870, 0x08ff, SCRIPT_ARABIC},
    {0x0900, 0x097f, SCRIPT_DEVANAGARI}, {0x0e00, 0x0e7f, SCRIPT_THAI},
    {0x1100, 0x11ff, SCRIPT_HANGUL},     {0x1c80, 0x1c8f, SCRIPT_CYRILLIC},
    {0x1e00, 0x1eff, SCRIPT_LATIN},      {0x1f00, 0x1fff, SCRIPT_GREEK},
    {0x2000, 0x2bff, SCRIPT_NONE},       {0x2c60, 0x2c7f, SCRIPT_LATIN},
    {0x2de0, 0x2dff, SCRIPT_CYRILLIC},   {0x2e00, 0x2e7f, SCRIPT_NONE},
    {0x2e80, 0x2fdf, SCRIPT_HAN},        {0x3000, 0x3004, SCRIPT_NONE},
    {0x3005, 0x3007, SCRIPT_HAN},        {0x3008, 0x3020, SCRIPT_NONE},
    {0x3021, 0x3029, SCRIPT_HAN},        {0x302a, 0x3040, SCRIPT_NONE},
    {0x3041, 0x30fa, SCRIPT_KANA},       {0x30fb, 0x30fb, SCRIPT_NONE},
    {0x30fc, 0x30ff, SCRIPT_KANA},       {0x3130, 0x318f, SCRIPT_HANGUL},
    {0x31f0, 0x31ff, SCRIPT_KANA},       {0x3200, 0x33ff, SCRIPT_NONE},
    {0x3400, 0x4dbf, SCRIPT_HAN},        {0x4dc0, 0x4dff, SCRIPT_NONE},
    {0x4e00, 0x9fff, SCRIPT_HAN},        {0xa640, 0xa69f, SCRIPT_CYRILLIC},
    {0xa720, 0xa7ff, SCRIPT_LATIN},      {0xa960, 0xa97f, SCRIPT_HANGUL},
    {0xac00, 0xd7ff, SCRIPT_HANGUL},     {0xe000, 0xf8ff, SCRIPT_NONE},
    {0xf900, 0xfaff, SCRIPT_HAN},        {0xfb00, 0xfb06, SCRIPT_LATIN},
    {0xfb1d, 0xfb4f, SCRIPT_HEBREW},     {0xfb50, 0xfdff, SCRIPT_ARABIC},
    {0xfe00, 0xfe6f, SCRIPT_NONE},       {0xfe70, 0xfefe, SCRIPT_ARABIC},
    {0xfeff, 0xff20, SCRIPT_NONE},       {0xff21, 0xff3a, SCRIPT_LATIN},
    {0xff3b, 0xff40, SCRIPT_NONE},       {0xff41, 0xff5a, SCRIPT_LATIN},
    {0xff5b, 0xff65, SCRIPT_NONE},       {0xff66, 0xff9f, SCRIPT_KANA},
    {0xffa0, 0xffdf, SCRIPT_HANGUL},     {0xffe0, 0xffff, SCRIPT_NONE},
    {0x1b000, 0x1b16f, SCRIPT_KANA},     {0x1d000, 0x1d7ff, SCRIPT_NONE},
    {0x1f000, 0x1faff, SCRIPT_NONE},     {0x20000, 0x3ffff, SCRIPT_HAN},
    {0xe0000, 0xe01ef, SCRIPT_NONE},
};

enum script script_of(uint32_t cp)
{
    size_t low = 0, high = sizeof(ranges) / sizeof(*ranges);
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        if (cp < ranges[mid].from)
            high = mid;
        else if (cp > ranges[mid].to)
            low = mid + 1;
        else
            return ranges[mid].script;
    }
    return SCRIPT_OTHER;
}
