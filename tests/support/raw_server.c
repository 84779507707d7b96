/* One thread that accepts on the loopback and hands each connection to the test's own function. */
#include "support/raw_server.h"

#include <netinet/in.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/mem.h"

struct raw_server {
    int fd;
    char url[64];
    pthread_t thread;
    void (*serve)(void *arg, int number, int fd);
    void *arg;
};

static void *run(void *arg)
{
    struct raw_server *s = arg;
    for (int number = 0;; number++) {
        int fd = accept4(s->fd, NULL, NULL, SOCK_CLOEXEC);
        if (fd < 0)
            return NULL;
        struct timeval patience = {.tv_sec = 10};
        setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
        s->serve(s->arg, number, fd);
        close(fd);
    }
}

struct raw_server *raw_server_new(void (*serve)(void *arg, int number, int fd), void *arg)
{
    struct raw_server *s = mem_zalloc(sizeof *s);
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t n = sizeof address;
    s->serve = serve;
    s->arg = arg;
    s->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (bind(s->fd, (struct sockaddr *)&address, n) != 0 || listen(s->fd, 64) != 0 ||
        getsockname(s->fd, (struct sockaddr *)&address, &n) != 0 ||
        pthread_create(&s->thread, NULL, run, s) != 0) {
        perror("raw server");
        abort();
    }
    snprintf(s->url, sizeof s->url, "http://127.0.0.1:%d/v1", ntohs(address.sin_port));
    return s;
}

const char *raw_server_url(const struct raw_server *s)
{
    return s->url;
}

void raw_server_free(struct raw_server *s)
{
    shutdown(s->fd, SHUT_RDWR); /* ends accept */
    pthread_join(s->thread, NULL);
    close(s->fd);
    mem_free(s);
}

bool raw_read_request(int fd, char *request, size_t size)
{
    char head[8192];
    size_t n = 0;
    while (n < sizeof head - 1) {
        if (recv(fd, head + n, 1, 0) != 1)
            return false;
        head[++n] = '\0';
        if (n >= 4 && memcmp(head + n - 4, "\r\n\r\n", 4) == 0)
            break;
    }
    if (request != NULL)
        snprintf(request, size, "%s", head);
    const char *length = strcasestr(head, "content-length:");
    long left = length != NULL ? strtol(length + 15, NULL, 10) : 0;
    for (char byte; left > 0; left--)
        if (recv(fd, &byte, 1, 0) != 1)
            return false;
    return true;
}

void raw_write(int fd, struct slice text)
{
    for (size_t at = 0; at < text.n;) {
        ssize_t n = send(fd, text.p + at, text.n - at, MSG_NOSIGNAL);
        if (n <= 0)
            return;
        at += (size_t)n;
    }
}

void raw_answer(int fd, const char *body)
{
    char head[128];
    int n =
        snprintf(head, sizeof head,
                 "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %zu\r\n\r\n",
                 strlen(body));
    raw_write(fd, slice_of(head, (size_t)n));
    raw_write(fd, slice_str(body));
}
