/* Puts an answer on the wire, whole or in one of the ways in which answers get lost.
 *
 * A whole body is handed to libmicrohttpd as it is, without a copy. Everything else is fed to it
 * by a callback, or the connection is reset.
 */
#include <string.h>
#include <sys/socket.h>

#include "base/mem.h"
#include "sim/core.h"
#include "sim/stream.h"

#define LORIS_US INT64_C(1000000)
#define MIB      (INT64_C(1) << 20)

/* A connection closed after this sends RST instead of FIN. */
static enum MHD_Result hang_up(struct exchange *x)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(x->connection, MHD_CONNECTION_INFO_CONNECTION_FD);
    if (info != NULL) {
        struct linger at_once = {.l_onoff = 1, .l_linger = 0};
        setsockopt(info->connect_fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    }
    return MHD_NO;
}

static ssize_t feed_half(void *cls, uint64_t at, char *out, size_t max)
{
    struct exchange *x = cls;
    size_t half = x->answer.body.n / 2;
    if (at >= half)
        return MHD_CONTENT_READER_END_WITH_ERROR;
    size_t n = half - (size_t)at < max ? half - (size_t)at : max;
    memcpy(out, x->answer.body.p + at, n);
    return (ssize_t)n;
}

static ssize_t feed_slowly(void *cls, uint64_t at, char *out, size_t max)
{
    struct exchange *x = cls;
    if (max == 0 || at >= x->answer.body.n)
        return MHD_CONTENT_READER_END_OF_STREAM;
    if (x->sim->stopping)
        return MHD_CONTENT_READER_END_WITH_ERROR;
    if (x->sent == at && at > 0) { /* the pause before this byte has not been made yet */
        x->sent++;
        sim_wait(x, LORIS_US);
        return 0;
    }
    x->sent = (size_t)at + 1;
    out[0] = x->answer.body.p[at];
    return 1;
}

static ssize_t feed_events(void *cls, uint64_t at, char *out, size_t max)
{
    struct exchange *x = cls;
    const struct buf *body = &x->answer.body;
    if (at >= body->n)
        return MHD_CONTENT_READER_END_OF_STREAM;
    if (x->sent == at && at > 0 && !x->sim->stopping) { /* not paused for this event yet */
        x->sent++;
        sim_wait(x, x->answer.event_us);
        return 0;
    }
    size_t n = stream_event_end(buf_view(body), (size_t)at) - (size_t)at;
    n = n < max ? n : max;
    memcpy(out, body->p + at, n);
    x->sent = (size_t)at + n;
    return (ssize_t)n;
}

static ssize_t feed_endlessly(void *cls, uint64_t at, char *out, size_t max)
{
    static const char start[] = "{\"choices\":[{\"message\":{\"content\":\"";
    struct exchange *x = cls;
    if (at >= (uint64_t)(x->answer.size_mib * MIB))
        return MHD_CONTENT_READER_END_WITH_ERROR;
    memset(out, 'x', max);
    if (at == 0 && max >= sizeof start)
        memcpy(out, start, sizeof start - 1);
    return (ssize_t)max;
}

static struct MHD_Response *make_response(struct exchange *x)
{
    struct answer *a = &x->answer;
    size_t n = a->body.n;
    switch (a->delivery) {
    case DELIVER_CUT:
        return MHD_create_response_from_callback(n, 4096, feed_half, x, NULL);
    case DELIVER_LORIS:
        return MHD_create_response_from_callback(n, 64, feed_slowly, x, NULL);
    case DELIVER_EVENTS:
        return MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, 4096, feed_events, x, NULL);
    case DELIVER_HUGE:
        return MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, 16384, feed_endlessly, x, NULL);
    case DELIVER_WHOLE:
    case DELIVER_RESET:
    case DELIVER_HANG:
        break;
    }
    /* The exchange outlives the response. */
    return MHD_create_response_from_buffer(n, n > 0 ? a->body.p : "", MHD_RESPMEM_PERSISTENT);
}

enum MHD_Result deliver(struct exchange *x)
{
    struct answer *a = &x->answer;
    if (a->delivery == DELIVER_RESET ||
        (a->delivery == DELIVER_HANG && (x->sent > 0 || x->sim->stopping)))
        return hang_up(x);
    if (a->delivery == DELIVER_HANG) {
        x->sent = 1;
        x->state = EXCHANGE_SENDING;
        sim_wait(x, a->seconds * 1000000);
        return MHD_YES;
    }
    struct MHD_Response *response = make_response(x);
    MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, a->content_type);
    if (a->encoding != NULL)
        MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_ENCODING, a->encoding);
    for (int i = 0; i < a->header_count; i++)
        MHD_add_response_header(response, a->headers[i].name, a->headers[i].value);
    x->state = EXCHANGE_SENDING;
    enum MHD_Result result = MHD_queue_response(x->connection, (unsigned int)a->status, response);
    MHD_destroy_response(response);
    return result;
}
