/* The script of a code point, as coarse as language and token estimates need it. Pure. */
#ifndef TICKETMILL_TICKET_SCRIPT_H
#define TICKETMILL_TICKET_SCRIPT_H

#include <stdint.h>

enum script {
    SCRIPT_NONE, /* space, punctuation, symbols, emoji, digits, marks shared by scripts */
    SCRIPT_LATIN,
    SCRIPT_GREEK,
    SCRIPT_CYRILLIC,
    SCRIPT_HEBREW,
    SCRIPT_ARABIC,
    SCRIPT_DEVANAGARI,
    SCRIPT_THAI,
    SCRIPT_HAN,
    SCRIPT_KANA,
    SCRIPT_HANGUL,
    SCRIPT_OTHER, /* letters of any other script */
    SCRIPT_COUNT
};

enum script script_of(uint32_t cp); /* a Unicode scalar value */

#endif
