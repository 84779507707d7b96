/* Asks libuv which version it is. */
#include "pipeline/version.h"

#include <uv.h>

const char *pipeline_library_version(void)
{
    return uv_version_string();
}
