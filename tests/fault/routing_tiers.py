"""Which tier, model and provider a ticket goes to: rules, one provider for everything, images,
context windows, the deadline of the night.

Each case returns its job, a problem ("" = none) and what it measured.
"""

import hashlib
import time

from fleet import Fleet, case_of, tickets
from routing_failover import provider
from start_up import ended, exact, finishes, first_problem

CASES = []
case = case_of(CASES)
FAST = ("--latency", "50ms")
CODE = "It fails with:\n```\nfor (int i = 0; i < n; i++) {\n    sum += v[i];\n}\nreturn sum;\n```\n"
IMAGE = {"attachments": [{"type": "image/png", "name": "screen.png"}]}


PROVIDERS = {"alpha": "flash", "beta": "sonnet", "gamma": "glm", "delta": "coder",
             "epsilon": "eyes"}
TIERS = {"budget": "flash", "premium": "sonnet", "chinese": "glm", "code": "coder",
         "vision": "eyes"}
ROUTES = [
    {"when": {"image": True}, "tier": "vision"},
    {"when": {"language": ["zh"]}, "tier": "chinese", "otherwise": "budget"},
    {"when": {"code": True}, "tier": "code", "otherwise": "budget"},
    {"when": {"field": "/customer/plan", "equals": "paid"}, "tier": "premium",
     "otherwise": "budget"},
    {"when": {"field": "/priority", "greater": 7}, "tier": "premium", "otherwise": "budget"},
    {"when": {"field": "/channel", "regex": "^vip-"}, "tier": "premium", "otherwise": "budget"},
    {"when": {"bytes": "3KiB"}, "tier": "premium", "otherwise": "budget"},
    {"tier": "budget"}]


def mixed_tickets():
    """Tickets with the tier that each must go to."""
    kinds = [("vision", IMAGE), ("chinese", {"language": "zh", "body": "我的包裹还没有到,请帮忙查询"}),
             ("code", {"body": CODE}), ("premium", {"customer": {"plan": "paid"}}),
             ("budget", {"customer": {"plan": "free"}}), ("premium", {"priority": 8}),
             ("budget", {"priority": 7}), ("premium", {"channel": "vip-chat"}),
             ("budget", {"channel": "chat-vip"}), ("budget", {})]
    out = []
    for number, (tier, fields) in enumerate(kinds):
        for ticket in tickets(20, seed=100 + number):
            more = dict(fields)
            if "body" in more:
                more["body"] = f"{more['body']} {ticket['ticket_id']}"
            out.append((tier, {**ticket, **more}))
    for ticket in tickets(10, seed=200, words=700):
        out.append(("premium", ticket))
    return out


def mixed_fleet(name, **rest):
    models = {m: {"provider": p, "vision": m == "eyes"} for p, m in PROVIDERS.items()}
    return Fleet(name, {p: provider({f"{p}-1": FAST}) for p in PROVIDERS}, models,
                 {t: [m] for t, m in TIERS.items()}, ROUTES, **rest)


def misrouted(job, records, wanted):
    """wanted: ticket id → tier; `check --explain` must foretell it."""
    published = job.published()
    foretold = job.explained(records)
    if foretold != wanted:
        return f"foretold otherwise: {[i for i in wanted if foretold.get(i) != wanted[i]][:8]}"
    wrong = [f"{i}: {published[i]['tier']} at {published[i]['provider']}, expected {tier}"
             for i, tier in wanted.items() if i in published and (
                 published[i]["tier"] != tier or published[i]["model"] != TIERS[tier])]
    return "\n".join(wrong[:8])


@case(thinned=True)
def every_rule_leads_to_its_tier():
    job = mixed_fleet("rules")
    mixed = mixed_tickets()
    job.send([t for _, t in mixed])
    status, said = job.run()
    problem = first_problem(
        lambda: ended(0, status, said), exact(job),
        lambda: misrouted(job, [t for _, t in mixed],
                          {t["ticket_id"]: tier for tier, t in mixed}))
    return job, problem, f"{len(mixed)} tickets to {len(TIERS)} tiers"


@case(thinned=True)
def one_flag_sends_everything_to_one_provider():
    """Tiers without a model there fall back to `otherwise`; the image rule has none, so its tier
    needs a model of that provider."""
    job = mixed_fleet("only")
    job.rest["tiers"] = {**job.rest["tiers"], "vision": ["eyes", "flash"]}
    job.config = job.write_config()
    job.send([t for _, t in mixed_tickets()])
    status, said = job.run("--only-provider", "alpha")
    calls = {e: len(job.calls(e)) for e in job.sims}
    others = sum(n for e, n in calls.items() if e != "alpha-1")
    problem = first_problem(
        lambda: ended(0, status, said), exact(job),
        lambda: "" if others == 0 and calls["alpha-1"] else f"calls {calls}")
    return job, problem, f"calls {calls}"


@case(thinned=False)
def one_provider_that_cannot_serve_a_route_is_refused_at_the_start():
    job = mixed_fleet("only-none")
    job.rest["routes"] = [{"when": {"code": True}, "tier": "code"}, {"tier": "budget"}]
    job.config = job.write_config()
    job.send(tickets(5))
    status, said = job.run("--only-provider", "alpha")
    calls = sum(len(job.calls(e)) for e in job.sims)
    return job, first_problem(
        lambda: ended(78, status, said),
        lambda: "" if calls == 0 else f"{calls} calls were made"), "exit 78"


def texts_sent(job, endpoint):
    return {text for line in job.billed(endpoint) for text in line["texts"]}


def text_hash(ticket):
    text = f"{ticket['subject']}\n\n{ticket['body']}"
    return hashlib.sha256(text.encode()).hexdigest()


def pictures(name, fault=None, eyes_first=False, **rest):
    """Half of the tickets have an image; the first model of the tier cannot see."""
    order = ["eyes", "flash"] if eyes_first else ["flash", "eyes"]
    job = Fleet(name, {"alpha": provider({"a1": FAST}),
                       "beta": provider({"b1": FAST})},
                {"flash": {"provider": "alpha"}, "eyes": {"provider": "beta", "vision": True}},
                {"budget": order}, **rest)
    seen, unseen = tickets(60, seed=7, **IMAGE), tickets(60, seed=8)
    job.send([t for pair in zip(seen, unseen) for t in pair])
    if fault:
        job.sims["b1"].control(faults=[fault])
    return job, {text_hash(t) for t in seen}


@case(thinned=True)
def an_image_never_reaches_a_model_without_vision():
    job, seen = pictures("images")
    status, said = job.run()
    wrong = seen & texts_sent(job, "a1")
    right = seen & texts_sent(job, "b1")
    problem = first_problem(
        lambda: ended(0, status, said), exact(job),
        lambda: f"{len(wrong)} images were sent to a model that cannot see" if wrong else "",
        lambda: "" if len(right) == len(seen) else f"{len(right)} of {len(seen)} reached the eyes")
    return job, problem, f"{len(right)} images"


@case(thinned=False)
def an_image_never_reaches_a_model_without_vision_though_the_other_fails():
    job, seen = pictures("blind", fault="500", eyes_first=True, run={"stall_after": "6s"})
    status, said = job.run()
    wrong = seen & texts_sent(job, "a1")
    job.sims["b1"].control(faults=[])
    problem = first_problem(
        lambda: ended(69, status, said),
        lambda: f"{len(wrong)} images were sent to a model that cannot see" if wrong else "",
        exact(job, faults=True, pending=True), finishes(job), exact(job, faults=True))
    return job, problem, "exit 69, done by the next run"


@case(thinned=False)
def what_does_not_fit_a_context_goes_to_the_next_model():
    job = Fleet("context", {"alpha": provider({"a1": FAST}), "beta": provider({"b1": FAST})},
                {"small": {"provider": "alpha", "context_tokens": 4000,
                           "max_output_tokens": 1000},
                 "large": {"provider": "beta"}}, {"budget": ["small", "large"]})
    long, short = tickets(12, seed=9, words=3000), tickets(48, seed=10)
    job.send(short + long)
    status, said = job.run()
    wrong = {text_hash(t) for t in long} & texts_sent(job, "a1")
    used = {text_hash(t) for t in short} & texts_sent(job, "a1")
    problem = first_problem(
        lambda: ended(0, status, said), exact(job),
        lambda: f"{len(wrong)} long texts were sent to the small context" if wrong else "",
        lambda: "" if used else "the small context was not used for short texts")
    return job, problem, f"{len(long)} long texts"


# ---- the deadline ---------------------------------------------------------------------------


def next_minute():
    """Seconds to it, and its name in UTC; at least eight seconds away."""
    now = time.time()
    at = (int(now + 8) // 60 + 1) * 60
    return at - now, time.strftime("%H:%M", time.gmtime(at))


@case(thinned=False)
def the_night_ends_at_its_hour():
    left, name = next_minute()
    job = Fleet("deadline", {"alpha": provider({"a1": ("--latency", "1s")}, max_in_flight=2)},
                {"flash": {"provider": "alpha"}}, {"budget": ["flash"]},
                run={"finish_by": name})
    job.send(tickets(2000))
    began = time.monotonic()
    status, said = job.run(timeout=120)
    took = time.monotonic() - began
    after = job.write_config("after.yaml", run={"finish_by": None})
    for sim in job.sims.values():
        sim.control(latency=20)
    problem = first_problem(
        lambda: ended(6, status, said),
        lambda: "" if left - 3 <= took <= left + 8 else f"ended after {took:.0f} of {left:.0f} s",
        exact(job, pending=True), finishes(job, config=after), exact(job))
    return job, problem, f"exit 6 {took - left:+.1f} s after the hour, done by the next run"


@case(thinned=True)
def a_night_that_is_over_calls_nobody():
    past = time.strftime("%H:%M", time.gmtime(time.time() - 1800))
    job = Fleet("over", {"alpha": provider({"a1": FAST})}, {"flash": {"provider": "alpha"}},
                {"budget": ["flash"]}, run={"finish_by": past})
    job.send(tickets(20))
    status, said = job.run()
    calls = len(job.calls("a1"))
    after = job.write_config("after.yaml", run={"finish_by": None})
    problem = first_problem(
        lambda: ended(6, status, said), lambda: "" if calls == 0 else f"{calls} calls",
        finishes(job, config=after), exact(job))
    return job, problem, "exit 6 without a call"
