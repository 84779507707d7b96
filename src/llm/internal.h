/* What the parts of the HTTP client share. Loop thread only. */
#ifndef TICKETMILL_LLM_INTERNAL_H
#define TICKETMILL_LLM_INTERNAL_H

#include <curl/curl.h>

#include "base/list.h"
#include "llm/client.h"

#define LANE_SIZE      64 /* transfers of one multi handle; more make it slow, above 250 very */
#define CALL_ID_BYTES  128
#define HEAD_BYTES_MAX (64 * 1024)

/* Headers that are read, as they came; "" = absent. */
struct llm_headers {
    size_t bytes; /* of all headers of the answer */
    char retry_after[64], retry_after_ms[32];
    char limit_requests[32], remaining_requests[32], reset_requests[48];
    char limit_tokens[32], remaining_tokens[32], reset_tokens[48];
    char request_id[96], response_cost[48], content_type[64];
};
void headers_reset(struct llm_headers *h);
/* One line as the library hands it over. False: more bytes than an answer may have. */
bool headers_take(struct llm_headers *h, struct slice line);
void headers_fill(const struct llm_headers *h, struct reply_head *out);

/* One multi handle on the loop. */
struct lane {
    struct llm_client *client;
    CURLM *multi;
    struct reactor_timer *timer;
    int in_flight;
    void (*finished)(struct lane *lane, CURL *easy, CURLcode code); /* a transfer has ended */
};
struct lane *lane_new(struct llm_client *client);
void lane_free(struct lane *lane); /* no transfer in it any more */

/* A descriptor that the library watches. Those of connections keep their watch while the
 * connection is idle: the next call on it then costs the loop nothing. */
struct lane_socket {
    struct reactor_watch *watch; /* NULL = none */
    int events;
    bool connection; /* opened by us, so that we are told before it is closed */
    bool idle;       /* the library does not want to hear of it */
};
void lane_socket_opened(struct llm_client *client, int fd);
void lane_socket_closing(struct llm_client *client, int fd);

/* The wire to one URL: everything that is the same for its calls. */
struct wire {
    struct llm_client *client;
    const struct config_provider *config;
    struct provider_key *key;
    char *url;                  /* of POST …/chat/completions */
    struct slice host;          /* part of url */
    struct curl_slist *headers; /* all but the call's id */
    struct lane **lanes;
    int lane_count;
    struct list idle; /* flights to be used again */
};

struct provider_key {
    char *text; /* NULL = no key is sent */
    char *old;  /* the one before it, which answers under way may still repeat; or NULL */
};

struct llm_flight {
    struct list node; /* in wire->idle, client->active, or client->cancelled */
    struct wire *wire;
    struct lane *lane;
    CURL *easy;
    struct llm_call call;
    struct curl_slist id_header; /* stands before wire->headers */
    char id_text[CALL_ID_BYTES + 32];
    struct llm_headers headers;
    struct buf body;
    struct reply_memory memory;
    int64_t sent_unix_us, sent_mono_us;
    curl_off_t request_bytes; /* that had left when a request was about to start */
    int requests;             /* started on the wire */
    bool too_large, resend_refused;
    char error[CURL_ERROR_SIZE];
};

struct llm_client {
    const struct config *config;
    const bool *used; /* per provider; NULL = those with a model */
    const struct reactor *reactor;
    const struct clock *clock;
    CURLSH *share;
    struct wire **wires;         /* per provider: its endpoints */
    struct provider_key *keys;   /* per provider */
    struct list active;          /* flights on their way */
    struct list cancelled;       /* done() not yet called */
    struct list reaches;         /* connections that are, or were, tried */
    struct curl_slist **retired; /* header lists that a running transfer may still point to */
    int retired_count;
    struct reactor_timer *cancel_timer;
    struct lane_socket *sockets; /* by descriptor */
    int socket_count;
    int in_flight;
    int64_t connects;
};

/* wire.c */
MUST_CHECK enum status wire_init(struct wire *w, struct llm_client *client, int provider,
                                 int endpoint, struct fail *fail);
void wire_deinit(struct wire *w);
MUST_CHECK enum status wire_headers(struct wire *w, struct fail *fail); /* with the key as it is */
struct lane *wire_lane(struct wire *w);                                 /* one with room */

/* flight.c */
struct llm_flight *flight_get(struct wire *w, const struct llm_call *call);
void flight_put(struct llm_flight *f); /* back to its wire, to be used again */
void flight_free(struct llm_flight *f);
void flight_reply(struct llm_flight *f, CURLcode code, struct llm_reply *out);
bool flight_sent(const struct llm_flight *f);           /* a byte of the request has left */
void flight_settings(CURL *easy, const struct wire *w); /* what all transfers to it have */

/* reach.c */
void reach_free_all(struct llm_client *client);

/* client.c: a call of this lane has ended. */
void client_finished(struct lane *lane, CURL *easy, CURLcode code);

#endif
