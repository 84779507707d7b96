/* Lists what is linked, as the libraries themselves tell it at run time: the headers this was
 * built with may be older. Each room that includes a library has the call for it.
 */
#include "cli/version.h"

#include <stdio.h>

#include "base/version.h"
#include "config/version.h"
#include "kafka/version.h"
#include "ledger/version.h"
#include "llm/version.h"
#include "observe/version.h"
#include "pipeline/version.h"

static void line(const char *name, const char *version)
{
    printf("  %-13s  %s\n", name, version);
}

void version_print(bool verbose)
{
    puts("ticketmill " TICKETMILL_VERSION);
    if (!verbose)
        return;
    line("librdkafka", kafka_library_version());
    line("libcurl", llm_library_version());
    line("cJSON", base_cjson_version());
    line("SQLite", ledger_library_version());
    line("libuv", pipeline_library_version());
    line("libfyaml", config_library_version());
    line("libmicrohttpd", observe_library_version());
    line("libcrypto", base_crypto_version());
    line("PCRE2", base_pcre2_version());
}
