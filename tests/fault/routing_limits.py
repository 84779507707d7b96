"""Limits of providers: storms of 429 and what they say about coming back, caps that are known and
caps that are not.

Each case returns its job, a problem ("" = none) and what it measured.
"""

import time

from fleet import Fleet, Script, case_of, first_after, tickets
from routing_failover import at_most, provider, run_with, seconds, within
from start_up import ended, exact, first_problem

CASES = []
case = case_of(CASES)
IN_FLIGHT = 8
FAST = ("--latency", "200ms", "--cached-percent", "0")


def one_endpoint(name, count, sim=FAST, more=None, words=40, **rest):
    job = Fleet(name, {"acme": {**provider({"us": sim}), **(more or {})}},
                {"m": {"provider": "acme"}}, {"budget": ["m"]}, **rest)
    job.send(tickets(count, words=words))
    return job


# ---- Retry-After ----------------------------------------------------------------------------

# form, shortest and longest time without a call after the first 429, in seconds
FORMS = [("2", 1.9, 4.5), ("date", 0.9, 4.5), ("past", 0, 4), ("fraction", 0.45, 4)]
MORE_FORMS = [("3", 2.9, 4.8), ("ms", 0.65, 4), ("reset", 1.1, 4.5), ("none", 0, 4)]
STEP = 5  # seconds from one form to the next


def one_refusal(sim, form, seconds):
    """Refuses until the first call was, then no longer; takes that time in all."""
    over = time.monotonic() + seconds
    sim.control(phase=form, faults=[f"429:100:{form}"])
    deadline = time.monotonic() + 10
    while sim.ledger()["phases"][-1]["throttled"]["count"] == 0 and time.monotonic() < deadline:
        time.sleep(0.01)
    sim.control(faults=[])
    time.sleep(max(0.0, over - time.monotonic()))


def silence(job, begun):
    """Longest pause after the first 429 of that time; calls that came with it do not end it."""
    calls = job.calls("us", begun, begun + STEP - 0.1)
    first = next((c for c in calls if c["status"] == 429), None)
    if first is None:
        return None, 0
    refused = sum(1 for c in calls if c["status"] == 429)
    later = [c["at_us"] for c in calls if c["at_us"] > first["at_us"] + 250_000]
    at = (min(later) - first["at_us"]) / 1e6 if later else float("inf")
    return at, refused


def wait_as_told(name, forms):
    job = one_endpoint(name, 250 * len(forms), more={"max_in_flight": 4})
    us = job.sims["us"]
    steps = [(0, job.await_call)]
    steps += [(0, lambda form=form: one_refusal(us, form, STEP)) for form, _, _ in forms]
    status, said, script = run_with(job, *steps)
    problems, notes = [], []
    for (form, least, most), begun in zip(forms, script.done[1:]):
        at, refused = silence(job, begun)
        notes.append(f"{form} {seconds(at)}")
        if at is None or not least <= at <= most:
            problems.append(f"{form}: next call after {seconds(at)}, {least} to {most} s expected")
        # Without a time to wait some more may ask while the refusing lasts.
        if refused > (4 if least else 12):
            problems.append(f"{form}: {refused} calls were refused")
    problem = first_problem(
        lambda: ended(0, status, said), lambda: "\n".join(problems), exact(job))
    return job, problem, ", ".join(notes)


@case(thinned=True)
def seconds_dates_and_fractions_are_waited_for():
    return wait_as_told("forms", FORMS)


@case(thinned=False)
def other_forms_of_retry_after_are_waited_for():
    return wait_as_told("more-forms", MORE_FORMS)


@case(thinned=True)
def an_absurd_retry_after_parks_the_endpoint():
    job = Fleet("absurd", {"acme": provider({"us": {"sim": FAST, "order": 1},
                                             "eu": {"sim": FAST, "order": 2}})},
                {"m": {"provider": "acme"}}, {"budget": ["m"]})
    job.send(tickets(800))
    us = job.sims["us"]
    status, said, script = run_with(job, (1, lambda: us.control(faults=["429:100:absurd"])))
    refused = job.calls("us", script.done[0])
    elsewhere = first_after(job.calls("eu"), script.done[0])
    problem = first_problem(
        lambda: ended(0, status, said),
        lambda: at_most("calls to a parked endpoint", len(refused), IN_FLIGHT),
        lambda: within("to the other region", elsewhere, 3),
        exact(job))
    return job, problem, f"{len(refused)} calls refused, {seconds(elsewhere)} to the other region"


# ---- storms ---------------------------------------------------------------------------------


def storm(name, **limits):
    """Twelve seconds of a limit far below the demand, without a word about how long to wait."""
    job = one_endpoint(name, 2500)
    us = job.sims["us"]
    off = {k: 0 for k in limits if k.endswith(("limit", "minute"))}
    script = Script((2, lambda: us.control(phase="storm", limit_period_ms=1000,
                                           retry_after="none", **limits)),
                    (14, lambda: us.control(phase="after", **off)))
    process = job.start()
    with script:
        status = job.wait(process, 180)
    said = job.said(process)
    phases = {p["name"]: p for p in us.ledger()["phases"]}
    during, after = phases["storm"], phases["after"]
    recovered = first_after(job.calls("us"), script.done[1])
    ratio = during["throttled"]["count"] / max(1, during["calls"]["count"])
    refused, calls = during["throttled"]["count"], during["calls"]["count"]
    problem = first_problem(
        lambda: ended(0, status, said),
        # Finding the limit takes what was in flight, then some tries; it is never hammered.
        lambda: at_most("calls refused in a storm", refused, IN_FLIGHT + calls * 10 // 100 + 6),
        lambda: "" if after["calls"]["count"] else "the storm outlasted the work",
        lambda: within("on after the storm", recovered, 5),
        exact(job))
    rate = after["answered"]["count"] * 1e6 / max(
        1, after["answered"]["last_us"] - after["answered"]["first_us"])
    return job, problem, (f"{refused} of {calls} refused ({ratio:.1%}), on {seconds(recovered)} "
                          f"after, then {rate:.0f} calls/s")


@case(thinned=False)
def a_storm_over_requests():
    return storm("storm-req", requests_per_minute=600)


@case(thinned=False)
def a_storm_over_tokens():
    return storm("storm-tok", tokens_per_minute=400_000)


@case(thinned=False)
def a_storm_over_concurrency():
    return storm("storm-con", concurrency_limit=2)


# ---- caps -----------------------------------------------------------------------------------


def known_cap(name, count, window, period, sim=(), **limits):
    """A cap that stands in the configuration too: how much of it is used, how much is wasted?"""
    options = [*FAST, "--limit-window", window, "--limit-period", period, *sim]
    for key, value in limits.items():
        options += ["--" + key.replace("_", "-"), str(value)]
    job = one_endpoint(name, count, options, {"max_in_flight": 64, **limits})
    status, said = job.run(timeout=240)
    phase = job.sims["us"].ledger()["phases"][0]
    kind = "tokens" if "tokens_per_minute" in limits else "requests"
    achieved = phase[f"{kind}_percent"]
    refused = 100 * phase["throttled"]["count"] / phase["calls"]["count"]
    took = (phase["calls"]["last_us"] - phase["calls"]["first_us"]) / 1e6
    problem = first_problem(
        lambda: ended(0, status, said),
        lambda: "" if achieved >= 97 else f"{achieved} % of the cap were used, at least 97 % asked",
        lambda: "" if refused <= 1 else f"{refused:.2f} % of the calls were refused",
        exact(job))
    return job, problem, f"{achieved} % of the cap, {refused:.2f} % refused, {took:.0f} s"


@case(thinned=True)
def a_known_cap_on_tokens_is_used():
    return known_cap("cap-tok", 2500, "bucket", "10s", tokens_per_minute=2_400_000)


@case(thinned=False)
def a_known_cap_on_tokens_is_used_for_minutes():
    return known_cap("cap-tok60", 16_000, "sliding", "60s", ("--announce-limits",),
                     tokens_per_minute=2_400_000)


@case(thinned=False)
def a_known_cap_on_tokens_is_used_though_nobody_announces_it():
    return known_cap("cap-quiet", 6000, "fixed", "60s", tokens_per_minute=2_400_000)


@case(thinned=False)
def a_known_cap_on_requests_is_used():
    return known_cap("cap-req", 4000, "bucket", "10s", requests_per_minute=1200)


def unknown_cap(name, calls, announce=False, retry_after="exact", period="1s", window="bucket",
                **limits):
    """A cap of about half of what eight in flight ask for, and nobody told us."""
    options = [*FAST, "--limit-window", window, "--limit-period", period,
               "--retry-after", retry_after]
    for key, value in limits.items():
        options += ["--" + key.replace("_", "-"), str(value)]
    options += ["--announce-limits"] if announce else []
    job = one_endpoint(name, calls * 5, options)
    status, said = job.run(timeout=240)
    phase = job.sims["us"].ledger()["phases"][0]
    took = (phase["calls"]["last_us"] - phase["calls"]["first_us"]) / 1e6
    ideal = ideal_seconds(phase, limits)
    wasted = phase["wasted_percent"]
    problem = first_problem(
        lambda: ended(0, status, said),
        lambda: "" if wasted <= 5 else f"{wasted} % of the calls were wasted, at most 5 % allowed",
        lambda: "" if took <= 1.1 * ideal else f"{took:.1f} s, the ideal is {ideal:.1f} s",
        exact(job))
    return job, problem, f"{wasted} % wasted, {took:.1f} s of ideally {ideal:.1f} s"


def ideal_seconds(phase, limits):
    if "requests_per_minute" in limits:
        return phase["answered"]["count"] * 60 / limits["requests_per_minute"]
    if "tokens_per_minute" in limits:
        return phase["tokens"] * 60 / limits["tokens_per_minute"]
    return phase["answered"]["count"] * 0.2 / limits["concurrency_limit"]


@case(thinned=True)
def an_unknown_cap_on_requests_is_found():
    return unknown_cap("find-req", 400, requests_per_minute=1200)


@case(thinned=False)
def an_unknown_cap_on_requests_is_found_without_retry_after():
    return unknown_cap("find-req0", 1200, retry_after="none", requests_per_minute=1200)


@case(thinned=False)
def an_unknown_cap_on_tokens_is_found():
    return unknown_cap("find-tok", 1200, tokens_per_minute=1_200_000)


@case(thinned=False)
def an_unknown_cap_on_tokens_is_found_in_its_headers():
    return unknown_cap("find-told", 2400, announce=True, period="60s", window="sliding",
                       tokens_per_minute=1_200_000)


@case(thinned=False)
def an_unknown_cap_on_concurrency_is_found():
    return unknown_cap("find-con", 1200, concurrency_limit=4)


@case(thinned=False)
def a_minute_window_is_not_stormed_at_its_start():
    return unknown_cap("find-60", 1600, period="60s", requests_per_minute=1200)
