/* The breadcrumb file: one page, mapped shared, so that the kernel keeps what was last written
 * there when the process dies, without a system call per ticket.
 *
 * It survives a dying process, not a dying machine; after a power cut there is no suspect, which
 * is right: no ticket caused it. The count is written last on setting and first on clearing, so
 * that a death in between reads as fewer suspects, never as garbage.
 */
#include "ledger/crumb.h"

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/mem.h"
#include "ledger/place.h"

#define CRUMB_MAGIC 0x31424d52434d54ULL /* "TMCRMB1" */

struct page {
    uint64_t magic;
    _Atomic uint32_t count;
    uint32_t unused;
    struct pos tickets[CRUMB_MAX];
};

struct crumb {
    struct page *page;
};

static void make_ours(struct page *p)
{
    if (p->magic == CRUMB_MAGIC)
        return;
    memset(p, 0, sizeof(*p));
    p->magic = CRUMB_MAGIC;
}

static enum status map_file(const char *name, struct page **out, struct fail *fail)
{
    int fd = open(name, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    void *at = MAP_FAILED;

    /* Blocks are allocated now: on a full disk a later write to the map would raise SIGBUS. */
    int rc = fd < 0 ? errno : posix_fallocate(fd, 0, sizeof(struct page));
    if (rc == 0) {
        at = mmap(NULL, sizeof(struct page), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
        rc = at == MAP_FAILED ? errno : 0;
    }
    if (fd >= 0)
        close(fd);
    if (rc != 0)
        return fail_set(fail, ST_LEDGER_IO, rc, "%s: %s", name, strerror(rc));
    *out = at;
    return ST_OK;
}

enum status crumb_open(const char *ledger_path, struct crumb **out, struct fail *fail)
{
    char *path = NULL;
    struct page *page = NULL;
    enum status st = place_resolve(ledger_path, &path, fail);

    if (st != ST_OK)
        return st;
    char *name = place_name(path, ".crumb");
    st = map_file(name, &page, fail);
    mem_free(name);
    mem_free(path);
    if (st != ST_OK)
        return st;
    make_ours(page);
    struct crumb *c = mem_zalloc(sizeof(*c));
    c->page = page;
    *out = c;
    return ST_OK;
}

void crumb_close(struct crumb *c)
{
    if (!c)
        return;
    crumb_clear(c);
    munmap(c->page, sizeof(*c->page));
    mem_free(c);
}

size_t crumb_take(struct crumb *c, struct pos out[CRUMB_MAX])
{
    size_t n = atomic_load_explicit(&c->page->count, memory_order_acquire);
    size_t good = 0;

    for (size_t i = 0; n <= CRUMB_MAX && i < n; i++) {
        struct pos p = c->page->tickets[i];
        if (p.source >= 0 && p.partition >= 0 && p.offset >= 0)
            out[good++] = p;
    }
    crumb_clear(c);
    return good;
}

void crumb_set(struct crumb *c, const struct pos *tickets, size_t count)
{
    size_t n = count < CRUMB_MAX ? count : CRUMB_MAX;

    crumb_clear(c);
    memcpy(c->page->tickets, tickets, n * sizeof(*tickets));
    atomic_store(&c->page->count, (uint32_t)n);
}

void crumb_clear(struct crumb *c)
{
    atomic_store(&c->page->count, 0);
}
