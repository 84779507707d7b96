/* Check digits by weights and tables, each as its authority publishes it. */
#include "redact/check.h"

#include <string.h>

static int at(const char *d, size_t i)
{
    return d[i] - '0';
}

static int two(const char *d, size_t i)
{
    return at(d, i) * 10 + at(d, i + 1);
}

static int weighted(const char *d, const signed char *weights, size_t n)
{
    int sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += at(d, i) * weights[i];
    return sum;
}

static bool all_same(const char *d, size_t n)
{
    for (size_t i = 1; i < n; i++) {
        if (d[i] != d[0])
            return false;
    }
    return true;
}

static bool is_day(int month, int day)
{
    return month >= 1 && month <= 12 && day >= 1 && day <= 31;
}

bool check_luhn(const char *d, size_t n)
{
    int sum = 0;
    for (size_t i = 0; i < n; i++) {
        int v = at(d, n - 1 - i) * (i % 2 == 1 ? 2 : 1);
        sum += v > 9 ? v - 9 : v;
    }
    return sum % 10 == 0 && !all_same(d, n);
}

bool check_verhoeff(const char *d, size_t n)
{
    static const char product[10][11] = {"0123456789", "1234067895", "2340178956", "3401289567",
                                         "4012395678", "5987604321", "6598710432", "7659821043",
                                         "8765932104", "9876543210"};
    static const char permuted[8][11] = {"0123456789", "1576283094", "5803796142", "8916043527",
                                         "9453126870", "4286573901", "2793806415", "7046913258"};
    int c = 0;
    for (size_t i = 0; i < n; i++)
        c = product[c][permuted[i % 8][at(d, n - 1 - i)] - '0'] - '0';
    return c == 0;
}

bool check_mod11_10(const char *d, size_t n)
{
    int p = 10;
    for (size_t i = 0; i + 1 < n; i++) {
        int s = (at(d, i) + p) % 10;
        p = (s == 0 ? 10 : s) * 2 % 11;
    }
    return (11 - p) % 10 == at(d, n - 1);
}

bool check_ean13(const char *d)
{
    int sum = 0;
    for (size_t i = 0; i < 13; i++)
        sum += at(d, i) * (i % 2 == 1 ? 3 : 1);
    return sum % 10 == 0;
}

bool check_china(const char *d)
{
    static const signed char weights[] = {7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2};
    int century = two(d, 6);
    if (at(d, 0) == 0 || (century != 19 && century != 20) || !is_day(two(d, 10), two(d, 12)))
        return false;
    char last = d[17] == 'x' ? 'X' : d[17];
    return last == "10X98765432"[weighted(d, weights, 17) % 11];
}

bool check_brazil(const char *d)
{
    static const signed char weights[] = {11, 10, 9, 8, 7, 6, 5, 4, 3, 2};
    int first = weighted(d, weights + 1, 9) * 10 % 11 % 10;
    int second = weighted(d, weights, 10) * 10 % 11 % 10;
    return !all_same(d, 11) && first == at(d, 9) && second == at(d, 10);
}

bool check_turkey(const char *d)
{
    int odd = at(d, 0) + at(d, 2) + at(d, 4) + at(d, 6) + at(d, 8);
    int even = at(d, 1) + at(d, 3) + at(d, 5) + at(d, 7);
    int tenth = ((odd * 7 - even) % 10 + 10) % 10;
    return at(d, 0) != 0 && tenth == at(d, 9) && (odd + even + tenth) % 10 == at(d, 10);
}

bool check_poland(const char *d)
{
    static const signed char weights[] = {1, 3, 7, 9, 1, 3, 7, 9, 1, 3, 1};
    return is_day(two(d, 2) % 20, two(d, 4)) && weighted(d, weights, 11) % 10 == 0;
}

/* Among the first ten digits exactly one occurs twice or three times. */
bool check_germany(const char *d)
{
    int count[10] = {0}, repeated = 0;
    for (size_t i = 0; i < 10; i++)
        count[at(d, i)]++;
    for (int i = 0; i < 10; i++) {
        repeated += count[i] > 1;
        if (count[i] > 3)
            return false;
    }
    return at(d, 0) != 0 && repeated == 1 && check_mod11_10(d, 11);
}

bool check_france(const char *d)
{
    int month = two(d, 3), rest = 0;
    if (at(d, 0) < 1 || at(d, 0) > 2 || month < 1 || (month > 12 && month < 20) || month > 42)
        return false;
    for (size_t i = 0; i < 13; i++)
        rest = (rest * 10 + at(d, i)) % 97;
    return 97 - rest == two(d, 13);
}

bool check_dutch(const char *d)
{
    static const signed char weights[] = {9, 8, 7, 6, 5, 4, 3, 2, -1};
    return !all_same(d, 9) && weighted(d, weights, 9) % 11 == 0;
}

bool check_japan(const char *d)
{
    static const signed char weights[] = {6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2};
    int rest = weighted(d, weights, 11) % 11;
    return (rest <= 1 ? 0 : 11 - rest) == at(d, 11);
}

bool check_ssn(const char *d)
{
    int area = two(d, 0) * 10 + at(d, 2);
    return area != 0 && area != 666 && area < 900 && two(d, 3) != 0 && two(d, 5) + two(d, 7) != 0;
}

bool check_dni(const char *d, char letter)
{
    int rest = 0;
    for (size_t i = 0; i < 8; i++)
        rest = (rest * 10 + at(d, i)) % 23;
    return letter == "TRWAGMYFPDXBNJZSQVHLCKE"[rest];
}

bool check_fiscale(const char *code)
{
    static const char odd[] = "BAFHJNPRTVCESULDGIMOQKWZYX"; /* weights 1 0 5 7 9 13 … as letters */
    static const char form[] = "AAAAAA00A00A000A";
    int sum = 0;
    for (size_t i = 0; i < 16; i++) {
        bool digit = code[i] >= '0' && code[i] <= '9';
        /* Digits give way to L M N P Q R S T U V when two people would have the same code. */
        bool stands_for_digit = form[i] == '0' && strchr("LMNPQRSTUV", code[i]) != NULL;
        if (form[i] == '0' ? !digit && !stands_for_digit : digit)
            return false;
        if (i == 15)
            break;
        int v = digit ? code[i] - '0' : code[i] - 'A';
        sum += i % 2 == 0 ? odd[v] - 'A' : v;
    }
    return code[15] == 'A' + sum % 26;
}

bool check_taiwan(const char *code)
{
    static const signed char weights[] = {8, 7, 6, 5, 4, 3, 2, 1, 1};
    static const signed char of_letter[] = {10, 11, 12, 13, 14, 15, 16, 17, 34, 18, 19, 20, 21,
                                            22, 35, 23, 24, 25, 26, 27, 28, 29, 32, 30, 31, 33};
    int v = of_letter[code[0] - 'A'];
    return (code[1] == '1' || code[1] == '2' || code[1] == '8' || code[1] == '9') &&
           (v / 10 + v % 10 * 9 + weighted(code + 1, weights, 9)) % 10 == 0;
}
