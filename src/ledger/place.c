/* Where the ledger file lives: resolving its name, locking it, refusing unsafe places.
 *
 * All of this happens before SQLite sees the file, because SQLite would follow links, create what
 * is missing and trust any file system. The database itself is opened in open.c.
 */
#include "ledger/place.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/mem.h"

char *place_name(const char *path, const char *suffix)
{
    struct buf b;

    buf_init(&b, PATH_MAX * 2);
    buf_str(&b, path);
    buf_str(&b, suffix);
    return buf_take(&b, NULL);
}

char *place_uri(const char *path, const char *parameters)
{
    struct buf b;

    buf_init(&b, PATH_MAX * 4);
    buf_str(&b, "file:");
    for (const char *c = path; *c; c++) {
        if (*c == '?' || *c == '#' || *c == '%')
            buf_fmt(&b, "%%%02x", (unsigned)*c);
        else
            buf_char(&b, *c);
    }
    buf_char(&b, '?');
    buf_str(&b, parameters);
    return buf_take(&b, NULL);
}

/* The directory part, "." when there is none; mem_free. */
static char *directory_of(const char *path)
{
    const char *slash = strrchr(path, '/');

    if (!slash)
        return mem_str(".");
    return mem_slice(slice_of(path, slash == path ? 1 : (size_t)(slash - path)));
}

enum status place_resolve(const char *path, char **resolved, struct fail *fail)
{
    char real[PATH_MAX];

    if (realpath(path, real)) {
        *resolved = mem_str(real);
        return ST_OK;
    }
    if (errno != ENOENT)
        return fail_set(fail, ST_LEDGER_IO, errno, "%s: %s", path, strerror(errno));
    char *dir = directory_of(path);
    const char *slash = strrchr(path, '/');
    const char *base = slash ? slash + 1 : path;
    enum status st = ST_OK;
    if (!*base)
        st = fail_set(fail, ST_LEDGER_IO, EISDIR, "%s: names a directory, not a file", path);
    else if (!realpath(dir, real))
        st = fail_set(fail, ST_LEDGER_IO, errno, "%s: %s (make this directory first)", dir,
                      strerror(errno));
    if (st == ST_OK) {
        char *tail = place_name("/", base);
        *resolved = place_name(strcmp(real, "/") == 0 ? "" : real, tail);
        mem_free(tail);
    }
    mem_free(dir);
    return st;
}

bool place_is_network(int64_t fs_type)
{
    static const int64_t network[] = {
        0x6969,     /* NFS */
        0x517b,     /* SMB */
        0xff534d42, /* CIFS */
        0xfe534d42, /* SMB2 */
        0x564c,     /* NCP */
        0x5346414f, /* AFS */
        0x6b414653, /* kAFS */
        0x73757245, /* Coda */
        0x01021997, /* 9p */
        0x65735546, /* FUSE: sshfs, s3fs, gcsfuse, GlusterFS */
        0x00c36400, /* Ceph */
        0x01161970, /* GFS2 */
        0x7461636f, /* OCFS2 */
        0x0bd00bd0, /* Lustre */
        0x47504653, /* GPFS */
        0x19830326, /* BeeGFS */
        0x786f4256, /* VirtualBox shared folder */
        0xbacbacbc, /* VMware shared folder */
        0xaad7aaea, /* PanFS */
    };

    for (size_t i = 0; i < sizeof(network) / sizeof(*network); i++)
        if (network[i] == (fs_type & 0xffffffff))
            return true;
    return false;
}

enum status place_check_fs(const char *path, struct fail *fail)
{
    char *dir = directory_of(path);
    struct statfs fs;
    enum status st = ST_OK;

    if (statfs(dir, &fs) != 0)
        st = fail_set(fail, ST_LEDGER_IO, errno, "%s: %s", dir, strerror(errno));
    else if (place_is_network((int64_t)fs.f_type))
        st = fail_set(fail, ST_LEDGER_IO, 0,
                      "%s: on a network or FUSE file system (type 0x%llx); a ledger needs a local "
                      "disk, on Kubernetes a volume of mode ReadWriteOnce",
                      path, (unsigned long long)fs.f_type & 0xffffffffULL);
    mem_free(dir);
    return st;
}

static void read_holder(int fd, char out[24])
{
    ssize_t n = pread(fd, out, 23, 0);

    out[n > 0 ? n : 0] = '\0';
    out[strspn(out, "0123456789")] = '\0';
}

enum status place_lock(const char *path, int *fd, struct fail *fail)
{
    char *name = place_name(path, ".lock");
    int lock = open(name, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    enum status st = ST_OK;

    if (lock < 0) {
        st = fail_set(fail, ST_LEDGER_IO, errno, "%s: %s", name, strerror(errno));
    } else if (flock(lock, LOCK_EX | LOCK_NB) != 0) {
        char holder[24];
        read_holder(lock, holder);
        if (errno == EWOULDBLOCK)
            st = fail_set(fail, ST_LOCKED, EWOULDBLOCK,
                          "%s: in use by another run (process %s holds the lock %s)", path,
                          *holder ? holder : "unknown", name);
        else
            st = fail_set(fail, ST_LEDGER_IO, errno, "%s: %s", name, strerror(errno));
        close(lock);
    } else {
        char text[PLACE_LOCK_BYTES + 1];
        snprintf(text, sizeof(text), "%-*ld\n", PLACE_LOCK_BYTES - 1, (long)getpid());
        /* For the message above only: not written is as good. */
        if (pwrite(lock, text, PLACE_LOCK_BYTES, 0) != PLACE_LOCK_BYTES)
            errno = 0;
        *fd = lock;
    }
    mem_free(name);
    return st;
}

enum status place_check_file(const char *path, bool *exists, int64_t *bytes, struct fail *fail)
{
    struct stat s;

    if (lstat(path, &s) != 0) {
        if (errno != ENOENT)
            return fail_set(fail, ST_LEDGER_IO, errno, "%s: %s", path, strerror(errno));
        *exists = false;
        *bytes = 0;
        return ST_OK;
    }
    if (!S_ISREG(s.st_mode))
        return fail_set(fail, ST_LEDGER_STATE, 0, "%s: is no plain file", path);
    if (s.st_nlink != 1)
        return fail_set(fail, ST_LEDGER_STATE, 0,
                        "%s: has %lu names (hard links), which one lock does not cover", path,
                        (unsigned long)s.st_nlink);
    if ((s.st_mode & 0007) || ((s.st_mode & 0070) && s.st_gid != getegid()))
        return fail_set(fail, ST_LEDGER_STATE, 0,
                        "%s: mode %03o lets others at it, expected 600 (or 660 with our own "
                        "group); chmod 600 it",
                        path, (unsigned)s.st_mode & 0777);
    if (s.st_size == 0)
        return fail_set(fail, ST_LEDGER_STATE, 0,
                        "%s: is empty, so it is no ledger any more; restore a backup, run `ledger "
                        "rebuild`, or remove it",
                        path);
    *exists = true;
    *bytes = s.st_size;
    return ST_OK;
}

enum status place_make(const char *path, struct fail *fail)
{
    char *journal = place_name(path, "-journal");

    (void)unlink(journal);
    (void)unlink(path);
    mem_free(journal);
    int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0)
        return fail_set(fail, ST_LEDGER_IO, errno, "%s: %s", path, strerror(errno));
    close(fd);
    return ST_OK;
}

enum status place_put(const char *from, const char *to, struct fail *fail)
{
    static const char *const leftovers[] = {"-wal", "-shm", "-journal"};

    for (size_t i = 0; i < sizeof(leftovers) / sizeof(*leftovers); i++) {
        char *name = place_name(to, leftovers[i]);
        (void)unlink(name);
        mem_free(name);
    }
    char *dir = directory_of(to);
    int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    enum status st = ST_OK;
    if (fd < 0 || rename(from, to) != 0 || fsync(fd) != 0)
        st = fail_set(fail, ST_LEDGER_IO, errno, "%s: %s", to, strerror(errno));
    if (fd >= 0)
        close(fd);
    mem_free(dir);
    return st;
}

enum status place_reserve(const char *path, struct fail *fail)
{
    char *name = place_name(path, ".reserve");
    int fd = open(name, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    int rc = fd < 0 ? errno : posix_fallocate(fd, 0, RESERVE_BYTES);
    enum status st = ST_OK;

    if (fd >= 0)
        close(fd);
    if (rc != 0) {
        st = fail_set(fail, ST_LEDGER_IO, rc,
                      "%s: %s (%d MiB are put aside to end a run in order on a full disk)", name,
                      strerror(rc), RESERVE_BYTES >> 20);
        (void)unlink(name);
    }
    mem_free(name);
    return st;
}

void place_give_up_reserve(const char *path)
{
    char *name = place_name(path, ".reserve");

    (void)unlink(name);
    mem_free(name);
}
