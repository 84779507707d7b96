/* Asks libfyaml which version it is. */
#include "config/version.h"

#include <libfyaml.h>

const char *config_library_version(void)
{
    return fy_library_version();
}
