/*
 * C11 threads on top of POSIX threads, for MODE=tsan only.
 *
 * GCC 12's ThreadSanitizer does not know thrd_create and crashes in a thread started by it, and
 * Debian's librdkafka starts all of its threads that way. These definitions in the program come
 * before those of libc, so that librdkafka's threads, locks and conditions are ones the sanitizer
 * sees. In glibc a mtx_t is a pthread_mutex_t inside and a cnd_t a pthread_cond_t; the assertions
 * below hold us to it. Only what librdkafka uses is here.
 */
#include <assert.h>
#include <errno.h>
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <threads.h>

static_assert(sizeof(mtx_t) == sizeof(pthread_mutex_t), "a mtx_t holds a pthread_mutex_t");
static_assert(sizeof(cnd_t) == sizeof(pthread_cond_t), "a cnd_t holds a pthread_cond_t");
static_assert(sizeof(thrd_t) == sizeof(pthread_t), "a thrd_t is a pthread_t");
static_assert(sizeof(once_flag) == sizeof(pthread_once_t), "a once_flag is a pthread_once_t");

struct start {
    thrd_start_t run;
    void *arg;
};

static int outcome(int err)
{
    if (err == 0)
        return thrd_success;
    if (err == ETIMEDOUT)
        return thrd_timedout;
    if (err == EBUSY)
        return thrd_busy;
    return err == ENOMEM ? thrd_nomem : thrd_error;
}

static void *run_thread(void *arg)
{
    struct start start = *(struct start *)arg;
    free(arg);
    return (void *)(intptr_t)start.run(start.arg);
}

int thrd_create(thrd_t *thread, thrd_start_t run, void *arg)
{
    struct start *start = malloc(sizeof(*start));
    if (!start)
        return thrd_nomem;
    *start = (struct start){run, arg};
    int err = pthread_create(thread, NULL, run_thread, start);
    if (err)
        free(start);
    return outcome(err);
}

int thrd_join(thrd_t thread, int *result)
{
    void *value;
    int err = pthread_join(thread, &value);
    if (!err && result)
        *result = (int)(intptr_t)value;
    return outcome(err);
}

int mtx_init(mtx_t *mutex, int type)
{
    pthread_mutexattr_t attr;
    pthread_mutexattr_init(&attr);
    if (type & mtx_recursive)
        pthread_mutexattr_settype(&attr, PTHREAD_MUTEX_RECURSIVE);
    int err = pthread_mutex_init((pthread_mutex_t *)mutex, &attr);
    pthread_mutexattr_destroy(&attr);
    return outcome(err);
}

int mtx_lock(mtx_t *mutex)
{
    return outcome(pthread_mutex_lock((pthread_mutex_t *)mutex));
}

int mtx_unlock(mtx_t *mutex)
{
    return outcome(pthread_mutex_unlock((pthread_mutex_t *)mutex));
}

void mtx_destroy(mtx_t *mutex)
{
    pthread_mutex_destroy((pthread_mutex_t *)mutex);
}

int cnd_init(cnd_t *cond)
{
    return outcome(pthread_cond_init((pthread_cond_t *)cond, NULL));
}

int cnd_signal(cnd_t *cond)
{
    return outcome(pthread_cond_signal((pthread_cond_t *)cond));
}

int cnd_broadcast(cnd_t *cond)
{
    return outcome(pthread_cond_broadcast((pthread_cond_t *)cond));
}

int cnd_wait(cnd_t *cond, mtx_t *mutex)
{
    return outcome(pthread_cond_wait((pthread_cond_t *)cond, (pthread_mutex_t *)mutex));
}

int cnd_timedwait(cnd_t *cond, mtx_t *mutex, const struct timespec *until)
{
    return outcome(pthread_cond_timedwait((pthread_cond_t *)cond, (pthread_mutex_t *)mutex, until));
}

void cnd_destroy(cnd_t *cond)
{
    pthread_cond_destroy((pthread_cond_t *)cond);
}

void call_once(once_flag *flag, void (*run)(void))
{
    pthread_once((pthread_once_t *)flag, run);
}
