/* Writing a file so that nobody ever reads half of it.
 *
 * The temporary file has a fixed name: what a killed run left is taken over by the next one, and
 * its lock tells two runs apart that would write the same file. What goes in is rows.c's.
 */
#include "file/output.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/mem.h"
#include "file/format.h"

#define FLUSH_BYTES ((size_t)1 << 16)

struct file_output {
    char *name;   /* for people */
    char *path;   /* of the place, without links; NULL = written to directly */
    char *folder; /* of it */
    char *part;   /* the temporary file; NULL once it is renamed */
    int fd;
    struct buf pending;
    int error; /* errno of the first failure */
};

/* --- places -------------------------------------------------------------------------------- */

static const char *base_of(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash ? slash + 1 : path;
}

static char *join(const char *folder, const char *before, const char *base, const char *behind)
{
    struct buf b;

    buf_init(&b, (size_t)PATH_MAX * 2);
    buf_fmt(&b, "%s%s%s%s%s", strcmp(folder, "/") == 0 ? "" : folder, "/", before, base, behind);
    return buf_take(&b, NULL);
}

/* Without links; the last part need not exist. NULL with errno. mem_free. */
static char *resolve(const char *path)
{
    char real[PATH_MAX];

    if (realpath(path, real))
        return mem_str(real);
    if (errno != ENOENT)
        return NULL;
    char *folder = file_folder(path);
    const char *found = realpath(folder, real);
    mem_free(folder);
    if (!found)
        return NULL;
    if (!*base_of(path)) {
        errno = EISDIR;
        return NULL;
    }
    return join(real, "", base_of(path), "");
}

static enum status io_fail(const struct file_output *o, int error, struct fail *fail)
{
    return fail_set(fail, ST_OUTPUT, error, "%s: cannot be written: %s", o->name, strerror(error));
}

/* --- opening ------------------------------------------------------------------------------- */

/* The temporary file, empty and locked. One that another run renames or removes between our open
 * and our lock is not ours: once more. One that somebody else put there, never. */
static enum status open_part(struct file_output *o, mode_t mode, struct fail *fail)
{
    struct stat ours, there;

    for (int tries = 0; tries < 10; tries++) {
        o->fd = open(o->part, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, mode);
        if (o->fd < 0)
            return io_fail(o, errno, fail);
        if (flock(o->fd, LOCK_EX | LOCK_NB) != 0)
            return fail_set(fail, ST_LOCKED, errno, "%s: another run is about to write it",
                            o->name);
        if (fstat(o->fd, &ours) != 0)
            return io_fail(o, errno, fail);
        if (ours.st_uid != geteuid() || ours.st_nlink > 1)
            return io_fail(o, EPERM, fail);
        if (stat(o->part, &there) == 0 && ours.st_ino == there.st_ino &&
            ours.st_dev == there.st_dev)
            return ftruncate(o->fd, 0) == 0 ? ST_OK : io_fail(o, errno, fail);
        close(o->fd);
        o->fd = -1;
    }
    return io_fail(o, EAGAIN, fail);
}

static enum status open_file(struct file_output *o, const char *path, struct fail *fail)
{
    struct stat s;
    mode_t mode = 0666;
    bool exists = stat(path, &s) == 0;

    if (exists && S_ISDIR(s.st_mode))
        return io_fail(o, EISDIR, fail);
    if (exists && !S_ISREG(s.st_mode)) {
        o->fd = open(path, O_WRONLY | O_CLOEXEC | O_NOCTTY);
        return o->fd >= 0 ? ST_OK : io_fail(o, errno, fail);
    }
    o->path = resolve(path);
    if (!o->path)
        return io_fail(o, errno, fail);
    o->folder = file_folder(o->path);
    o->part = join(o->folder, ".", base_of(o->path), ".part");
    if (exists)
        mode = s.st_mode & 0777;
    enum status st = open_part(o, mode, fail);
    if (st == ST_OK && exists && fchmod(o->fd, mode) != 0)
        st = io_fail(o, errno, fail);
    return st;
}

enum status file_output_open(const char *path, struct file_output **out, struct fail *fail)
{
    struct file_output *o = mem_zalloc(sizeof *o);
    bool standard = strcmp(path, "-") == 0;
    enum status st = ST_OK;

    o->fd = -1;
    o->name = mem_str(standard ? "standard output" : path);
    buf_init(&o->pending, SIZE_MAX);
    if (!standard) {
        st = open_file(o, path, fail);
    } else {
        o->fd = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3);
        if (o->fd < 0)
            st = io_fail(o, errno, fail);
    }
    if (st == ST_OK) {
        *out = o;
        return ST_OK;
    }
    if (st == ST_LOCKED) { /* the other run's */
        mem_free(o->part);
        o->part = NULL;
    }
    file_output_free(o);
    return st;
}

void file_output_free(struct file_output *o)
{
    if (!o)
        return;
    if (o->part && o->fd >= 0)
        (void)unlink(o->part);
    if (o->fd >= 0)
        close(o->fd);
    buf_deinit(&o->pending);
    mem_free(o->part);
    mem_free(o->folder);
    mem_free(o->path);
    mem_free(o->name);
    mem_free(o);
}

/* --- asking -------------------------------------------------------------------------------- */

const char *file_output_name(const struct file_output *o)
{
    return o->name;
}

bool file_output_is_input(const struct file_output *o, const struct file_input *in)
{
    struct stat s;

    return o->path && stat(o->path, &s) == 0 && file_input_is(in, s.st_dev, s.st_ino);
}

bool file_output_is(const struct file_output *o, const char *path)
{
    if (!o->path)
        return false;
    char *other = resolve(path);
    bool same = other && strcmp(other, o->path) == 0;
    mem_free(other);
    return same;
}

/* --- writing ------------------------------------------------------------------------------- */

static void flush(struct file_output *o)
{
    size_t done = 0;

    while (!o->error && done < o->pending.n) {
        ssize_t n = write(o->fd, o->pending.p + done, o->pending.n - done);
        if (n < 0 && errno != EINTR)
            o->error = errno;
        if (n > 0)
            done += (size_t)n;
    }
    buf_clear(&o->pending);
}

void file_output_add(struct file_output *o, struct slice bytes)
{
    buf_slice(&o->pending, bytes);
    if (o->pending.n >= FLUSH_BYTES)
        flush(o);
}

static int sync_folder(const char *folder)
{
    int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    int error = fd < 0 || fsync(fd) != 0 ? errno : 0;

    if (fd >= 0)
        close(fd);
    return error == EINVAL ? 0 : error; /* a file system without that */
}

enum status file_output_commit(struct file_output *o, struct fail *fail)
{
    flush(o);
    if (o->error)
        return io_fail(o, o->error, fail);
    if (!o->path)
        return ST_OK;
    if (fsync(o->fd) != 0 || rename(o->part, o->path) != 0)
        return io_fail(o, errno, fail);
    mem_free(o->part);
    o->part = NULL;
    int error = sync_folder(o->folder);
    return error == 0 ? ST_OK : io_fail(o, error, fail);
}
