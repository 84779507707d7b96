/* A question to the simulated provider and its answer, taken apart. Include after cmocka.h. */
#ifndef TICKETMILL_TESTS_SIM_ASKED_H
#define TICKETMILL_TESTS_SIM_ASKED_H

#include "base/json.h"
#include "base/sha256.h"
#include "sim/answer.h"

#define SYSTEM "- billing: charges\\n- shipping: parcels\\n- other: rest"
#define ASK(user)                                                                                  \
    "{\"model\":\"m\",\"messages\":[{\"role\":\"system\",\"content\":\"" SYSTEM                    \
    "\"},{\"role\":\"user\",\"content\":\"{\\\"tickets\\\":[" user "]}\"}],\"max_tokens\":400}"
#define TICKET(id, text) "{\\\"id\\\":\\\"" id "\\\",\\\"text\\\":\\\"" text "\\\"}"

/* Reads the request, answers it, and gives back the content as a document. */
struct asked {
    struct question q;
    struct profile *profile;
    struct answer answer;
    json *body, *content;
};

static inline void ask(struct asked *a, const char *request, const char *fault,
                       const struct answer_settings *settings)
{
    struct sim_fault_rule rule;
    struct fail fail;
    uint64_t hashes[8];
    static const struct answer_settings plain = {.cached_percent = 100};
    *a = (struct asked){.body = NULL};
    question_init(&a->q);
    answer_init(&a->answer);
    assert_int_equal(question_read(&a->q, slice_str(request), &fail), ST_OK);
    assert_true(a->q.ticket_count <= 8);
    for (int i = 0; i < a->q.ticket_count; i++) {
        uint8_t hash[SHA256_SIZE];
        sha256(a->q.tickets[i].text, hash);
        memcpy(&hashes[i], hash, sizeof hashes[i]);
    }
    a->profile = profile_new(SLICE_LIT("- billing: charges\n- shipping: parcels\n- other: rest"),
                             SLICE_NONE, NULL, 0);
    if (fault != NULL)
        assert_int_equal(sim_fault_parse(slice_str(fault), &rule, &fail), ST_OK);
    answer_build(&a->q, a->profile, hashes, fault != NULL ? &rule : NULL,
                 settings != NULL ? settings : &plain, &a->answer);
    if (json_parse(buf_view(&a->answer.body), JSON_MAX_DEPTH, &a->body) != ST_OK)
        return;
    struct slice text = json_str(json_pointer(a->body, "/choices/0/message/content"));
    if (text.p == NULL || json_parse(text, JSON_MAX_DEPTH, &a->content) != ST_OK)
        a->content = NULL;
}

static inline void forget(struct asked *a)
{
    json_free(a->body);
    json_free(a->content);
    profile_free(a->profile);
    question_deinit(&a->q);
    answer_deinit(&a->answer);
}

static inline const char *text_at(const struct asked *a, const char *pointer)
{
    struct slice s = json_str(json_pointer(a->content, pointer));
    return s.p != NULL ? s.p : "(none)";
}

#define THREE                                                                                      \
    ASK(TICKET("aaa", "wrong charge") "," TICKET("bbb", "lost parcel") "," TICKET("ccc", "xyzzy"))

#endif
