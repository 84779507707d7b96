/* Reads "I/N". */
#include "cli/shard.h"

#include "base/slice.h"

#define MAX_SHARDS 10000

bool shard_parse(const char *text, void *field)
{
    struct shard *s = field;
    const char *slash = strchr(text, '/');
    int64_t index, count;

    if (slash == NULL || slice_to_i64(slice_of(text, (size_t)(slash - text)), &index) != ST_OK ||
        slice_to_i64(slice_str(slash + 1), &count) != ST_OK)
        return false;
    if (index < 0 || count < 1 || index >= count || count > MAX_SHARDS)
        return false;
    *s = (struct shard){(int)index, (int)count};
    return true;
}
