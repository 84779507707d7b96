/* What of a ticket's text a provider gets to see.
 *
 * Redacted when the text is made or cut, by what the plan's providers are configured for: each then
 * gets its form, whichever call it is. A text that redaction gave up on leaves for nobody who
 * redacts; its ticket goes alone, so that it keeps no neighbour back.
 */
#include "base/log.h"
#include "base/mem.h"
#include "pipeline/state.h"
#include "redact/redact.h"
#include "ticket/text.h"

void private_make(struct mill *m, struct ticket *t)
{
    static const struct slice elision = SLICE_LIT(TEXT_ELISION);
    const char *pattern = "";
    private_free(t);
    if (!m->o.redactor)
        return;
    bool cut = t->content.flags & FLAG_TEXT_CUT;
    const struct redact_text text = {t->content.text, cut ? elision : SLICE_NONE};
    switch (redactor_apply(m->o.redactor, &text, &m->redacted, &m->redacted_counts, &pattern)) {
    case REDACT_NOTHING:
        break;
    case REDACT_DONE:
        t->redacted.n = m->redacted.n;
        t->redacted.text = mem_alloc(m->redacted.n + 1);
        memcpy(t->redacted.text, m->redacted.p, m->redacted.n);
        if (m->redacted_counts.n > 0)
            t->redacted.counts = mem_slice(buf_view(&m->redacted_counts));
        break;
    case REDACT_GAVE_UP:
        t->redacted.withheld = t->alone = true;
        log_event(LOG_WARN, "text_withheld",
                  "a pattern of redaction came to its limits: the text is not sent to providers "
                  "that redact",
                  L_STR("pattern", pattern), L_INT("partition", t->record->pos.partition),
                  L_INT("offset", t->record->pos.offset));
        break;
    }
}

void private_copy(struct ticket *to, const struct ticket *from)
{
    to->redacted.withheld = from->redacted.withheld;
    to->alone |= from->redacted.withheld;
    if (!from->redacted.text)
        return;
    to->redacted.text = mem_alloc(from->redacted.n + 1);
    memcpy(to->redacted.text, from->redacted.text, from->redacted.n);
    to->redacted.n = from->redacted.n;
}

void private_free(struct ticket *t)
{
    mem_free(t->redacted.text);
    mem_free(t->redacted.counts);
    memset(&t->redacted, 0, sizeof t->redacted);
}

static bool redacts(const struct mill *m, int model)
{
    return m->config->providers[m->config->models[model].provider].redaction;
}

struct slice private_text(const struct mill *m, const struct ticket *t, int model)
{
    if (!t->redacted.text || !redacts(m, model))
        return t->content.text;
    return slice_of(t->redacted.text, t->redacted.n);
}

bool private_withheld(const struct mill *m, const struct ticket *t, int model)
{
    return t->redacted.withheld && redacts(m, model);
}
