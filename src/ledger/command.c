/* Making and freeing commands. What they say is command.h; what is done with them, apply.c. */
#include "ledger/command.h"

#include "base/mem.h"

struct ledger_cmd *ledger_cmd_new(enum ledger_op op)
{
    struct ledger_cmd *cmd = mem_zalloc(sizeof(*cmd));

    cmd->op = op;
    arena_init(&cmd->arena);
    list_init(&cmd->rows);
    return cmd;
}

void ledger_cmd_free(struct ledger_cmd *cmd)
{
    if (!cmd)
        return;
    for (struct list *n; (n = list_pop(&cmd->rows));)
        mem_free(LIST_ENTRY(n, struct outrow, node));
    arena_deinit(&cmd->arena);
    mem_free(cmd);
}

void ledger_reuse_key(struct slice own_id, const uint8_t content_hash[SHA256_SIZE],
                      struct slice prompt_version, struct slice tier, uint8_t out[LEDGER_HASH_SIZE])
{
    const struct slice parts[] = {own_id, slice_of(content_hash, SHA256_SIZE), prompt_version,
                                  tier};
    uint8_t hash[SHA256_SIZE];

    sha256_parts(parts, sizeof(parts) / sizeof(*parts), hash);
    memcpy(out, hash, LEDGER_HASH_SIZE);
}
