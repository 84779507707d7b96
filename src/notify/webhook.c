/* One POST and its repetitions, over curl's easy interface.
 *
 * Stands outside of a run: it is called when everything is settled and the ledger is given back,
 * so nothing waits for it but the process's end. What the message says is the caller's matter, and
 * what to make of a failure too.
 */
#include "notify/webhook.h"

#include <curl/curl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/base64.h"
#include "base/mem.h"
#include "base/sha256.h"

#define RESPONSE_MAX  65536   /* bytes; more is not a receiver's answer */
#define FIRST_WAIT_US 1000000 /* before the second try; doubles */
#define STEP_MS       50      /* how late a stop may be seen */

static int64_t now_us(void)
{
    return clock_mono_us(&clock_system);
}

static bool is_stopped(const struct webhook *w)
{
    return w->stop && *w->stop != 0;
}

/* ---- signature --------------------------------------------------------------------------- */

static enum status read_secret(const char *secret, struct buf *key, struct fail *fail)
{
    static const char prefix[] = "whsec_";
    size_t n = sizeof prefix - 1;
    if (strncmp(secret, prefix, n) != 0) {
        buf_str(key, secret);
    } else if (!base64_decode(key, slice_str(secret + n))) {
        return fail_set(fail, ST_CONFIG, 0,
                        "the webhook's secret starts with whsec_ but no Base64 follows");
    }
    return key->n > 0 ? ST_OK : fail_set(fail, ST_CONFIG, 0, "the webhook's secret is empty");
}

enum status webhook_sign(const char *secret, const char *id, int64_t unix_s, struct slice body,
                         char out[WEBHOOK_SIGNATURE_SIZE], struct fail *fail)
{
    struct buf key, text, signature;
    uint8_t mac[SHA256_SIZE];
    buf_init(&key, SIZE_MAX);
    buf_init(&text, SIZE_MAX);
    buf_init(&signature, SIZE_MAX);
    enum status st = read_secret(secret, &key, fail);
    if (st == ST_OK) {
        buf_fmt(&text, "%s.%lld.", id, (long long)unix_s);
        buf_slice(&text, body);
        sha256_hmac(buf_view(&key), buf_view(&text), mac);
        (void)!base64_encode(&signature, slice_of((const char *)mac, sizeof mac));
        snprintf(out, WEBHOOK_SIGNATURE_SIZE, "v1,%s", signature.p);
        explicit_bzero(key.p, key.n);
    }
    buf_deinit(&key);
    buf_deinit(&text);
    buf_deinit(&signature);
    return st;
}

/* ---- one try ------------------------------------------------------------------------------ */

struct attempt {
    const struct webhook *w;
    struct slice body;
    size_t received;
    struct curl_slist *headers;
    char error[CURL_ERROR_SIZE];
};

static size_t on_response(char *p, size_t size, size_t n, void *arg)
{
    struct attempt *a = arg;
    (void)p;
    a->received += size * n;
    return a->received > RESPONSE_MAX ? 0 : size * n;
}

static int on_progress(void *arg, curl_off_t a, curl_off_t b, curl_off_t c, curl_off_t d)
{
    (void)a, (void)b, (void)c, (void)d;
    return is_stopped(((const struct attempt *)arg)->w);
}

static void add_header(struct attempt *a, const char *name, const char *value)
{
    char line[256];
    snprintf(line, sizeof line, "%s: %s", name, value);
    struct curl_slist *more = curl_slist_append(a->headers, line);
    a->headers = more ? more : a->headers;
}

static enum status add_headers(struct attempt *a, const char *id, struct fail *fail)
{
    char text[WEBHOOK_SIGNATURE_SIZE];
    int64_t unix_s = clock_unix_us(&clock_system) / 1000000;
    snprintf(text, sizeof text, "%lld", (long long)unix_s);
    add_header(a, "content-type", "application/json");
    add_header(a, "webhook-id", id);
    add_header(a, "webhook-timestamp", text);
    if (!a->w->secret)
        return ST_OK;
    enum status st = webhook_sign(a->w->secret, id, unix_s, a->body, text, fail);
    if (st == ST_OK)
        add_header(a, "webhook-signature", text);
    return st;
}

static void set_options(CURL *easy, struct attempt *a, int64_t left_us)
{
    int64_t us = left_us < a->w->timeout_us ? left_us : a->w->timeout_us;
    const char *store = getenv("SSL_CERT_FILE");
    curl_easy_setopt(easy, CURLOPT_URL, a->w->url);
    curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(easy, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
    curl_easy_setopt(easy, CURLOPT_PROXY, "");
    curl_easy_setopt(easy, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L); /* waits for no silent name server */
    curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, (long)(us / 1000 > 0 ? us / 1000 : 1));
    curl_easy_setopt(easy, CURLOPT_HTTPHEADER, a->headers);
    curl_easy_setopt(easy, CURLOPT_POSTFIELDS, a->body.p);
    curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)a->body.n);
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_response);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, a);
    curl_easy_setopt(easy, CURLOPT_NOPROGRESS, 0L);
    curl_easy_setopt(easy, CURLOPT_XFERINFOFUNCTION, on_progress);
    curl_easy_setopt(easy, CURLOPT_XFERINFODATA, a);
    curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, a->error);
    if (store)
        curl_easy_setopt(easy, CURLOPT_CAINFO, store);
}

static bool is_passing(long status)
{
    return status == 408 || status == 425 || status == 429 || status >= 500;
}

/* Sends once. *again: a further try may do better. */
static enum status attempt(const struct webhook *w, const char *id, struct slice body,
                           int64_t left_us, bool *again, struct fail *fail)
{
    struct attempt a = {.w = w, .body = body};
    CURL *easy = curl_easy_init();
    long code = 0;
    *again = false;
    enum status st = add_headers(&a, id, fail);
    if (st == ST_OK) {
        set_options(easy, &a, left_us);
        CURLcode rc = curl_easy_perform(easy);
        curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &code);
        if (a.received > RESPONSE_MAX) /* we broke off; the status had come */
            rc = CURLE_OK;
        *again = rc != CURLE_OK || is_passing(code);
        if (rc != CURLE_OK)
            st = fail_set(fail, ST_UNAVAILABLE, (int)rc, "%s", curl_easy_strerror(rc));
        else if (code < 200 || code > 299)
            st = fail_set(fail, ST_UNAVAILABLE, (int)code, "the receiver answered %ld", code);
    }
    curl_easy_cleanup(easy);
    curl_slist_free_all(a.headers);
    return st;
}

/* ---- all of them -------------------------------------------------------------------------- */

/* False when there is no time left to wait in, or nobody wants it any more. */
static bool pause_until(const struct webhook *w, int64_t until_us, int64_t deadline_us)
{
    while (now_us() < until_us && now_us() < deadline_us && !is_stopped(w))
        (void)poll(NULL, 0, STEP_MS);
    return now_us() < deadline_us && !is_stopped(w);
}

enum status webhook_send(const struct webhook *w, const char *id, struct slice body,
                         struct fail *fail)
{
    int64_t deadline_us = now_us() + w->timeout_us * w->tries, wait_us = FIRST_WAIT_US;
    bool again = true;
    enum status st = ST_OK;
    for (int64_t i = 1; again; i++) {
        st = attempt(w, id, body, deadline_us - now_us(), &again, fail);
        if (st == ST_OK)
            return ST_OK;
        again = again && i < w->tries && !is_stopped(w) &&
                pause_until(w, now_us() + wait_us, deadline_us);
        wait_us *= 2;
    }
    return st;
}
