/* What is handed on for logs and people must be one printable line of UTF-8. */
#ifndef TESTS_SUPPORT_FUZZ_CHECK_LINE_H
#define TESTS_SUPPORT_FUZZ_CHECK_LINE_H

#include <assert.h>
#include <string.h>

#include "base/utf8.h"

static inline void check_line(const char *line, size_t size)
{
    size_t n = strnlen(line, size);
    assert(n < size);
    assert(utf8_valid(slice_of(line, n)));
    for (size_t i = 0; i < n; i++)
        assert((unsigned char)line[i] >= 0x20 && line[i] != 0x7f);
}

#endif
