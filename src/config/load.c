/* From a file name to an effective configuration, or to the list of all its mistakes.
 *
 * The order: read, parse, decode along the key table, check, read the prompt. Nothing here knows
 * a single key, save for the prompt's file.
 */
#include "config/load.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/utf8.h"
#include "config_embedded.h"

#define FILE_MAX   (1024 * 1024)
#define PROMPT_MAX (64 * 1024)

/* Whole file into b; 0 or an errno. EFBIG when it passes b's maximum. */
static int read_file(const char *path, struct buf *b)
{
    char chunk[8192];
    struct stat st;
    ssize_t n = 0;
    int fd = open(path, O_RDONLY | O_CLOEXEC);

    if (fd < 0)
        return errno;
    if (fstat(fd, &st) == 0 && S_ISDIR(st.st_mode)) {
        close(fd);
        return EISDIR;
    }
    while (!b->failed && ((n = read(fd, chunk, sizeof(chunk))) > 0 || (n < 0 && errno == EINTR)))
        if (n > 0)
            buf_add(b, chunk, (size_t)n);
    int err = n < 0 ? errno : b->failed ? EFBIG : 0;
    close(fd);
    return err;
}

/* Absolute folder of the file, without a '/' at the end unless it is the root. */
static const char *folder_of(struct arena *arena, const char *path)
{
    const char *slash = strrchr(path, '/');
    struct slice folder = slice_of(path, slash ? (size_t)(slash - path) : 0);
    struct buf b;

    buf_init(&b, 16 * 1024);
    if (path[0] != '/') {
        char *here = getcwd(NULL, 0);
        buf_str(&b, here ? here : "");
        free(here);
        if (folder.n > 0 && !slice_eq(folder, SLICE_LIT(".")))
            buf_char(&b, '/');
    }
    if (!slice_eq(folder, SLICE_LIT(".")))
        buf_slice(&b, folder);
    if (b.n == 0)
        buf_char(&b, '/');
    const char *result = arena_str(arena, buf_view(&b));
    buf_deinit(&b);
    return result;
}

/* ---- the prompt -------------------------------------------------------------------------- */

static bool is_placeholder(struct slice text)
{
    static const char *const known[] = {"{{categories}}", "{{summary}}", "{{example}}"};

    for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++) {
        size_t n = strlen(known[i]);
        if (text.n >= n && memcmp(text.p, known[i], n) == 0)
            return true;
    }
    return false;
}

static void check_prompt(struct load *l, const struct node *at, struct slice text)
{
    struct slice left = text;
    ptrdiff_t found;

    if (slice_find(text, SLICE_LIT("{{categories}}")) < 0)
        mistake(l, at, NULL, "the prompt has no {{categories}} in it");
    while ((found = slice_find(left, SLICE_LIT("{{"))) >= 0) {
        left = slice_of(left.p + found, left.n - (size_t)found);
        if (!is_placeholder(left)) {
            mistake(l, at, NULL,
                    "the prompt has an unknown placeholder at byte %zu, expected {{categories}}, "
                    "{{summary}} or {{example}}",
                    (size_t)(left.p - text.p));
            return;
        }
        left = slice_of(left.p + 2, left.n - 2);
    }
}

static void read_prompt(struct load *l, const struct node *root)
{
    struct config_classification *k = &l->config->classification;
    const struct node *at = node_get(node_get(root, "classification"), "prompt");
    struct buf b;

    k->prompt_text = prompt_classify_default;
    if (l->built_in)
        k->prompt_path = NULL;
    if (!k->prompt_path)
        return;
    buf_init(&b, PROMPT_MAX);
    path_push(l, "classification.prompt");
    int err = read_file(k->prompt_path, &b);
    if (err == EFBIG)
        mistake(l, at, NULL, "the prompt is larger than 64 KiB");
    else if (err)
        mistake(l, at, NULL, "the file cannot be read: %s", strerror(err));
    else if (!utf8_valid(buf_view(&b)) || memchr(b.p, '\0', b.n))
        mistake(l, at, NULL, "the prompt is not valid UTF-8");
    else {
        check_prompt(l, at, buf_view(&b));
        k->prompt_text = arena_str(l->arena, buf_view(&b));
    }
    path_pop(l, 0);
    buf_deinit(&b);
}

/* ---- loading ----------------------------------------------------------------------------- */

static int by_position(const void *a, const void *b)
{
    const struct config_error *x = a, *y = b;

    if (x->line != y->line)
        return x->line < y->line ? -1 : 1;
    if (x->column != y->column)
        return x->column < y->column ? -1 : 1;
    return strcmp(x->text, y->text);
}

static void decode_file(struct load *l, struct slice text)
{
    struct yaml_error error;
    struct node *root = NULL;

    if (yaml_parse(text, l->arena, &root, &error) != ST_OK) {
        mistake(l, &(struct node){.line = error.line, .column = error.column}, NULL, "%s",
                error.text);
        return;
    }
    if (root && node_is_null(root)) /* only comments */
        root = NULL;
    if (root && root->kind != NODE_MAP) {
        mistake(l, root, NULL, "expected a mapping of keys at the top");
        return;
    }
    decode_section(l, &key_root, root, l->config);
    read_prompt(l, root);
}

/* An empty configuration that claims to stand at that path. */
static struct config *begin(struct load *l, const char *path)
{
    struct config *c = mem_zalloc(sizeof(*c));

    *l->errors = (struct config_errors){0};
    c->impl = mem_zalloc(sizeof(*c->impl));
    arena_init(&c->impl->arena);
    l->config = c;
    l->arena = &c->impl->arena;
    l->folder = folder_of(l->arena, path);
    c->path = arena_str(l->arena, slice_str(path));
    return c;
}

static enum status end(struct load *l, struct config **out)
{
    struct config_errors *errors = l->errors;

    if (errors->count > 0) {
        qsort(errors->v, (size_t)errors->count, sizeof(*errors->v), by_position);
        config_free(l->config);
        return ST_CONFIG;
    }
    *out = l->config;
    return ST_OK;
}

enum status config_load(const char *path, enum config_need need, struct config **out,
                        struct config_errors *errors)
{
    struct load l = {.errors = errors, .need = need};
    struct buf text;

    begin(&l, path);
    buf_init(&text, FILE_MAX);
    int err = read_file(path, &text);
    if (err == EFBIG)
        mistake(&l, NULL, NULL, "the file is larger than 1 MiB");
    else if (err)
        mistake(&l, NULL, NULL, "cannot be read: %s", strerror(err));
    else
        decode_file(&l, buf_view(&text));
    buf_deinit(&text);
    return end(&l, out);
}

enum status config_load_text(struct slice text, struct config **out, struct config_errors *errors)
{
    struct load l = {.errors = errors, .need = CONFIG_FOR_FILE, .built_in = true};

    begin(&l, "(built in)");
    decode_file(&l, text);
    return end(&l, out);
}

enum status config_built_in(struct config **out, struct config_errors *errors)
{
    return config_load_text(slice_str(config_shipped), out, errors);
}

void config_free(struct config *c)
{
    if (!c)
        return;
    config_free(c->impl->lent);
    arena_deinit(&c->impl->arena);
    mem_free(c->impl->set);
    mem_free(c->impl);
    mem_free(c);
}
