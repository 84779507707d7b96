/* Opens the ledgers that `report` and `show` read, from --ledger or from the configuration, and
 * puts the process into the time zone whose dates they print.
 */
#include "cli/ledgers.h"

#include <stdio.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/zone.h"
#include "cli/configured.h"
#include "config/text.h"

#define MAX_SHARDS 10000

static int open_reader(const char *command, const char *path, struct ledger_reader ***readers,
                       size_t *count)
{
    struct ledger_reader *r;
    struct fail fail;
    enum status st = ledger_reader_open(path, &r, &fail);
    if (st != ST_OK)
        return command_failed(command, &fail);
    *readers = mem_grow(*readers, *count + 1, sizeof **readers);
    (*readers)[(*count)++] = r;
    return 0;
}

/* Takes campaign_path (may be NULL). */
static int open_one(const char *command, const char *path, char *campaign_path, struct ledgers *l)
{
    int code = open_reader(command, path, &l->readers, &l->count);
    if (code == 0 && campaign_path != NULL)
        code = open_reader(command, campaign_path, &l->campaign, &l->campaign_count);
    mem_free(campaign_path);
    return code;
}

static int open_configured(const char *command, const char *campaign, struct ledgers *l)
{
    bool many = strstr(l->config->ledger.path, "{shard}") != NULL;
    int code = 0;

    for (int shard = 0; code == 0 && shard < (many ? MAX_SHARDS : 1); shard++) {
        char *path = config_ledger_path(l->config, shard, NULL);
        bool last = shard > 0 && access(path, F_OK) != 0;
        if (!last)
            code = open_one(command, path,
                            campaign ? config_ledger_path(l->config, shard, campaign) : NULL, l);
        mem_free(path);
        if (last)
            break;
    }
    return code;
}

static int choose_time_zone(const char *command, const struct ledger_choice *choice,
                            struct ledgers *l)
{
    l->time_zone = l->config != NULL ? l->config->time_zone : "UTC";
    if (choice->time_zone != NULL) {
        l->time_zone = choice->time_zone;
        if (!rule_zone.valid(slice_str(l->time_zone))) {
            fprintf(stderr, "ticketmill %s: --time-zone: expected %s\n", command,
                    rule_zone.expected);
            return status_exit(ST_USAGE);
        }
    }
    zone_use(l->time_zone); /* dates are local ones from here on, in the whole process */
    return 0;
}

int ledgers_open(const char *command, const struct ledger_choice *choice, struct ledgers *out)
{
    struct ledgers l = {.config = NULL};
    int code = 0;

    if (choice->ledgers.count == 0 || choice->config != NULL)
        code = cli_load_config(choice->config, CONFIG_FOR_LEDGER, &l.config);
    if (code == 0)
        code = choose_time_zone(command, choice, &l);
    if (code == 0 && choice->ledgers.count == 0)
        code = open_configured(command, choice->campaign, &l);
    for (int i = 0; code == 0 && i < choice->ledgers.count; i++) {
        const char *path = choice->ledgers.v[i];
        code = open_one(command, path,
                        choice->campaign ? config_campaign_path(path, choice->campaign) : NULL, &l);
    }
    if (code != 0)
        ledgers_close(&l);
    else
        *out = l;
    return code;
}

void ledgers_close(struct ledgers *l)
{
    for (size_t i = 0; i < l->count; i++)
        ledger_reader_close(l->readers[i]);
    for (size_t i = 0; i < l->campaign_count; i++)
        ledger_reader_close(l->campaign[i]);
    mem_free(l->readers);
    mem_free(l->campaign);
    config_free(l->config);
    *l = (struct ledgers){.config = NULL};
}
