/* PCRE2 behind a few functions. Limits are on the match, not on the text: a long text is no danger,
 * a pattern that tries every way to split it is. The interpreter is used and not the JIT compiler,
 * which would not keep to the heap limit; fields are short and patterns few.
 */
#include "base/regex.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include "base/mem.h"

/* About 10 ms at worst. A match backtracks once per alternative it tries. */
#define MATCH_LIMIT   200000
#define DEPTH_LIMIT   2000
#define HEAP_KIBIBYTE 2048

struct regex {
    pcre2_general_context *memory;
    pcre2_match_context *limits;
    pcre2_code *code;
};

static void *allocate(size_t n, void *unused)
{
    (void)unused;
    return mem_alloc(n);
}

static void release(void *p, void *unused)
{
    (void)unused;
    mem_free(p);
}

static enum status refuse(int error, size_t at, struct fail *fail)
{
    char why[200];
    if (pcre2_get_error_message(error, (PCRE2_UCHAR *)why, sizeof why) < 0)
        strcpy(why, "unknown error");
    return fail_set(fail, ST_CONFIG, error, "at byte %zu: %s", at + 1, why);
}

static enum status make(struct slice pattern, uint32_t options, struct regex **out,
                        struct fail *fail)
{
    int error = 0;
    size_t at = 0;
    if (pattern.n > REGEX_PATTERN_MAX)
        return fail_set(fail, ST_CONFIG, 0, "longer than %d bytes", REGEX_PATTERN_MAX);
    struct regex *re = mem_zalloc(sizeof *re);
    re->memory = pcre2_general_context_create(allocate, release, NULL);
    re->limits = pcre2_match_context_create(re->memory);
    pcre2_set_match_limit(re->limits, MATCH_LIMIT);
    pcre2_set_depth_limit(re->limits, DEPTH_LIMIT);
    pcre2_set_heap_limit(re->limits, HEAP_KIBIBYTE);
    pcre2_compile_context *how = pcre2_compile_context_create(re->memory);
    re->code =
        pcre2_compile((PCRE2_SPTR)pattern.p, pattern.n,
                      PCRE2_UTF | PCRE2_UCP | PCRE2_NEVER_BACKSLASH_C | options, &error, &at, how);
    pcre2_compile_context_free(how);
    if (!re->code) {
        regex_free(re);
        return refuse(error, at, fail);
    }
    *out = re;
    return ST_OK;
}

enum status regex_new(struct slice pattern, struct regex **out, struct fail *fail)
{
    return make(pattern, 0, out, fail);
}

enum status regex_new_counted(struct slice pattern, struct regex **out, struct fail *fail)
{
    return make(pattern, PCRE2_AUTO_CALLOUT, out, fail);
}

void regex_free(struct regex *re)
{
    if (!re)
        return;
    pcre2_code_free(re->code);
    pcre2_match_context_free(re->limits);
    pcre2_general_context_free(re->memory);
    mem_free(re);
}

enum regex_result regex_match(const struct regex *re, struct slice text)
{
    pcre2_match_data *found = pcre2_match_data_create(1, re->memory);
    PCRE2_SPTR start = (PCRE2_SPTR)(text.p ? text.p : "");
    int rc = pcre2_match(re->code, start, text.n, 0, 0, found, re->limits);
    pcre2_match_data_free(found);
    if (rc >= 0)
        return REGEX_YES;
    return rc == PCRE2_ERROR_NOMATCH ? REGEX_NO : REGEX_GAVE_UP;
}

/* PCRE2's own match limit begins anew at every place of the text, so a search over all of them is
 * bounded by counting here. */
struct counted {
    size_t left; /* steps */
    size_t at;   /* of the last one */
};

#define BYTES_A_STEP 16 /* a run of one class is passed quickly */

static int count_step(pcre2_callout_block *block, void *self)
{
    struct counted *c = self;
    size_t cost = 1;
    if (block->current_position > c->at)
        cost += (block->current_position - c->at) / BYTES_A_STEP;
    c->at = block->current_position;
    if (cost > c->left)
        return PCRE2_ERROR_CALLOUT;
    c->left -= cost;
    return 0;
}

enum regex_result regex_each(const struct regex *re, struct slice text,
                             void (*take)(void *self, size_t from, size_t to), void *self)
{
    struct counted counted = {.left = REGEX_STEPS + REGEX_STEPS_BYTE * text.n};
    pcre2_match_context *limits = pcre2_match_context_copy(re->limits);
    pcre2_match_data *found = pcre2_match_data_create(1, re->memory);
    PCRE2_SPTR start = (PCRE2_SPTR)(text.p ? text.p : "");
    uint32_t options = PCRE2_NOTEMPTY;
    bool any = false;
    size_t at = 0;
    int rc;
    pcre2_set_callout(limits, count_step, &counted);
    while ((rc = pcre2_match(re->code, start, text.n, at, options, found, limits)) >= 0) {
        const PCRE2_SIZE *ends = pcre2_get_ovector_pointer(found);
        size_t from = ends[0] > at ? ends[0] : at; /* \K may set it elsewhere */
        if (ends[1] <= from)
            break;
        take(self, from, ends[1]);
        any = true;
        at = counted.at = ends[1];
        options |= PCRE2_NO_UTF_CHECK;
    }
    pcre2_match_data_free(found);
    pcre2_match_context_free(limits);
    if (rc != PCRE2_ERROR_NOMATCH)
        return REGEX_GAVE_UP;
    return any ? REGEX_YES : REGEX_NO;
}
