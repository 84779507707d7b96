/* Birth, waiting and end of asks, and what they need before a place is looked for.
 *
 * Used by dispatch (which sends them), follow, dead_end and opinion (which make more).
 */
#include <assert.h>

#include "base/mem.h"
#include "batch/prompt.h"
#include "pipeline/state.h"

struct ask *ask_new(struct mill *m, struct ticket **tickets, size_t n, enum call_purpose purpose)
{
    assert(n > 0);
    struct ask *a = mem_zalloc(sizeof *a);
    a->mill = m;
    a->tickets = mem_array(n, sizeof *a->tickets);
    memcpy(a->tickets, tickets, n * sizeof *tickets);
    a->n = n;
    a->purpose = purpose;
    int line = line_number(m, tickets[0]); /* may move m->lines */
    a->line = m->lines[line];
    a->failed_at = -1;
    a->ids = mem_array(n, sizeof *a->ids);
    a->texts = mem_array(n, sizeof *a->texts);
    a->moves = mem_array(n, sizeof *a->moves);
    a->due.at = HEAP_OUT;
    list_init(&a->ready);
    for (size_t i = 0; i < n; i++) {
        tickets[i]->purpose = purpose;
        a->est_tokens += tickets[i]->content.est_tokens;
    }
    a->est_tokens += m->system_tokens;
    buf_init(&a->body, REQUEST_BYTES_MAX);
    list_push(&m->asks, &a->node);
    return a;
}

void ask_free(struct mill *m, struct ask *a)
{
    heap_remove(&m->due, &a->due);
    list_remove(&a->ready);
    list_remove(&a->node);
    buf_deinit(&a->body);
    mem_free(a->tickets);
    mem_free(a->ids);
    mem_free(a->texts);
    mem_free(a->moves);
    mem_free(a);
}

void ask_wait(struct mill *m, struct ask *a, int64_t delay_us)
{
    heap_add(&m->due, &a->due, mill_now(m) + delay_us);
}

void ask_first(struct ask *a)
{
    struct list *first = a->line->ready.next;
    list_push(first, &a->ready); /* before the one that was first */
}

int64_t ask_tokens(const struct mill *m, const struct ask *a, int model, int64_t *cap)
{
    const struct config_model *c = &m->config->models[model];
    int64_t in = token_scale_apply(&m->providers.offers[model].scale, a->est_tokens);
    *cap = prompt_token_cap(c, &m->config->classification,
                            &(struct token_cap_input){
                                .tickets = a->n,
                                .cjk = language_is_cjk(a->tickets[0]->content.facts.language),
                                .doubled = a->tickets[0]->cap_doubled,
                                .prompt_tokens = in,
                            });
    return in + *cap;
}
