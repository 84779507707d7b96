/* Check digits of numbers that people and cards have. All take plain digits, n of them (letters
 * where stated), and say whether the last one fits. Pure; private to this room. */
#ifndef TICKETMILL_REDACT_CHECK_H
#define TICKETMILL_REDACT_CHECK_H

#include <stdbool.h>
#include <stddef.h>

bool check_luhn(const char *d, size_t n);     /* ISO/IEC 7812-1, annex B */
bool check_verhoeff(const char *d, size_t n); /* Verhoeff 1969; Aadhaar */
bool check_mod11_10(const char *d, size_t n); /* ISO 7064; German tax number */
bool check_ean13(const char *d);              /* GS1; Swiss AHV number */
bool check_china(const char *d);   /* GB 11643-1999 with its date: 17 digits, then a digit or 'X' */
bool check_brazil(const char *d);  /* CPF, 11 digits */
bool check_turkey(const char *d);  /* T.C. kimlik no, 11 digits */
bool check_poland(const char *d);  /* PESEL with its date, 11 digits */
bool check_germany(const char *d); /* Identifikationsnummer: digits repeated as its rule says, 11 */
bool check_france(const char *d);  /* NIR with its month, 15 digits */
bool check_dutch(const char *d);   /* BSN, 9 digits */
bool check_japan(const char *d);   /* My Number, 12 digits */
bool check_ssn(const char *d);     /* numbers that were never given out are none; 9 digits */
bool check_dni(const char *d, char letter); /* Spain: 8 digits, then the letter */
bool check_fiscale(const char *code);       /* Italy: 16 upper-case letters and digits */
bool check_taiwan(const char *code);        /* an upper-case letter, 9 digits */

#endif
