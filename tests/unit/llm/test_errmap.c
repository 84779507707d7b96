/* Every code of the HTTP library means something. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <curl/curl.h>

#include "llm/errmap.h"

static void every_code_of_the_header_is_mapped(void **state)
{
    (void)state;
    for (int code = CURLE_OK + 1; code < CURL_LAST; code++)
        if (!errmap_knows(code))
            fail_msg("code %d (%s) is not mapped", code, curl_easy_strerror((CURLcode)code));
    assert_false(errmap_knows(CURLE_OK));
    assert_false(errmap_knows(-1));
    assert_false(errmap_knows(100000));
}

static void sent_decides_whether_it_may_be_billed(void **state)
{
    (void)state;
    static const struct {
        int code;
        enum failure unsent, sent;
    } cases[] = {
        {CURLE_COULDNT_RESOLVE_HOST, FAIL_NOT_SENT, FAIL_RESET},
        {CURLE_COULDNT_CONNECT, FAIL_NOT_SENT, FAIL_RESET},
        {CURLE_SSL_CONNECT_ERROR, FAIL_NOT_SENT, FAIL_RESET},
        {CURLE_PEER_FAILED_VERIFICATION, FAIL_NOT_SENT, FAIL_RESET},
        {CURLE_OPERATION_TIMEDOUT, FAIL_NOT_SENT, FAIL_TIMEOUT},
        {CURLE_GOT_NOTHING, FAIL_NOT_SENT, FAIL_RESET},
        {CURLE_RECV_ERROR, FAIL_NOT_SENT, FAIL_RESET},
        {CURLE_PARTIAL_FILE, FAIL_NOT_SENT, FAIL_RESET},
        {CURLE_SSL_CACERT_BADFILE, FAIL_CONFIG, FAIL_RESET},
        {CURLE_URL_MALFORMAT, FAIL_CONFIG, FAIL_RESET},
        {100000, FAIL_NOT_SENT, FAIL_RESET},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_int_equal(errmap_curl(cases[i].code, false), cases[i].unsent);
        assert_int_equal(errmap_curl(cases[i].code, true), cases[i].sent);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_code_of_the_header_is_mapped),
        cmocka_unit_test(sent_decides_whether_it_may_be_billed),
    };
    return cmocka_run_group_tests_name("errmap", tests, NULL, NULL);
}
