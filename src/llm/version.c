/* Asks libcurl which version it is and which TLS library it speaks with. */
#include "llm/version.h"

#include <curl/curl.h>
#include <stdio.h>

const char *llm_library_version(void)
{
    static char text[96];
    const curl_version_info_data *v = curl_version_info(CURLVERSION_NOW);
    snprintf(text, sizeof text, "%s (%s)", v->version, v->ssl_version ? v->ssl_version : "no TLS");
    return text;
}
