/* PCRE2 behind four functions. Limits are on the match, not on the text: a long text is no danger,
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

enum status regex_new(struct slice pattern, struct regex **out, struct fail *fail)
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
    re->code = pcre2_compile((PCRE2_SPTR)pattern.p, pattern.n,
                             PCRE2_UTF | PCRE2_UCP | PCRE2_NEVER_BACKSLASH_C, &error, &at, how);
    pcre2_compile_context_free(how);
    if (!re->code) {
        regex_free(re);
        return refuse(error, at, fail);
    }
    *out = re;
    return ST_OK;
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

enum regex_result regex_find(const struct regex *re, struct slice text, size_t at, size_t *from,
                             size_t *to)
{
    pcre2_match_data *found = pcre2_match_data_create(1, re->memory);
    PCRE2_SPTR start = (PCRE2_SPTR)(text.p ? text.p : "");
    uint32_t checked = at > 0 ? PCRE2_NO_UTF_CHECK : 0; /* by the search that began at 0 */
    int rc = pcre2_match(re->code, start, text.n, at, checked, found, re->limits);
    const PCRE2_SIZE *bounds = pcre2_get_ovector_pointer(found);
    *from = bounds[0];
    *to = bounds[1] > bounds[0] ? bounds[1] : bounds[0]; /* \K in a look-ahead turns them round */
    pcre2_match_data_free(found);
    if (rc >= 0)
        return REGEX_YES;
    return rc == PCRE2_ERROR_NOMATCH ? REGEX_NO : REGEX_GAVE_UP;
}

enum regex_result regex_match(const struct regex *re, struct slice text)
{
    size_t from, to;
    return regex_find(re, text, 0, &from, &to);
}
