#!/usr/bin/env python3
"""Failure classes and exit statuses of the contract, each by the words of one vendor.

    contract_failures.py [NAME…]      all unless named
"""

import hashlib
import signal
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor

import contract
import rig


def error(status, message="no", code=None, kind=None, **headers):
    body = {"error": {"message": message, "type": kind, "param": None, "code": code}}
    return status, {k.replace("_", "-"): v for k, v in headers.items()}, body


# Whatever is asked is answered like this: the run stops with the status, no ticket is touched.
STOPS = {
    "openai-quota": (7, error(429, "You exceeded your current quota", "insufficient_quota",
                              "insufficient_quota")),
    "openai-balance": (7, error(429, "add credits", "credit_balance_exhausted", "billing")),
    "deepseek-balance": (7, error(402, "Insufficient Balance", "invalid_request_error", "unknown")),
    "qwen-arrearage": (7, error(400, "Access denied", "Arrearage", "Arrearage")),
    "glm-balance": (7, (429, {}, {"error": {"code": "1113", "message": "余额不足"}})),
    "kimi-quota": (7, (429, {}, {"error": {"type": "exceeded_current_quota_error",
                                           "message": "suspended"}})),
    "openrouter-credit": (7, (402, {}, {"error": {"code": 402, "message": "more credits"}})),
    "litellm-budget": (7, error(400, "Budget has been exceeded!", "400", "budget_exceeded")),
    "vllm-model": (78, (404, {}, {"object": "error", "message": "The model `x` does not exist.",
                                  "type": "NotFoundError", "param": None, "code": 404})),
    "openai-parameter": (78, error(400, "Unsupported parameter: 'max_tokens'",
                                   "unsupported_parameter", "invalid_request_error")),
    "deepseek-parameter": (78, error(422, "invalid temperature", "invalid_request_error")),
    "openai-key": (77, error(401, "Incorrect API key", "invalid_api_key",
                             "invalid_request_error")),
    "teapot": (78, error(418, "no coffee", "teapot")),
}

# The first call fails like this, and nobody's ticket pays for it.
PASSES = {
    "openai-rate": error(429, "slow", "rate_limit_exceeded", "tokens", Retry_After="1"),
    "glm-rate": (429, {}, {"error": {"code": "1302", "message": "too many"}}),
    "kimi-overload": (429, {"retry-after-ms": "300"},
                      {"error": {"type": "engine_overloaded_error", "message": "busy"}}),
    "openai-overload": error(503, "busy", "server_is_overloaded", Retry_After="0.5"),
    "plain-500": error(500, "oops"),
    "anthropic-529": error(529, "overloaded", None, "overloaded_error"),
}


def tickets(count, start=0):
    return [{"key": None, "value": contract.ticket(start + i)} for i in range(count)]


def marked(number):
    return {"key": None, "value": contract.ticket(number, title=f"MARK {number}")}


def has_mark(call):
    return any("MARK" in text for _, text in call.tickets)


def job_of(name, reply, **settings):
    return contract.Contract(name, "deepseek", reply, partitions=1, **settings)


def in_parallel(cases):
    """cases: name -> function that returns its job. All problems, and no folder kept."""
    with ThreadPoolExecutor(8) as pool:
        jobs = {name: pool.submit(case) for name, case in cases.items()}
    problems = []
    for name, future in jobs.items():
        job, problem = future.result().verdict()
        job.close(not problem)
        problems += [f"{name}: {line}" for line in problem.splitlines()]
    return Nothing(), "\n".join(problems)


class Nothing:
    summary = ""

    def close(self, good=True):
        pass


def stop_case(name, want, answer):
    def case():
        job = job_of(name, lambda call, number: answer)
        job.produce(tickets(6))
        said = job.run(want=want)
        job.same("records published", job.records("OUT") + job.records("DEAD"), [])
        job.hold(len(job.provider.calls) <= 12, f"{len(job.provider.calls)} calls")
        if want == 78:
            job.hold(answer[2].get("message", answer[2].get("error", {}).get("message")) in said,
                     "the provider's message is not shown")
        job.provider.reply = None
        job.run()
        job.same("attempts afterwards", [r["attempts"] for _, r in job.results()], [1] * 6)
        return job
    return case


def provider_that_stops_the_run():
    return in_parallel({n: stop_case(n, *row) for n, row in STOPS.items()})


def pass_case(name, answer):
    def case():
        job = job_of(name, lambda call, number: answer if number == 1 else None, PACK=3)
        job.produce(tickets(9))
        job.run()
        contract.check_requests(job)
        job.same("attempts", [r["attempts"] for _, r in job.results()], [1] * 9)
        job.same("dead letters", job.records("DEAD"), [])
        return job
    return case


def provider_that_stumbles():
    return in_parallel({n: pass_case(n, row) for n, row in PASSES.items()})


def only_the_marked(name, reason, answer, attempts, rewrite=None):
    """One ticket among nine meets `answer` in every call it is in; the others must not notice."""
    def case():
        def reply(call, number):
            if not has_mark(call):
                return None
            return (rewrite,) if rewrite else answer
        job = job_of(name, reply)
        job.produce([*tickets(5), marked(77), *tickets(3, 30)])
        job.run()
        contract.check_requests(job)
        dead = [{h["name"]: h["value"] for h in r["headers"]} for r in job.records("DEAD")]
        job.same("dead letters", [d["ticketmill-reason"] for d in dead], [reason])
        paid = contract.paid(job)
        for d in dead:
            text = [t for c in job.provider.calls for _, t in c.tickets if "MARK" in t][0]
            want = paid.get(text, (0, 0, 0, 0, 0))
            job.same("attempts and cost", (d["ticketmill-attempts"], d["ticketmill-cost-pusd"]),
                     (str(want[4]), str(want[3])))
            job.same("attempts", want[4], want[4] if attempts is None else attempts)
        asked = [c for c in job.provider.calls if has_mark(c)]
        job.same("tickets in the last call of the marked one", len(asked[-1].tickets), 1)
        by_hash = {hashlib.sha256(t.encode()).hexdigest(): p for t, p in paid.items()}
        for _, r in job.results():
            want = by_hash[r["content_hash"]]
            job.same(f"tokens and cost of {r['ticket_id']}",
                     (r["tokens"]["input"], r["tokens"]["cached"], r["tokens"]["output"],
                      r["cost_pusd"], r["attempts"]), want)
        job.same("results", len(job.results()), 8)
        job.same("ledger verify", job.call("ledger", "verify").returncode, 0)
        return job
    return case


def without_marked(call):
    for i, text in call.tickets:
        if "MARK" in text:
            del call.items[i]
    return '{"results":[' + ",".join(call.items.values()) + "]}"


def conflicting(call):
    marked_ids = [i for i, text in call.tickets if "MARK" in text]
    twice = [v.replace('"confidence": 0.', '"confidence": 0.0') for i, v in call.items.items()
             if i in marked_ids]
    return '```json\n{"results":[' + ",".join([*call.items.values(), *twice]) + "]}\n```"


def refusing(call):
    """Nothing but a refusal: there is no item to share the output by."""
    call.items = {}
    return None


def ticket_that_fails():
    length = error(400, "maximum context length is 64 tokens", "context_length_exceeded",
                   "invalid_request_error")
    rows = [
        ("missing", "attempts_exhausted", None, 4, without_marked),
        ("conflict", "attempts_exhausted", None, 4, conflicting),
        ("refusal", "refused", None, None, refusing),
        ("qwen-policy", "policy", error(400, "risk", "data_inspection_failed"), 0),
        ("glm-unsafe", "policy", error(400, "unsafe", "1301"), 0),
        ("filter", "policy", error(400, "filtered", "content_filter"), 0),
        ("too-long", "too_long", length, 0),
        ("too-large", "too_long", error(413), 0),
        ("rejected", "refused", error(418, "no coffee", "teapot"), 0),
    ]
    return in_parallel({row[0]: only_the_marked(*row) for row in rows})


def hanging_ticket_ends_alone():
    def reply(call, number):
        if has_mark(call):
            time.sleep(4)
        return None
    job = job_of("hang", reply, PACK=3)
    job.produce([*tickets(2), marked(77), *tickets(10, 30)])
    job.run()
    dead = [{h["name"]: h["value"] for h in r["headers"]} for r in job.records("DEAD")]
    job.same("dead letters", [(d["ticketmill-reason"], d["ticketmill-attempts"],
                               d["ticketmill-cost-pusd"]) for d in dead],
             [("attempts_exhausted", "0", "0")])
    sizes = [len(c.tickets) for c in job.provider.calls if has_mark(c)]
    job.same("tickets in the calls of the hanging one", sizes, [3, 3, 1, 1])
    unknown = [r["cost_unknown_pusd"] for _, r in job.results()]
    job.same("neighbours with unknown costs", sum(u > 0 for u in unknown), 2)
    return job.verdict()


def exit_statuses():
    """Several reasons at once, limits, a stop by signal."""
    bad = [{"key": None, "value": "{"}] * 4

    def dead_share():
        job = job_of("dead", None, DEADS=10)
        job.produce([*tickets(6), *bad])
        job.run(want=3)
        job.run(want=0)
        return job

    def dead_and_no_money():
        job = job_of("money", lambda call, number: STOPS["deepseek-balance"][1], DEADS=10)
        job.produce([*bad, *tickets(6)])
        job.run(want=7)
        return job

    def limit():
        job = job_of("limit", None)
        job.produce(tickets(12))
        said = job.run("--limit", "5")
        job.same("results", len(job.results()), 5)
        job.hold('"stopped_by":"limit"' in said, "stopped_by")
        job.run()
        job.same("results", len(job.results()), 12)
        return job

    def terminated():
        job = job_of("term", lambda call, number: time.sleep(2.5), PACK=1)
        job.produce([*tickets(200), *bad])
        process = subprocess.Popen(
            [rig.PROGRAM, "--config", job.folder + "/run.yaml", "run"], stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, env=rig.plain_environment(CONTRACT_BROKERS=rig.BROKERS))
        while not job.provider.calls and process.poll() is None:
            time.sleep(0.05)
        process.send_signal(signal.SIGTERM)
        out, said = process.communicate(timeout=60 * rig.SLOW)
        job.same("status", process.returncode, 5)
        job.same("stdout", out, b"")
        job.hold(b'"stopped_by":"signal"' in said or b"SIGTERM" in said, said[-600:])
        return job

    def shards():
        job = contract.Contract("shards", "kimi", partitions=3)
        job.produce(tickets(12), "-p", "0")
        job.produce(tickets(7, 100), "-p", "1")
        job.produce(tickets(5, 200), "-p", "2")
        job.run("--shard", "0/2")
        job.same("partitions of 0/2", sorted({r["source"]["partition"] for _, r in job.results()}),
                 [0, 2])
        job.run("--shard", "1/2")
        job.same("results", len(job.results()), 24)
        job.same("two ledgers", len({r["ledger_id"] for _, r in job.results()}), 2)
        job.produce(tickets(3, 300), "-p", "0")
        for text, want in (("2/2", 64), ("-1/2", 64), ("x", 64), ("0/3", 65)):
            job.run("--shard", text, want=want)
        return job

    def copies():
        job = job_of("copies", None)
        job.produce([tickets(1)[0]] * 5)
        job.run()
        job.same("calls", sum(len(c.tickets) for c in job.provider.calls), 1)
        got = [(r["reused"], r["cost_pusd"] == 0, r["tokens"]["input"] == 0, r["category"])
               for _, r in job.results()]
        job.same("copies", sorted(got), sorted([(False, False, False, got[0][3])] +
                                               [(True, True, True, got[0][3])] * 4))
        job.produce(tickets(1))
        job.run("--no-reuse")
        job.same("asked again", sum(len(c.tickets) for c in job.provider.calls), 2)
        return job

    return in_parallel({f.__name__: f for f in (dead_share, dead_and_no_money, limit, terminated,
                                                shards, copies)})


CASES = [provider_that_stops_the_run, provider_that_stumbles, ticket_that_fails,
         hanging_ticket_ends_alone, exit_statuses]

if __name__ == "__main__":
    rig.run_cases(CASES)
