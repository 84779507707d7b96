/* The simulator's daemon, thread and timers.
 *
 * One thread runs libmicrohttpd's epoll loop and a heap of timers. Connections that wait for
 * their time are suspended, which costs nothing while they wait; but libmicrohttpd walks all of
 * them whenever some are resumed, so with many of them timers are fired in ticks of some
 * milliseconds. What an exchange does stands in serve.c.
 */
#include "sim/server.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "base/mem.h"
#include "sim/core.h"

#define MAX_CONNECTIONS   10240
#define CONNECTION_MEMORY (12 * 1024) /* bytes; a request's headers and a piece of its body */
#define BACKLOG           4096
#define IDLE_MS           20 /* longest sleep: how soon a stop is noticed */
#define DRAIN_US          INT64_C(2000000)

void sim_options_init(struct sim_options *o)
{
    *o = (struct sim_options){.listen = "127.0.0.1:0",
                              .seed = 1,
                              .cached_percent = 100,
                              .usage = SIM_USAGE_OPENAI,
                              .window = SIM_WINDOW_BUCKET,
                              .limit_period_us = 60000000,
                              .retry_after = "exact",
                              .bill_percent = 100};
}

int64_t sim_unix_us(void)
{
    struct timespec t;
    clock_gettime(CLOCK_REALTIME, &t);
    return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

int64_t sim_now_us(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

void sim_wait(struct exchange *x, int64_t delay_us)
{
    heap_add(&x->sim->timers, &x->timer, sim_now_us() + delay_us);
    x->sim->suspended++;
    MHD_suspend_connection(x->connection);
}

/* Grows with the number of those who wait: 2 ms at 1,000, 20 ms at 10,000. */
static int64_t tick_us(const struct sim *sim)
{
    return sim->suspended > 50 ? (int64_t)sim->suspended * 2 : 0;
}

/* Resumes everything whose time has come; with `all`, everything. */
static void fire_timers(struct sim *sim, bool all)
{
    int64_t now = sim_now_us();
    struct heap_node *node;
    if (!all && now - sim->last_fire_us < tick_us(sim))
        return;
    sim->last_fire_us = now;
    while ((node = heap_min(&sim->timers)) != NULL && (all || node->key <= now)) {
        struct exchange *x = LIST_ENTRY(node, struct exchange, timer);
        heap_remove(&sim->timers, node);
        if (x->state == EXCHANGE_WAITING)
            x->state = EXCHANGE_READY;
        sim->suspended--;
        MHD_resume_connection(x->connection);
    }
}

static int32_t sleep_ms(const struct sim *sim)
{
    const struct heap_node *node = heap_min(&sim->timers);
    if (node == NULL)
        return IDLE_MS;
    int64_t at = node->key, earliest = sim->last_fire_us + tick_us(sim);
    int64_t ms = ((at > earliest ? at : earliest) - sim_now_us() + 999) / 1000;
    return ms < 0 ? 0 : ms > IDLE_MS ? IDLE_MS : (int32_t)ms;
}

static void *run(void *arg)
{
    struct sim *sim = arg;
    while (!atomic_load(&sim->stopping)) {
        fire_timers(sim, false);
        MHD_run_wait(sim->daemon, sleep_ms(sim));
    }
    /* What is under way is answered at once; libmicrohttpd must not be stopped with suspended
     * connections. */
    int64_t until = sim_now_us() + DRAIN_US;
    do {
        fire_timers(sim, true);
        MHD_run_wait(sim->daemon, sim->suspended > 0 ? 0 : 1);
    } while (sim->suspended > 0 || (sim->in_flight > 0 && sim_now_us() < until));
    MHD_run(sim->daemon);
    return NULL;
}

static enum status parse_listen(const char *listen_on, struct sockaddr_in *out, struct fail *fail)
{
    char host[64];
    const char *colon = strrchr(listen_on, ':');
    char *end = NULL;
    long port = colon != NULL ? strtol(colon + 1, &end, 10) : -1;
    size_t n = colon != NULL ? (size_t)(colon - listen_on) : 0;
    *out = (struct sockaddr_in){.sin_family = AF_INET};
    if (n == 0 || n >= sizeof host || end == colon + 1 || *end != '\0' || port < 0 || port > 65535)
        return fail_set(fail, ST_USAGE, 0, "listen address '%s': expected ADDRESS:PORT", listen_on);
    memcpy(host, listen_on, n);
    host[n] = '\0';
    if (inet_pton(AF_INET, host, &out->sin_addr) != 1)
        return fail_set(fail, ST_USAGE, 0, "listen address '%s': expected an IPv4 address",
                        listen_on);
    out->sin_port = htons((uint16_t)port);
    return ST_OK;
}

static enum status open_listener(const char *listen_on, int *out, struct fail *fail)
{
    struct sockaddr_in address;
    enum status st = parse_listen(listen_on, &address, fail);
    if (st != ST_OK)
        return st;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), on = 1;
    if (fd < 0)
        return fail_set(fail, ST_SYSTEM, errno, "socket: %s", strerror(errno));
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (bind(fd, (const struct sockaddr *)&address, sizeof address) < 0 ||
        listen(fd, BACKLOG) < 0) {
        int error = errno;
        close(fd);
        return fail_set(fail, error == EADDRINUSE ? ST_LOCKED : ST_SYSTEM, error, "%s: %s",
                        listen_on, strerror(error));
    }
    *out = fd;
    return ST_OK;
}

/* Connections need descriptors; the program around it needs some too. */
static void raise_file_limit(void)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < limit.rlim_max) {
        limit.rlim_cur = limit.rlim_max;
        setrlimit(RLIMIT_NOFILE, &limit);
    }
}

static enum status set_faults(struct sim *sim, const struct sim_options *o, struct fail *fail)
{
    for (int i = 0; i < o->fault_count; i++) {
        struct sim_fault_rule rule;
        enum status st = sim_fault_parse(slice_str(o->faults[i]), &rule, fail);
        if (st != ST_OK)
            return st;
        sim_fault_add(&sim->now.faults, &rule);
    }
    return ST_OK;
}

static struct sim *sim_make(const struct sim_options *o)
{
    struct sim *sim = mem_zalloc(sizeof *sim);
    switches_init(&sim->now, o);
    sim->log = call_log_new();
    call_log_allowed(sim->log, o->requests_per_minute, o->tokens_per_minute, sim_unix_us());
    sim->usage = o->usage;
    sim->cached_percent = o->cached_percent;
    sim->category_count = o->category_count;
    sim->categories = mem_array((size_t)o->category_count + 1, sizeof *sim->categories);
    for (int i = 0; i < o->category_count; i++)
        sim->categories[i] = mem_str(o->categories[i]);
    random_seed(&sim->random, o->seed);
    question_init(&sim->question);
    heap_init(&sim->timers);
    list_init(&sim->idle);
    return sim;
}

static void free_idle(struct sim *sim)
{
    for (struct list *node; (node = list_pop(&sim->idle)) != NULL;) {
        struct exchange *x = LIST_ENTRY(node, struct exchange, node);
        buf_deinit(&x->body);
        answer_deinit(&x->answer);
        mem_free(x);
    }
}

static void sim_free(struct sim *sim)
{
    free_idle(sim);
    for (int i = 0; i < sim->prompt_count; i++) {
        mem_free(sim->prompts[i].bytes);
        profile_free(sim->prompts[i].profile);
    }
    for (int i = 0; i < sim->category_count; i++)
        mem_free(sim->categories[i]);
    mem_free(sim->categories);
    switches_deinit(&sim->now);
    call_log_free(sim->log);
    question_deinit(&sim->question);
    heap_deinit(&sim->timers);
    bill_free(sim->bill);
    mem_free(sim);
}

static enum status start_daemon(struct sim *sim, const struct sim_options *o, struct fail *fail)
{
    int fd = -1;
    enum status st = open_listener(o->listen, &fd, fail);
    if (st != ST_OK)
        return st;
    struct sockaddr_in address = {0};
    socklen_t n = sizeof address;
    char host[INET_ADDRSTRLEN] = "127.0.0.1";
    getsockname(fd, (struct sockaddr *)&address, &n);
    inet_ntop(AF_INET, &address.sin_addr, host, sizeof host);
    sim->port = ntohs(address.sin_port);
    snprintf(sim->url, sizeof sim->url, "http://%s:%d/v1", host, sim->port);
    unsigned int limit = o->max_connections > 0 ? (unsigned)o->max_connections : MAX_CONNECTIONS;
    sim->daemon = MHD_start_daemon(
        MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_SUPPRESS_DATE_NO_CLOCK, 0, NULL, NULL,
        sim_on_request, sim, MHD_OPTION_LISTEN_SOCKET, fd, MHD_OPTION_CONNECTION_LIMIT, limit,
        MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)CONNECTION_MEMORY, MHD_OPTION_NOTIFY_COMPLETED,
        sim_on_done, sim, MHD_OPTION_END);
    if (sim->daemon != NULL)
        return ST_OK;
    close(fd);
    return fail_set(fail, ST_SYSTEM, errno, "the HTTP server does not start: %s", strerror(errno));
}

/* The thread takes no signals: they are for whoever started the simulator. */
static enum status start_thread(struct sim *sim, struct fail *fail)
{
    sigset_t all, old;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &old);
    int error = pthread_create(&sim->thread, NULL, run, sim);
    pthread_sigmask(SIG_SETMASK, &old, NULL);
    if (error == 0)
        return ST_OK;
    MHD_stop_daemon(sim->daemon);
    return fail_set(fail, ST_SYSTEM, error, "thread: %s", strerror(error));
}

enum status sim_start(const struct sim_options *options, struct sim **out, struct fail *fail)
{
    raise_file_limit();
    struct sim *sim = sim_make(options);
    enum status st = set_faults(sim, options, fail);
    if (st == ST_OK)
        st = bill_new(options->ledger_file, &sim->bill, fail);
    if (st == ST_OK)
        st = start_daemon(sim, options, fail);
    if (st == ST_OK)
        st = start_thread(sim, fail);
    if (st != ST_OK) {
        sim_free(sim);
        return st;
    }
    *out = sim;
    return ST_OK;
}

const char *sim_url(const struct sim *sim)
{
    return sim->url;
}

int sim_port(const struct sim *sim)
{
    return sim->port;
}

void sim_totals(struct sim *sim, struct sim_totals *out)
{
    bill_totals(sim->bill, out);
}

void sim_stop(struct sim *sim)
{
    if (sim == NULL)
        return;
    atomic_store(&sim->stopping, true);
    pthread_join(sim->thread, NULL);
    MHD_stop_daemon(sim->daemon);
    sim_free(sim);
}
