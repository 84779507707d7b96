"""Endpoints, providers and models that fail, one region or all of them, for a while or for good.

Each case returns its job, a problem ("" = none) and what it measured.
"""

import time

from fleet import Fleet, Script, by_status, case_of, first_after, tickets
from start_up import FINISHED, ended, exact, finishes, first_problem

LATENCY = ("--latency", "300ms,500ms")
BREAKER = {"window": "5s", "min_calls": 5, "failed_percent": 50, "open": "1s", "open_max": "3s"}
IN_FLIGHT = 8
PATIENT = {"retry_budget": {"percent": 100, "floor": 10_000}}
CASES = []
case = case_of(CASES)


def provider(endpoints, **more):
    return {"endpoints": endpoints, "max_in_flight": IN_FLIGHT, "breaker": BREAKER, **more}


def two_regions(name, count, order=(1, 2), sim=LATENCY, more=None, **rest):
    """us and eu of one provider; us is asked first as long as it can be."""
    job = Fleet(name, {"acme": provider({"us": {"sim": sim, "order": order[0]},
                                         "eu": {"sim": sim, "order": order[1]}}, **(more or {}))},
                {"m": {"provider": "acme"}}, {"budget": ["m"]}, **rest)
    job.send(tickets(count))
    return job


def two_providers(name, count, **rest):
    """Model a at acme before model b at bank."""
    job = Fleet(name, {"acme": provider({"us": LATENCY}), "bank": provider({"eu": LATENCY})},
                {"a": {"provider": "acme"}, "b": {"provider": "bank"}}, {"budget": ["a", "b"]},
                **rest)
    job.send(tickets(count))
    return job


def seconds(value):
    return "never" if value is None else f"{value:.1f} s"


def at_most(what, number, most):
    return "" if number <= most else f"{number} {what}, at most {most} are allowed"


def within(what, value, most):
    if value is None or value > most:
        return f"{what}: {seconds(value)}, at most {most} s are allowed"
    return ""


def outage_listed(job, endpoint, cause=None):
    causes = job.outages(endpoint)
    if not causes or cause not in (None, *causes):
        return f"outages of {endpoint} in the report: {causes}, expected {cause or 'one'}"
    return ""


def run_with(job, *steps, timeout=120):
    """One run while the script plays; gives exit status, output and the script."""
    script = Script(*steps)
    process = job.start()
    with script:
        status = job.wait(process, timeout)
    return status, job.said(process), script


# ---- one region -----------------------------------------------------------------------------


def region_dies(name, dies, returns, most_asked):
    job = two_regions(name, 2400)  # a run that lasts for several probes after the return
    us = job.sims["us"]
    status, said, script = run_with(job, (2, lambda: dies(us)), (7, lambda: returns(us)))
    dead, back = script.done
    elsewhere = first_after(job.calls("eu"), dead)
    recovered = first_after(job.calls("us"), back)
    asked = [c for c in job.calls("us", dead, back) if c["status"] != 200]
    problem = first_problem(
        lambda: ended(0, status, said),
        lambda: within("to the other region", elsewhere, 5),
        lambda: within("back after the return", recovered, 8),
        lambda: at_most("calls to a dead region", len(asked), most_asked),
        lambda: outage_listed(job, "us"),
        exact(job, faults=True))
    return job, problem, (f"{seconds(elsewhere)} to the other region, back {seconds(recovered)} "
                          f"after its return, {len(asked)} calls in vain")


@case(thinned=True)
def a_region_dies_and_returns():
    return region_dies("dies", lambda us: us.kill(), lambda us: us.come_back(), 0)


@case(thinned=False)
def a_region_answers_500_for_a_while():
    # In flight when it begins, their retries here until the breaker opens, then one probe at a
    # time: three in the five seconds.
    return region_dies("errs", lambda us: us.control(faults=["500"]),
                       lambda us: us.control(faults=[]), 3 * IN_FLIGHT + 5)


@case(thinned=False)
def a_region_hangs_up_for_a_while():
    return region_dies("hangs-up", lambda us: us.control(faults=["reset-before"]),
                       lambda us: us.control(faults=[]), 3 * IN_FLIGHT + 5)


@case(thinned=False)
def a_region_flaps():
    job = two_regions("flaps", 1600)
    us = job.sims["us"]

    def flip(k):
        return lambda: us.control(faults=["500"] if k % 2 == 0 else [])
    began = time.monotonic()
    status, said, _ = run_with(job, *((1 + 0.7 * k, flip(k)) for k in range(16)))
    took = time.monotonic() - began
    us_calls, eu_calls = job.calls("us"), job.calls("eu")
    failed = sum(1 for c in us_calls if c["status"] != 200)
    problem = first_problem(
        lambda: ended(0, status, said),
        lambda: at_most("failed calls of a flapping region", failed,
                        (len(us_calls) + len(eu_calls)) * 15 // 100),
        exact(job, faults=True))
    return job, problem, (f"{failed} of {len(us_calls) + len(eu_calls)} calls failed, "
                          f"{len(us_calls)} went to it, {took:.0f} s")


@case(thinned=True)
def a_region_is_forbidden():
    job = two_regions("forbidden", 400)
    job.sims["us"].control(faults=["403"])
    status, said = job.run()
    calls = job.calls("us")
    problem = first_problem(
        lambda: ended(0, status, said),
        lambda: at_most("calls refused with 403", len(calls), IN_FLIGHT),
        lambda: at_most("seconds between the first 403 and the last call",
                        (calls[-1]["at_us"] - calls[0]["at_us"]) / 1e6, 1),
        lambda: outage_listed(job, "us", "region"),
        exact(job, faults=True))
    return job, problem, f"{len(calls)} calls to the forbidden region"


@case(thinned=True)
def a_region_becomes_slow():
    job = two_regions("slow", 1000, more={"timeout": "1500ms"})
    us = job.sims["us"]
    status, said, script = run_with(job, (2, lambda: us.control(latency=10_000)),
                                    (7, lambda: us.control(latency=[300, 500])))
    slow, back = script.done
    elsewhere = first_after(job.calls("eu"), slow)
    recovered = first_after(job.calls("us"), back)
    asked = job.calls("us", slow, back)
    problem = first_problem(
        lambda: ended(0, status, said),
        lambda: within("to the other region", elsewhere, 6),
        lambda: within("back after the return", recovered, 8),
        lambda: at_most("calls to a slow region", len(asked), 2 * IN_FLIGHT + 6),
        exact(job, faults=True))
    return job, problem, (f"{seconds(elsewhere)} to the other region, back {seconds(recovered)} "
                          f"after its return, {len(asked)} calls that timed out")


@case(thinned=True)
def regions_are_asked_by_order_and_weight():
    job = Fleet("weights", {"acme": provider({
        "us": {"sim": LATENCY, "order": 1, "weight": 1},
        "eu": {"sim": LATENCY, "order": 1, "weight": 3},
        "ap": {"sim": LATENCY, "order": 2, "weight": 9}}, max_in_flight=4)},
        {"m": {"provider": "acme"}}, {"budget": ["m"]})
    job.send(tickets(600))
    status, said = job.run()
    counts = {e: len(job.calls(e)) for e in job.sims}
    share = counts["eu"] / max(1, counts["us"] + counts["eu"])
    problem = first_problem(
        lambda: ended(0, status, said),
        lambda: at_most("calls to the region of the second order", counts["ap"], 0),
        lambda: "" if 0.65 <= share <= 0.85 else f"eu got {share:.0%} instead of 75 %: {counts}",
        exact(job))
    return job, problem, f"calls {counts}"


@case(thinned=False)
def the_second_order_helps_when_all_of_the_first_are_gone():
    job = Fleet("orders", {"acme": provider({
        "us": {"sim": LATENCY, "order": 1}, "eu": {"sim": LATENCY, "order": 1},
        "ap": {"sim": LATENCY, "order": 2}})},
        {"m": {"provider": "acme"}}, {"budget": ["m"]})
    job.send(tickets(600))
    job.sims["us"].kill()
    status, said, script = run_with(job, (2, job.sims["eu"].kill))
    elsewhere = first_after(job.calls("ap"), script.done[0])
    problem = first_problem(
        lambda: ended(0, status, said),
        lambda: within("to the second order", elsewhere, 5),
        lambda: "" if not job.calls("ap", 0, script.done[0] - 0.5) else "ap was asked too early",
        exact(job, faults=True))
    return job, problem, f"{seconds(elsewhere)} to the second order"


# ---- money, keys, models --------------------------------------------------------------------


def money_goes(name, fault):
    job = two_providers(name, 500)
    status, said, script = run_with(job, (2, lambda: job.sims["us"].control(faults=[fault])))
    refused = job.calls("us", script.done[0])
    elsewhere = first_after(job.calls("eu"), script.done[0])
    problem = first_problem(
        lambda: ended(0, status, said),
        lambda: within("to the funded provider", elsewhere, 3),
        lambda: at_most("calls without money", len(refused), IN_FLIGHT),
        exact(job, faults=True))
    return job, problem, f"{len(refused)} calls refused, {seconds(elsewhere)} to the other"


@case(thinned=True)
def money_is_gone_at_one_provider():
    return money_goes("broke", "402")


@case(thinned=False)
def a_quota_is_gone_at_one_provider():
    return money_goes("quota", "429::quota")


@case(thinned=True)
def money_is_gone_everywhere():
    job = two_providers("bankrupt", 500)
    status, said, script = run_with(job, (2, lambda: [s.control(faults=["402"])
                                                      for s in job.sims.values()]))
    refused = sum(len(job.calls(e, script.done[0])) for e in job.sims)
    for sim in job.sims.values():
        sim.control(faults=[])
    problem = first_problem(
        lambda: ended(7, status, said),
        lambda: at_most("calls without money", refused, 2 * IN_FLIGHT),
        exact(job, faults=True, pending=True),
        finishes(job), exact(job, faults=True))
    return job, problem, f"{refused} calls refused, exit 7, done by the next run"


def rotate(job, endpoint, provider_name, key):
    job.write_key(provider_name, key)
    job.sims[endpoint].control(key=key)


@case(thinned=True)
def a_key_is_rotated():
    job = Fleet("rotated", {"acme": provider({"us": LATENCY}, key="first-key")},
                {"m": {"provider": "acme"}}, {"budget": ["m"]})
    job.send(tickets(400))
    status, said, script = run_with(job, (2, lambda: rotate(job, "us", "acme", "second-key")))
    refused = [c for c in job.calls("us") if c["status"] == 401]
    again = first_after(job.calls("us"), script.done[0])
    problem = first_problem(
        lambda: ended(0, status, said),
        lambda: at_most("calls with the old key", len(refused), IN_FLIGHT + 1),
        lambda: within("on with the new key", again, 3),
        exact(job, faults=True))
    return job, problem, f"{len(refused)} calls refused, on {seconds(again)} after"


@case(thinned=True)
def a_key_is_refused_at_one_provider_then_everywhere():
    job = Fleet("refused", {"acme": provider({"us": LATENCY}, key="good-a"),
                            "bank": provider({"eu": LATENCY}, key="good-b")},
                {"a": {"provider": "acme"}, "b": {"provider": "bank"}}, {"budget": ["a", "b"]})
    job.send(tickets(500))
    status, said, script = run_with(
        job, (1.5, lambda: job.sims["us"].control(key="else")),
        (3.5, lambda: job.sims["eu"].control(key="else")))
    refused = {e: sum(1 for c in job.calls(e) if c["status"] == 401) for e in job.sims}
    between = len(job.calls("eu", *script.done))
    for endpoint, key in (("us", "good-a"), ("eu", "good-b")):
        job.sims[endpoint].control(key=key)
    problem = first_problem(
        lambda: ended(77, status, said),
        lambda: "" if between else "the other provider was not asked",
        # Those in flight, and those in flight again after the file was read again.
        lambda: at_most("calls with a refused key", max(refused.values()), 2 * IN_FLIGHT + 1),
        exact(job, faults=True, pending=True),
        finishes(job), exact(job, faults=True))
    return job, problem, f"401s {refused}, exit 77, done by the next run"


def one_provider_two_models(name, count):
    job = Fleet(name, {"acme": provider({"us": (*LATENCY, "--models", "a,b")})},
                {"a": {"provider": "acme"}, "b": {"provider": "acme"}}, {"budget": ["a", "b"]})
    job.send(tickets(count))
    return job


@case(thinned=True)
def a_model_is_gone_then_the_last_one():
    job = one_provider_two_models("no-model", 600)
    us = job.sims["us"]
    status, said, script = run_with(job, (1.5, lambda: us.control(models=["b"])),
                                    (4, lambda: us.control(models=[])))
    gone = [c for c in job.calls("us") if c["status"] == 404]
    on = first_after([c for c in job.calls("us") if c["model"] == "b"], script.done[0])
    us.control(models=["b"])
    problem = first_problem(
        lambda: ended(78, status, said),
        lambda: within("to the next model of the tier", on, 3),
        lambda: at_most("calls to models that are gone", len(gone), 2 * IN_FLIGHT),
        exact(job, faults=True, pending=True),
        finishes(job), exact(job, faults=True))
    return job, problem, f"{len(gone)} calls 404, {seconds(on)} to the next model, exit 78"


@case(thinned=False)
def a_model_is_gone_and_the_next_does_it():
    job = one_provider_two_models("next-model", 300)
    job.sims["us"].control(models=["b"])
    status, said = job.run()
    gone = [c for c in job.calls("us") if c["status"] == 404]
    problem = first_problem(
        lambda: ended(0, status, said),
        lambda: at_most("calls to a model that is gone", len(gone), IN_FLIGHT),
        exact(job, faults=True))
    return job, problem, f"{len(gone)} calls 404"


# ---- everything -----------------------------------------------------------------------------


@case(thinned=False)
def everything_is_gone_for_good():
    job = two_providers("gone", 400, run={"stall_after": "6s"})
    began = []

    def kill_all():
        began.append(time.monotonic())
        for sim in job.sims.values():
            sim.kill()
    status, said, _ = run_with(job, (2, kill_all))
    took = time.monotonic() - began[0]
    for sim in job.sims.values():
        sim.come_back()
    problem = first_problem(
        lambda: ended(69, status, said),
        lambda: "" if 5 <= took <= 15 else f"gave up after {took:.0f} s with stall_after 6 s",
        exact(job, faults=True, pending=True),
        finishes(job), exact(job, faults=True))
    return job, problem, f"exit 69 after {took:.1f} s, done by the next run"


@case(thinned=True)
def everything_is_gone_for_a_moment():
    job = two_providers("moment", 400)

    def every(method):
        return lambda: [getattr(s, method)() for s in job.sims.values()]
    status, said, script = run_with(job, (2, every("kill")), (6, every("come_back")))
    back = script.done[1]
    recovered = min((t for t in (first_after(job.calls(e), back) for e in job.sims)
                     if t is not None), default=None)
    problem = first_problem(
        lambda: ended(0, status, said),
        lambda: within("on after the return", recovered, 6),
        exact(job, faults=True))
    return job, problem, f"on {seconds(recovered)} after the return"


@case(thinned=False)
def errors_of_every_kind_at_both_providers():
    job = two_providers("weather", 600, **PATIENT)
    job.sims["us"].control(faults=["500:15", "429:10:fraction", "reset:5", "missing:10"])
    job.sims["eu"].control(faults=["503:15", "cut:5", "truncate:5", "html:5"])
    status, said = job.run()
    counts = {e: by_status(job.calls(e)) for e in job.sims}
    problem = first_problem(
        lambda: ended(FINISHED, status, said),
        exact(job, faults=True, dead_reasons=["attempts_exhausted", "no_valid_answer"]))
    return job, problem, str(counts)


@case(thinned=False)
def a_region_that_loses_half_of_its_answers_costs_no_ticket():
    """Below the breaker's threshold: each ticket that was lost twice there is served elsewhere."""
    job = two_regions("lossy", 800, sim=LATENCY, **PATIENT)
    job.sims["us"].control(faults=["reset:45"])
    status, said = job.run()
    lost = sum(1 for c in job.calls("us") if c["status"] == 0)
    dead = job.query("SELECT count(*) FROM ticket WHERE state = 2")[0][0]
    problem = first_problem(
        lambda: ended(0, status, said),
        lambda: at_most("dead letters", dead, 0),
        exact(job, faults=True))
    return job, problem, f"{lost} answers lost, {dead} dead letters, eu {len(job.calls('eu'))} calls"
