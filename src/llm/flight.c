/* One call as a transfer of the HTTP library: its settings, its callbacks, and what its end means.
 *
 * A handle is set up once and used for one call after another. The library repeats a request on
 * its own when a kept connection turns out to be dead before a byte of the answer came; for a
 * POST that may have been read, and billed, that is not ours to allow: before_request() counts,
 * and lets a second one go out only when nothing of the first had left.
 */
#include "llm/internal.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/mem.h"
#include "llm/errmap.h"
#include "llm/scrub.h"
#include "llm/stream.h"

#ifndef TICKETMILL_VERSION
#define TICKETMILL_VERSION "0"
#endif

#define ID_HEADER       "X-Client-Request-Id: "
#define RECEIVE_BYTES   4096L
#define KEEP_BODY_BYTES (64 * 1024)
#define IDLE_S          55L /* shorter than the minute after which load balancers hang up */

/* ---- callbacks ---------------------------------------------------------------------------- */

static size_t on_body(char *p, size_t size, size_t count, void *arg)
{
    struct llm_flight *f = arg;
    size_t n = size * count;
    buf_add(&f->body, p, n);
    if (f->call.stream != NULL)
        stream_feed(f->call.stream, slice_of(p, n), clock_mono_us(f->wire->client->clock));
    if (!f->body.failed)
        return n;
    f->too_large = true;
    return 0;
}

static size_t on_header(char *p, size_t size, size_t count, void *arg)
{
    struct llm_flight *f = arg;
    size_t n = size * count;
    if (headers_take(&f->headers, slice_of(p, n)))
        return n;
    f->too_large = true;
    return 0;
}

static curl_off_t bytes_left_us(CURL *easy)
{
    long head = 0;
    curl_off_t body = 0;
    curl_easy_getinfo(easy, CURLINFO_REQUEST_SIZE, &head);
    curl_easy_getinfo(easy, CURLINFO_SIZE_UPLOAD_T, &body);
    return (curl_off_t)head + body;
}

static int before_request(void *arg, char *remote, char *local, int remote_port, int local_port)
{
    struct llm_flight *f = arg;
    (void)remote;
    (void)local;
    (void)remote_port;
    (void)local_port;
    curl_off_t bytes = bytes_left_us(f->easy);
    if (f->requests++ > 0 && bytes > f->request_bytes) {
        f->resend_refused = true;
        return CURL_PREREQFUNC_ABORT;
    }
    f->request_bytes = bytes;
    return CURL_PREREQFUNC_OK;
}

/* Addresses behind which cloud machines find their own credentials. */
static bool is_forbidden(const struct sockaddr *address)
{
    if (address->sa_family == AF_INET) {
        uint32_t a = ntohl(((const struct sockaddr_in *)(const void *)address)->sin_addr.s_addr);
        return a >> 16 == 0xa9fe /* 169.254.0.0/16 */ || a == 0x646464c8 /* 100.100.100.200 */;
    }
    if (address->sa_family != AF_INET6)
        return false;
    const struct in6_addr *a6 = &((const struct sockaddr_in6 *)(const void *)address)->sin6_addr;
    static const struct in6_addr metadata = {
        .s6_addr = {0xfd, 0, 0x0e, 0xc2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x02, 0x54}};
    bool mapped = IN6_IS_ADDR_V4MAPPED(a6) && a6->s6_addr[12] == 0xa9 && a6->s6_addr[13] == 0xfe;
    return mapped || IN6_IS_ADDR_LINKLOCAL(a6) || memcmp(a6, &metadata, sizeof metadata) == 0;
}

static curl_socket_t open_socket(void *arg, curlsocktype purpose, struct curl_sockaddr *address)
{
    struct wire *w = arg;
    (void)purpose;
    if (is_forbidden(&address->addr))
        return CURL_SOCKET_BAD;
    w->client->connects++;
    int fd = socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
    if (fd >= 0)
        lane_socket_opened(w->client, fd);
    return fd;
}

static int close_socket(void *arg, curl_socket_t fd)
{
    struct wire *w = arg;
    lane_socket_closing(w->client, fd);
    return close(fd);
}

/* ---- setting up --------------------------------------------------------------------------- */

static void set_security(CURL *easy, const struct wire *w)
{
    const char *protocol = strncasecmp(w->url, "http://", 7) == 0 ? "http" : "https";
    curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, protocol);
    curl_easy_setopt(easy, CURLOPT_REDIR_PROTOCOLS_STR, protocol);
    curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 1L);
    curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 2L);
    curl_easy_setopt(easy, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
    if (w->config->ca_file != NULL) {
        curl_easy_setopt(easy, CURLOPT_CAINFO, w->config->ca_file);
        curl_easy_setopt(easy, CURLOPT_CAPATH, NULL);
    }
    /* "" keeps the library from looking into the environment. */
    curl_easy_setopt(easy, CURLOPT_PROXY, w->config->proxy != NULL ? w->config->proxy : "");
    curl_easy_setopt(easy, CURLOPT_NOPROXY, "");
    curl_easy_setopt(easy, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
    curl_easy_setopt(easy, CURLOPT_DISALLOW_USERNAME_IN_URL, 1L);
    curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, open_socket);
    curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, w);
    curl_easy_setopt(easy, CURLOPT_CLOSESOCKETFUNCTION, close_socket);
    curl_easy_setopt(easy, CURLOPT_CLOSESOCKETDATA, w);
}

static void set_transport(CURL *easy, const struct wire *w)
{
    curl_easy_setopt(easy, CURLOPT_URL, w->url);
    curl_easy_setopt(easy, CURLOPT_POST, 1L);
    curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
    curl_easy_setopt(easy, CURLOPT_USERAGENT, "ticketmill/" TICKETMILL_VERSION);
    /* Asks for nothing packed, but unpacks what comes, so that the cap is on decoded bytes. */
    curl_easy_setopt(easy, CURLOPT_ACCEPT_ENCODING, "identity");
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L); /* the loop waits for no silent name server */
    curl_easy_setopt(easy, CURLOPT_TCP_KEEPALIVE, 1L);
    curl_easy_setopt(easy, CURLOPT_MAXAGE_CONN, IDLE_S);
    curl_easy_setopt(easy, CURLOPT_BUFFERSIZE, RECEIVE_BYTES);
    curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS,
                     (long)((w->config->connect_timeout_us + 999) / 1000));
    curl_easy_setopt(easy, CURLOPT_SHARE, w->client->share);
}

void flight_settings(CURL *easy, const struct wire *w)
{
    set_security(easy, w);
    set_transport(easy, w);
}

static struct llm_flight *flight_new(struct wire *w)
{
    struct llm_flight *f = mem_zalloc(sizeof *f);
    f->wire = w;
    f->easy = curl_easy_init();
    list_init(&f->node);
    buf_init(&f->body, (size_t)w->config->max_response_bytes);
    reply_memory_init(&f->memory);
    f->id_header.data = f->id_text;
    flight_settings(f->easy, w);
    curl_easy_setopt(f->easy, CURLOPT_PRIVATE, f);
    curl_easy_setopt(f->easy, CURLOPT_ERRORBUFFER, f->error);
    curl_easy_setopt(f->easy, CURLOPT_WRITEFUNCTION, on_body);
    curl_easy_setopt(f->easy, CURLOPT_WRITEDATA, f);
    curl_easy_setopt(f->easy, CURLOPT_HEADERFUNCTION, on_header);
    curl_easy_setopt(f->easy, CURLOPT_HEADERDATA, f);
    curl_easy_setopt(f->easy, CURLOPT_PREREQFUNCTION, before_request);
    curl_easy_setopt(f->easy, CURLOPT_PREREQDATA, f);
    return f;
}

void flight_free(struct llm_flight *f)
{
    curl_easy_cleanup(f->easy);
    buf_deinit(&f->body);
    reply_memory_deinit(&f->memory);
    mem_free(f);
}

static void set_id(struct llm_flight *f, const char *call_id)
{
    size_t n = sizeof ID_HEADER - 1;
    memcpy(f->id_text, ID_HEADER, n);
    for (const char *p = call_id; *p > 0x20 && *p < 0x7f && n < sizeof f->id_text - 1; p++)
        f->id_text[n++] = *p;
    f->id_text[n] = '\0';
    f->id_header.next = f->wire->headers;
}

struct llm_flight *flight_get(struct wire *w, const struct llm_call *call)
{
    struct list *node = list_pop(&w->idle);
    struct llm_flight *f = node != NULL ? LIST_ENTRY(node, struct llm_flight, node) : flight_new(w);
    f->call = *call;
    f->requests = 0;
    f->request_bytes = 0;
    f->too_large = f->resend_refused = false;
    f->error[0] = '\0';
    f->sent_unix_us = clock_unix_us(w->client->clock);
    f->sent_mono_us = clock_mono_us(w->client->clock);
    headers_reset(&f->headers);
    set_id(f, call->call_id);
    int64_t timeout_ms = (call->timeout_us + 999) / 1000;
    curl_easy_setopt(f->easy, CURLOPT_HTTPHEADER, &f->id_header);
    curl_easy_setopt(f->easy, CURLOPT_POSTFIELDS, call->body.p);
    curl_easy_setopt(f->easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)call->body.n);
    curl_easy_setopt(f->easy, CURLOPT_TIMEOUT_MS, (long)(timeout_ms > 0 ? timeout_ms : 1));
    return f;
}

void flight_put(struct llm_flight *f)
{
    reply_memory_clear(&f->memory);
    buf_clear(&f->body);
    if (f->body.cap > KEEP_BODY_BYTES)
        buf_deinit(&f->body);
    list_push(&f->wire->idle, &f->node);
}

/* ---- the end ------------------------------------------------------------------------------ */

bool flight_sent(const struct llm_flight *f)
{
    return f->requests > 0 && (f->resend_refused || bytes_left_us(f->easy) > f->request_bytes);
}

static void explain(const struct llm_flight *f, CURLcode code, struct llm_reply *out)
{
    const char *text = f->error[0] != '\0' ? f->error : curl_easy_strerror(code);
    if (f->resend_refused)
        text = "the connection died under the request";
    else if (f->too_large)
        text = "the answer is larger than allowed";
    reply_line(slice_str(text), out->message, sizeof out->message);
}

/* The transfer broke off. An error status that came before that still counts: it says that
 * nothing was generated. */
static void broken_reply(struct llm_flight *f, CURLcode code, struct llm_reply *out)
{
    out->detail = (int)code;
    out->sent = flight_sent(f);
    if (out->http_status >= 400 && !f->too_large)
        return;
    out->failure = f->too_large ? FAIL_TOO_LARGE : errmap_curl((int)code, out->sent);
    explain(f, code, out);
}

/* Whole answers are read from the body. One that asked for a stream and got a plain answer, or an
 * error, is whole too. */
static void read_body(struct llm_flight *f, const struct reply_head *head, struct llm_reply *out)
{
    struct llm_stream *s = f->call.stream;
    bool good = head->http_status >= 200 && head->http_status < 300;
    if (s != NULL)
        stream_end(s, clock_mono_us(f->wire->client->clock));
    if (s != NULL && good && (s->chunks > 0 || s->done))
        stream_reply(s, head, out);
    else
        reply_read(head, buf_view(&f->body), &f->memory, out);
}

void flight_reply(struct llm_flight *f, CURLcode code, struct llm_reply *out)
{
    long status = 0;
    struct reply_head head = {.host = f->wire->host, .now_unix_us = f->sent_unix_us};
    reply_init(out);
    curl_easy_getinfo(f->easy, CURLINFO_RESPONSE_CODE, &status);
    head.http_status = (int)status;
    headers_fill(&f->headers, &head);
    out->sent_at_unix_us = f->sent_unix_us;
    out->latency_us = clock_mono_us(f->wire->client->clock) - f->sent_mono_us;
    head.now_unix_us += out->latency_us;
    if (code == CURLE_OK || status >= 400)
        read_body(f, &head, out);
    out->http_status = (int)status;
    out->raw = buf_view(&f->body);
    if (code != CURLE_OK)
        broken_reply(f, code, out);
    else
        out->sent = true;
    scrub_message(out->message, f->wire->key->text, f->call.body);
    scrub_message(out->message, f->wire->key->old, SLICE_LIT(""));
}
