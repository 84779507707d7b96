/* Lets calls in or answers them 429, and tells clients how much is left.
 *
 * A call counts against requests and tokens only when it is let in. Its answer has been worked out
 * by then, so its tokens are known before they are spent; the client is told about limits as they
 * stand when the answer leaves.
 */
#include <stdio.h>
#include <string.h>

#include "sim/core.h"

#define SECOND_US INT64_C(1000000)

static const char *const kinds[] = {"concurrency", "requests", "tokens"};

/* "6m0s", "1.2s", "20ms", as OpenAI writes durations. */
static void print_duration(int64_t us, char out[40])
{
    int64_t ms = (us + 999) / 1000, minutes = ms / 60000;
    if (ms < 1000)
        snprintf(out, 40, "%lldms", (long long)ms);
    else if (minutes == 0)
        snprintf(out, 40, "%lld.%03llds", (long long)(ms / 1000), (long long)(ms % 1000));
    else
        snprintf(out, 40, "%lldm%llds", (long long)minutes, (long long)((ms % 60000 + 999) / 1000));
}

/* wait_us: until it would be let in; 0 = nobody knows. */
static void refuse(struct exchange *x, const char *kind, int64_t wait_us)
{
    const char *form = x->sim->now.retry_after;
    char message[64], seconds[24] = "none";
    snprintf(message, sizeof message, "Rate limit reached for %s.", kind);
    if (wait_us > 0)
        snprintf(seconds, sizeof seconds, "%lld",
                 (long long)((wait_us + SECOND_US - 1) / SECOND_US));
    answer_error(&x->answer, 429, "rate_limit_exceeded", kind, message);
    answer_retry_after(&x->answer, strcmp(form, "exact") == 0 ? seconds : form,
                       sim_unix_us() / SECOND_US);
}

bool limits_admit(struct exchange *x, int64_t max_tokens)
{
    struct sim_switches *now = &x->sim->now;
    int64_t at = sim_now_us(), tokens = x->answer.prompt_tokens;
    tokens += now->count_cap ? max_tokens : x->answer.completion_tokens;
    if (now->concurrency_limit > 0 && x->sim->in_flight >= now->concurrency_limit) {
        refuse(x, kinds[0], 0);
        return false;
    }
    struct limit *limits[] = {&now->requests, &now->tokens};
    const int64_t amounts[] = {1, tokens};
    for (int i = 0; i < 2; i++) {
        int64_t wait = limit_wait_us(limits[i], amounts[i], at);
        if (wait > 0) {
            refuse(x, kinds[i + 1], wait);
            return false;
        }
    }
    limit_take(limits[0], 1, at);
    limit_take(limits[1], tokens, at);
    return true;
}

static void announce(struct answer *a, struct limit *l, const char *const names[3])
{
    char reset[40];
    if (l->per_minute == 0)
        return;
    int64_t at = sim_now_us();
    print_duration(limit_whole_after_us(l, at), reset);
    answer_header(a, names[0], "%lld", (long long)l->per_minute);
    answer_header(a, names[1], "%lld", (long long)limit_remaining(l, at));
    answer_header(a, names[2], "%s", reset);
}

void limits_announce(struct exchange *x)
{
    static const char *const requests[] = {"x-ratelimit-limit-requests",
                                           "x-ratelimit-remaining-requests",
                                           "x-ratelimit-reset-requests"};
    static const char *const tokens[] = {"x-ratelimit-limit-tokens", "x-ratelimit-remaining-tokens",
                                         "x-ratelimit-reset-tokens"};
    struct sim_switches *now = &x->sim->now;
    if (!now->announce)
        return;
    announce(&x->answer, &now->requests, requests);
    announce(&x->answer, &now->tokens, tokens);
}
