/* Opening, spooling, hashing and re-reading an input file.
 *
 * The hash is the name of the source in the ledger, so it must be known before the first ticket is
 * taken, and the second reading must see the bytes that were hashed: a change of the file's times
 * has it hashed again at once, and its end is reached only with the same hash. No records here.
 */
#include "file/input.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/mem.h"

#define CHUNK_BYTES ((size_t)1 << 16)
enum { HEAD_BYTES = 8 };

struct file_input {
    int fd;
    char *name;
    bool spooled;
    struct stat seen; /* when its content was last known to be the hashed one */
    int64_t bytes;
    uint8_t hash[SHA256_SIZE];

    int64_t at;                /* of the reading under way */
    struct sha256_stream *sum; /* of what it has read; NULL = none is under way */
};

static enum status system_fail(const struct file_input *in, enum status st, struct fail *fail)
{
    return fail_set(fail, st, errno, "%s: %s", in->name, strerror(errno));
}

/* --- opening ------------------------------------------------------------------------------- */

static enum status open_spool(const char *folder, int *fd, struct fail *fail)
{
    struct buf path;

    buf_init(&path, 8192);
    buf_fmt(&path, "%s/.ticketmill-spool-XXXXXX", folder);
    *fd = path.failed ? -1 : mkostemp(path.p, O_CLOEXEC);
    enum status st = ST_OK;
    if (*fd < 0)
        st = fail_set(fail, ST_OUTPUT, errno, "%s: cannot be spooled to: %s", folder,
                      strerror(errno));
    else
        (void)unlink(path.p);
    buf_deinit(&path);
    return st;
}

static bool write_all(int fd, const char *p, size_t n)
{
    while (n > 0) {
        ssize_t done = write(fd, p, n);
        if (done < 0 && errno != EINTR)
            return false;
        if (done > 0) {
            p += done;
            n -= (size_t)done;
        }
    }
    return true;
}

/* Replaces in->fd by a file that holds everything that comes out of it. */
static enum status spool(struct file_input *in, const char *folder, struct fail *fail)
{
    int copy = -1;
    enum status st = open_spool(folder, &copy, fail);
    char *chunk = mem_alloc(CHUNK_BYTES);

    while (st == ST_OK) {
        ssize_t n = read(in->fd, chunk, CHUNK_BYTES);
        if (n == 0)
            break;
        if (n < 0 && errno != EINTR)
            st = system_fail(in, ST_USAGE, fail);
        else if (n > 0 && !write_all(copy, chunk, (size_t)n))
            st = fail_set(fail, ST_OUTPUT, errno, "%s: no room to spool %s: %s", folder, in->name,
                          strerror(errno));
    }
    mem_free(chunk);
    if (st != ST_OK) {
        if (copy >= 0)
            close(copy);
        return st;
    }
    close(in->fd);
    in->fd = copy;
    in->spooled = true;
    return ST_OK;
}

static enum status open_file(struct file_input *in, const char *path, const char *folder,
                             struct fail *fail)
{
    bool standard = strcmp(path, "-") == 0;

    in->name = mem_str(standard ? "standard input" : path);
    in->fd = standard ? fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3)
                      : open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    if (in->fd < 0 || fstat(in->fd, &in->seen) != 0)
        return system_fail(in, ST_USAGE, fail);
    if (S_ISDIR(in->seen.st_mode))
        return fail_set(fail, ST_USAGE, EISDIR, "%s: is a folder, expected a file", in->name);
    if (S_ISREG(in->seen.st_mode) && !standard)
        return ST_OK;
    enum status st = spool(in, folder, fail);
    if (st == ST_OK && fstat(in->fd, &in->seen) != 0)
        st = system_fail(in, ST_USAGE, fail);
    return st;
}

/* What people try first and what would only make dead letters. */
static enum status check_form(const struct file_input *in, struct fail *fail)
{
    static const struct {
        struct slice head;
        const char *what;
    } known[] = {
        {SLICE_LIT("\x1f\x8b"), "is compressed (gzip): zcat FILE | ticketmill run --input - …"},
        {SLICE_LIT("\x28\xb5\x2f\xfd"),
         "is compressed (zstd): zstdcat FILE | ticketmill run --input - …"},
        {SLICE_LIT("BZh"), "is compressed (bzip2): bzcat FILE | ticketmill run --input - …"},
        {SLICE_LIT("\xfd"
                   "7zXZ"),
         "is compressed (xz): xzcat FILE | ticketmill run --input - …"},
        {SLICE_LIT("PK\x03\x04"), "is an archive or a spreadsheet; save it as CSV (UTF-8) first"},
        {SLICE_LIT("\xff\xfe"), "is UTF-16; save it as UTF-8 first"},
        {SLICE_LIT("\xfe\xff"), "is UTF-16; save it as UTF-8 first"},
    };
    char head[HEAD_BYTES];
    ssize_t n = pread(in->fd, head, sizeof head, 0);

    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        if (n >= (ssize_t)known[i].head.n && memcmp(head, known[i].head.p, known[i].head.n) == 0)
            return fail_set(fail, ST_USAGE, 0, "%s: %s", in->name, known[i].what);
    }
    return ST_OK;
}

/* --- hashing ------------------------------------------------------------------------------- */

/* Of the first `bytes` bytes, or of all there are when it is -1; *bytes = how many. */
static enum status hash_content(const struct file_input *in, int64_t limit, int64_t *bytes,
                                uint8_t hash[SHA256_SIZE], struct fail *fail)
{
    struct sha256_stream *sum = sha256_begin();
    char *chunk = mem_alloc(CHUNK_BYTES);
    enum status st = ST_OK;
    int64_t at = 0;

    while (limit < 0 || at < limit) {
        size_t want = CHUNK_BYTES;
        if (limit >= 0 && limit - at < (int64_t)want)
            want = (size_t)(limit - at);
        ssize_t n = pread(in->fd, chunk, want, at);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            st = system_fail(in, ST_SYSTEM, fail);
        if (n <= 0)
            break;
        sha256_more(sum, chunk, (size_t)n);
        at += n;
    }
    mem_free(chunk);
    sha256_end(sum, hash);
    *bytes = at;
    return st;
}

static enum status changed(const struct file_input *in, struct fail *fail)
{
    return fail_set(fail, ST_CHANGED, 0,
                    "%s: was changed while it was read; run again: tickets that are still the same "
                    "are not paid for twice",
                    in->name);
}

static bool same_times(const struct stat *a, const struct stat *b)
{
    return a->st_size == b->st_size && a->st_mtim.tv_sec == b->st_mtim.tv_sec &&
           a->st_mtim.tv_nsec == b->st_mtim.tv_nsec && a->st_ctim.tv_sec == b->st_ctim.tv_sec &&
           a->st_ctim.tv_nsec == b->st_ctim.tv_nsec;
}

/* After a reading: was it of the content that was hashed? */
static enum status check_unchanged(struct file_input *in, struct fail *fail)
{
    uint8_t hash[SHA256_SIZE];
    int64_t bytes;
    struct stat now;

    if (in->spooled)
        return ST_OK;
    if (fstat(in->fd, &now) != 0)
        return system_fail(in, ST_SYSTEM, fail);
    if (same_times(&now, &in->seen))
        return ST_OK;
    enum status st = hash_content(in, in->bytes, &bytes, hash, fail);
    if (st == ST_OK && (bytes != in->bytes || memcmp(hash, in->hash, sizeof hash) != 0))
        st = changed(in, fail);
    in->seen = now;
    return st;
}

enum status file_input_open(const char *path, const char *spool_folder, struct file_input **out,
                            struct fail *fail)
{
    struct file_input *in = mem_zalloc(sizeof *in);

    in->fd = -1;
    enum status st = open_file(in, path, spool_folder, fail);
    if (st == ST_OK)
        st = check_form(in, fail);
    if (st == ST_OK)
        st = hash_content(in, -1, &in->bytes, in->hash, fail);
    if (st == ST_OK)
        *out = in;
    else
        file_input_free(in);
    return st;
}

void file_input_free(struct file_input *in)
{
    if (!in)
        return;
    file_input_rewind(in);
    if (in->fd >= 0)
        close(in->fd);
    mem_free(in->name);
    mem_free(in);
}

/* --- reading ------------------------------------------------------------------------------- */

const char *file_input_name(const struct file_input *in)
{
    return in->name;
}

int64_t file_input_bytes(const struct file_input *in)
{
    return in->bytes;
}

void file_input_hash(const struct file_input *in, char hex[SHA256_HEX_SIZE])
{
    sha256_hex(in->hash, hex);
}

bool file_input_is(const struct file_input *in, dev_t device, ino_t inode)
{
    return !in->spooled && in->seen.st_dev == device && in->seen.st_ino == inode;
}

void file_input_rewind(struct file_input *in)
{
    uint8_t unused[SHA256_SIZE];

    if (in->sum)
        sha256_end(in->sum, unused);
    in->sum = NULL;
    in->at = 0;
}

static enum status reached_end(struct file_input *in, struct fail *fail)
{
    uint8_t hash[SHA256_SIZE];

    if (!in->sum) /* of an empty file, or told before */
        return ST_OK;
    sha256_end(in->sum, hash);
    in->sum = NULL;
    return memcmp(hash, in->hash, sizeof hash) == 0 ? ST_OK : changed(in, fail);
}

enum status file_input_read(struct file_input *in, void *p, size_t size, size_t *got,
                            struct fail *fail)
{
    ssize_t n;

    *got = 0;
    if (in->bytes - in->at < (int64_t)size)
        size = (size_t)(in->bytes - in->at);
    if (size == 0)
        return reached_end(in, fail);
    do
        n = pread(in->fd, p, size, in->at);
    while (n < 0 && errno == EINTR);
    if (n < 0)
        return system_fail(in, ST_SYSTEM, fail);
    if (n == 0)
        return changed(in, fail);
    enum status st = check_unchanged(in, fail);
    if (st != ST_OK)
        return st;
    if (!in->sum)
        in->sum = sha256_begin();
    sha256_more(in->sum, p, (size_t)n);
    in->at += n;
    *got = (size_t)n;
    return ST_OK;
}
