/* Asks libmicrohttpd which version it is. */
#include "observe/version.h"

#include <microhttpd.h>

const char *observe_library_version(void)
{
    return MHD_get_version();
}
