/* Looks for the configuration file where people keep it and reads it once, for every command
 * alike. What a mistake in it is, the config room says; here it only gets its place in front.
 */
#include "cli/configured.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/near.h"

#define SYSTEM_FILE "/etc/ticketmill/ticketmill.yaml"
#define LOCAL_FILE  "ticketmill.yaml"

/* $XDG_CONFIG_HOME/ticketmill/ticketmill.yaml; NULL without a home. mem_free. */
static char *user_file(void)
{
    const char *folder = getenv("XDG_CONFIG_HOME");
    const char *below = "";
    struct buf path;

    if (folder == NULL || folder[0] != '/') {
        folder = getenv("HOME");
        below = "/.config";
    }
    if (folder == NULL || folder[0] == '\0')
        return NULL;
    buf_init(&path, SIZE_MAX);
    buf_fmt(&path, "%s%s/ticketmill/ticketmill.yaml", folder, below);
    return buf_take(&path, NULL);
}

static char *find_file(void)
{
    char *user;

    if (access(LOCAL_FILE, F_OK) == 0)
        return mem_str(LOCAL_FILE);
    user = user_file();
    if (user != NULL && access(user, F_OK) == 0)
        return user;
    mem_free(user);
    return access(SYSTEM_FILE, F_OK) == 0 ? mem_str(SYSTEM_FILE) : NULL;
}

static void print_errors(const char *path, const struct config_errors *errors)
{
    for (int i = 0; i < errors->count; i++) {
        const struct config_error *e = &errors->v[i];
        if (e->line > 0)
            fprintf(stderr, "%s:%d:%d: %s\n", path, e->line, e->column, e->text);
        else
            fprintf(stderr, "%s: %s\n", path, e->text);
    }
}

int cli_load_config(const char *path, enum config_need need, struct config **out)
{
    struct config_errors errors = {NULL, 0};
    char *found = path != NULL ? mem_str(path) : find_file();
    enum status st;

    if (found == NULL) {
        fputs("ticketmill: no configuration found: looked for ./" LOCAL_FILE
              ", ~/.config/ticketmill/ticketmill.yaml and " SYSTEM_FILE
              "; name one with --config FILE\n",
              stderr);
        return status_exit(ST_CONFIG);
    }
    st = config_load(found, need, out, &errors);
    if (st != ST_OK)
        print_errors(found, &errors);
    config_errors_deinit(&errors);
    mem_free(found);
    return st == ST_OK ? 0 : status_exit(st);
}

bool cli_config_found(void)
{
    char *found = find_file();

    mem_free(found);
    return found != NULL;
}

int cli_refuse_unbuilt(const struct config *c)
{
    struct buf text;
    int code = 0;

    buf_init(&text, SIZE_MAX);
    config_unbuilt(c, &text);
    if (text.n > 0) {
        fwrite(text.p, 1, text.n, stderr);
        code = status_exit(ST_CONFIG);
    }
    buf_deinit(&text);
    return code;
}

int cli_find_provider(const struct option_table *table, const struct config *c, const char *name,
                      int *out)
{
    const char *nearest = NULL;
    int least = NEAR_FAR, distance;

    *out = -1;
    for (int i = 0; name != NULL && i < c->provider_count; i++) {
        if (strcmp(name, c->providers[i].name) == 0)
            *out = i;
        if (near_match(slice_str(name), c->providers[i].name, &distance) && distance < least) {
            nearest = c->providers[i].name;
            least = distance;
        }
    }
    if (name == NULL || *out >= 0)
        return 0;
    return options_usage(table, "--only-provider: expected the name of a provider of %s%s%s",
                         c->path, nearest ? ", did you mean " : "", nearest ? nearest : "");
}
