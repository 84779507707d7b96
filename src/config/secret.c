/* What a loaded configuration points at: the provider's key, the ledger's file.
 *
 * Keys are read when they are needed, not at load, so that a rotated file is seen. They never
 * appear in an error text.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "config/config.h"

#define KEY_MAX_BYTES 8192

/* Ends the key at its last visible character; false when it is not printable ASCII or empty. */
static bool trim_key(char *key, size_t n)
{
    while (n > 0 && (key[n - 1] == ' ' || (key[n - 1] >= '\t' && key[n - 1] <= '\r')))
        n--;
    key[n] = '\0';
    for (size_t i = 0; i < n; i++) {
        if (key[i] < '!' || key[i] > '~')
            return false;
    }
    return n > 0;
}

static enum status read_key(int fd, const char *path, char *key, size_t *n, struct fail *fail)
{
    struct stat st;

    if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode))
        return fail_set(fail, ST_CONFIG, 0, "key_file %s is no regular file", path);
    if (st.st_mode & S_IROTH)
        return fail_set(fail, ST_CONFIG, 0, "key_file %s can be read by everybody: chmod o-r",
                        path);
    ssize_t got;
    *n = 0;
    while (*n < KEY_MAX_BYTES && (got = read(fd, key + *n, KEY_MAX_BYTES - *n)) != 0) {
        if (got < 0 && errno != EINTR)
            return fail_set(fail, ST_CONFIG, errno, "key_file %s cannot be read: %s", path,
                            strerror(errno));
        *n += got > 0 ? (size_t)got : 0;
    }
    return ST_OK;
}

static enum status key_of_file(const char *path, char *key, size_t *n, struct fail *fail)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);

    if (fd < 0)
        return fail_set(fail, ST_CONFIG, errno, "key_file %s cannot be opened: %s", path,
                        strerror(errno));
    enum status st = read_key(fd, path, key, n, fail);
    close(fd);
    return st;
}

static enum status key_of_environment(const char *name, char *key, size_t *n, struct fail *fail)
{
    const char *value = getenv(name);

    if (!value)
        return fail_set(fail, ST_CONFIG, 0,
                        "the environment variable %s (key_env) is not set; set it, or leave the "
                        "provider out (--only-provider NAME, or no tier with a model of it)",
                        name);
    *n = strnlen(value, KEY_MAX_BYTES);
    memcpy(key, value, *n);
    return ST_OK;
}

enum status config_key(const struct config_provider *p, char **out, struct fail *fail)
{
    enum status st;
    size_t n = 0;

    if (!p->key_env && !p->key_file) {
        *out = NULL;
        return ST_OK;
    }
    char *key = mem_zalloc(KEY_MAX_BYTES + 1);
    st = p->key_file ? key_of_file(p->key_file, key, &n, fail)
                     : key_of_environment(p->key_env, key, &n, fail);
    if (st == ST_OK && n == KEY_MAX_BYTES)
        st = fail_set(fail, ST_CONFIG, 0, "the key of provider %s is longer than 8 KiB", p->name);
    else if (st == ST_OK && !trim_key(key, n))
        st = fail_set(fail, ST_CONFIG, 0, "the key in %s is empty or not printable ASCII",
                      p->key_file ? p->key_file : p->key_env);
    if (st == ST_OK)
        *out = mem_str(key);
    explicit_bzero(key, KEY_MAX_BYTES);
    mem_free(key);
    if (st != ST_OK)
        fail_context(fail, "provider %s", p->name);
    return st;
}

enum status config_key_check(const struct config_provider *p, struct fail *fail)
{
    char *key = NULL;
    enum status st = config_key(p, &key, fail);
    if (key)
        explicit_bzero(key, strlen(key));
    mem_free(key);
    return st;
}

static bool starts_with(const char *p, const char *prefix)
{
    return strncmp(p, prefix, strlen(prefix)) == 0;
}

/* Where ".db" begins, or the end of the name. */
static const char *extension(const char *path)
{
    const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
    const char *dot = strrchr(name, '.');
    return dot && dot > name ? dot : path + strlen(path);
}

char *config_campaign_path(const char *ledger_path, const char *campaign)
{
    const char *dot = extension(ledger_path);
    struct buf out;
    size_t n;

    buf_init(&out, 64 * 1024);
    buf_add(&out, ledger_path, (size_t)(dot - ledger_path));
    buf_fmt(&out, "-%s%s", campaign, dot);
    return buf_take(&out, &n);
}

char *config_ledger_path(const struct config *c, int shard, const char *campaign)
{
    bool named = strstr(c->ledger.path, "{campaign}") != NULL;
    struct buf out;
    size_t n;

    buf_init(&out, 64 * 1024);
    for (const char *p = c->ledger.path; *p;) {
        if (starts_with(p, "{shard}")) {
            buf_i64(&out, shard);
            p += strlen("{shard}");
        } else if (starts_with(p, "{campaign}")) {
            buf_str(&out, campaign ? campaign : "");
            p += strlen("{campaign}");
        } else {
            buf_char(&out, *p++);
        }
    }
    char *path = buf_take(&out, &n);
    if (!campaign || named)
        return path;
    char *whole = config_campaign_path(path, campaign);
    mem_free(path);
    return whole;
}
