/* One call over TLS: llm_tls URL CA_FILE KEY_FILE, '-' for none; prints how it ended. Run by
 * llm_tls.sh against servers with good and bad certificates.
 */
#include <stdio.h>
#include <string.h>

#include "support/llm_fixture.h"

static const char *given(const char *argument)
{
    return strcmp(argument, "-") != 0 ? argument : NULL;
}

int main(int argc, char **argv)
{
    struct llm_fixture f;
    struct llm_outcome o;
    if (argc != 4)
        return 64;
    llm_fixture_prepare(&f);
    f.provider.ca_file = given(argv[2]);
    f.provider.key_file = given(argv[3]);
    llm_fixture_connect(&f, argv[1]);
    for (int i = 0; i < 2; i++) {
        llm_fixture_ask(&f, "{}", &o);
        llm_outcome_clear(&o);
    }
    printf("%s %d\n", failure_name(o.reply.failure), (int)llm_client_connects(f.client));
    llm_fixture_stop(&f);
    return 0;
}
