/* A connection and two calls over TLS: llm_tls URL CA_FILE KEY_FILE, '-' for none; prints how they
 * ended and how many connections it took. Run by llm_tls.sh against servers with good and bad
 * certificates.
 */
#include <stdio.h>
#include <string.h>

#include "llm/reach.h"
#include "support/llm_fixture.h"

static const char *given(const char *argument)
{
    return strcmp(argument, "-") != 0 ? argument : NULL;
}

struct tried {
    bool done;
    struct llm_reached r;
};

static void on_reached(void *arg, const struct llm_reached *r)
{
    struct tried *t = arg;
    t->done = true;
    t->r = *r;
}

static const char *reach(struct llm_fixture *f)
{
    struct tried t = {.done = false};
    llm_client_reach(f->client, 0, 0, on_reached, &t);
    if (!test_reactor_run(f->loop, &t.done, 10000))
        return "never ended";
    if (t.r.ok)
        return t.r.tls_us > 0 ? "secure" : "not encrypted";
    return t.r.tls_us < 0 && t.r.message[0] != '\0' ? "insecure" : "no reason";
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
    printf("%s, ", reach(&f));
    for (int i = 0; i < 2; i++) {
        llm_fixture_ask(&f, "{}", &o);
        llm_outcome_clear(&o);
    }
    printf("%s %d\n", failure_name(o.reply.failure), (int)llm_client_connects(f.client));
    llm_fixture_stop(&f);
    return 0;
}
