/* Asks cJSON, libcrypto and PCRE2 for their versions at run time. Nothing depends on the answer. */
#include "base/version.h"

#include <cjson/cJSON.h>
#include <openssl/crypto.h>
#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

const char *base_cjson_version(void)
{
    return cJSON_Version();
}

const char *base_crypto_version(void)
{
    return OpenSSL_version(OPENSSL_VERSION_STRING);
}

const char *base_pcre2_version(void)
{
    static char text[64];
    if (pcre2_config(PCRE2_CONFIG_VERSION, NULL) >= (int)sizeof text ||
        pcre2_config(PCRE2_CONFIG_VERSION, text) < 0)
        return "unknown";
    return text;
}
