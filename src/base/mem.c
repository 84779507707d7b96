/* All allocation of the program: thin wrappers over malloc that leave the process when memory
 * cannot be had. The message is written with write(2) from a constant, since nothing that
 * allocates can be trusted any more; _exit skips atexit handlers for the same reason.
 * No pooling, no accounting: arena.c and buf.c do what is wanted of that.
 */
#include "base/mem.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define CACHED_BYTES 1024

static atomic_long allowed = -1; /* allocations left before the planned failure; -1 = no plan */

static _Noreturn void out_of_memory(void)
{
    static const char line[] = "ticketmill: out of memory\n";
    ssize_t ignored = write(STDERR_FILENO, line, sizeof line - 1);
    (void)ignored;
    _exit(1);
}

static void *checked(void *p)
{
    if (!p)
        out_of_memory();
    return p;
}

static void count_down(void)
{
    if (atomic_load_explicit(&allowed, memory_order_relaxed) < 0)
        return;
    if (atomic_fetch_sub(&allowed, 1) == 0)
        out_of_memory();
}

static size_t product(size_t count, size_t size)
{
    size_t n;
    if (__builtin_mul_overflow(count, size, &n))
        out_of_memory();
    return n;
}

void *mem_alloc(size_t n)
{
    count_down();
    return checked(malloc(n ? n : 1));
}

/* Small ones come from the cache of the calling thread, which calloc passes by. */
void *mem_zalloc(size_t n)
{
    if (n <= CACHED_BYTES)
        return memset(mem_alloc(n), 0, n);
    count_down();
    return checked(calloc(1, n));
}

void *mem_array(size_t count, size_t size)
{
    return mem_zalloc(product(count, size));
}

void *mem_grow(void *p, size_t count, size_t size)
{
    size_t n = product(count, size);
    count_down();
    return checked(realloc(p, n ? n : 1));
}

void mem_free(void *p)
{
    free(p);
}

char *mem_str(const char *s)
{
    return mem_slice(slice_str(s));
}

char *mem_slice(struct slice s)
{
    if (!s.p)
        return NULL;
    char *copy = mem_alloc(s.n + 1);
    memcpy(copy, s.p, s.n);
    copy[s.n] = '\0';
    return copy;
}

void mem_fail_after(long n)
{
    atomic_store(&allowed, n);
}
