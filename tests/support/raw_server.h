/* A server that does exactly what a test says, byte for byte: one thread, one connection at a
 * time. */
#ifndef TICKETMILL_TESTS_SUPPORT_RAW_SERVER_H
#define TICKETMILL_TESTS_SUPPORT_RAW_SERVER_H

#include <stdbool.h>

#include "base/slice.h"

struct raw_server;

/* serve is called in the server's thread for each connection, numbered from 0; the descriptor is
 * closed when it returns. */
struct raw_server *raw_server_new(void (*serve)(void *arg, int number, int fd), void *arg);
const char *raw_server_url(const struct raw_server *s); /* "http://127.0.0.1:PORT/v1" */
void raw_server_free(struct raw_server *s);

/* Reads one request, head and body. False: the connection ended before. request (NULL allowed)
 * receives the head, at most size - 1 bytes. */
bool raw_read_request(int fd, char *request, size_t size);
void raw_write(int fd, struct slice text);
/* 200 with that body; the connection stays open. */
void raw_answer(int fd, const char *body);

/* The body of a good answer with that content. */
#define RAW_BODY(content)                                                                          \
    "{\"model\":\"m\",\"choices\":[{\"finish_reason\":\"stop\",\"message\":{\"content\":"          \
    "\"" content "\"}}],\"usage\":{\"prompt_tokens\":10,\"completion_tokens\":5}}"

#endif
