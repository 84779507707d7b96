/* Which form a file has, by its name alone. Never looks into it: what a name says is what people
 * and other tools expect to find there.
 */
#include "file/format.h"

#include <stddef.h>
#include <string.h>
#include <strings.h>

#include "base/mem.h"
#include "base/slice.h"

bool file_format_of(const char *path, enum file_format *out)
{
    static const struct {
        const char *end;
        enum file_format format;
    } known[] = {
        {".jsonl", FILE_JSONL}, {".ndjson", FILE_JSONL}, {".json", FILE_JSONL}, {".csv", FILE_CSV}};
    const char *dot = strrchr(path, '.');

    for (size_t i = 0; dot && i < sizeof(known) / sizeof(*known); i++) {
        if (strcasecmp(dot, known[i].end) == 0) {
            *out = known[i].format;
            return true;
        }
    }
    return false;
}

char *file_folder(const char *path)
{
    const char *slash = strrchr(path, '/');

    if (!slash)
        return mem_str(".");
    return mem_slice(slice_of(path, slash == path ? 1 : (size_t)(slash - path)));
}
