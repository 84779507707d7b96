/* Signatures of webhooks: the example of the specification's own libraries, and secrets that are
 * none. Sending is tried by tests/integration/notify.sh. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka needs the above */
#include <cmocka.h>

#include "notify/webhook.h"

static void a_signature_is_what_receivers_compute(void **state)
{
    static const struct {
        const char *secret, *signature;
    } cases[] = {
        {"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
         "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="},
        /* no prefix: the bytes as they are */
        {"plain-secret", "v1,3Iu+JbC8cHey9rJURLZfxQoX30vMfLebm9Kn1ePn6f4="},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char out[WEBHOOK_SIGNATURE_SIZE];
        struct fail fail;
        assert_int_equal(webhook_sign(cases[i].secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330,
                                      SLICE_LIT("{\"test\": 2432232314}"), out, &fail),
                         ST_OK);
        assert_string_equal(out, cases[i].signature);
    }
}

static void what_cannot_be_a_key_is_refused_without_telling_it(void **state)
{
    static const char *const secrets[] = {"", "whsec_", "whsec_not base64!", "whsec_abc"};
    (void)state;
    for (size_t i = 0; i < sizeof secrets / sizeof *secrets; i++) {
        char out[WEBHOOK_SIGNATURE_SIZE];
        struct fail fail;
        assert_int_equal(webhook_sign(secrets[i], "id", 1, SLICE_LIT("{}"), out, &fail), ST_CONFIG);
        assert_null(strstr(fail.text, "base64!"));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_signature_is_what_receivers_compute),
        cmocka_unit_test(what_cannot_be_a_key_is_refused_without_telling_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
