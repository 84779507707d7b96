"""Budgets: what the provider billed stays below the cap, at any number of calls in flight, against
a provider that bills more than usual, and over kills; the next run goes on where one stopped.

Each case returns its job, a problem ("" = none) and what it measured.
"""

import random
import time
from decimal import Decimal

import rig
from fleet import Fleet, case_of, tickets
from oracle_books import Price
from routing_failover import provider
from start_up import FINISHED, ended, exact, first_problem

CASES = []
case = case_of(CASES)
PRICE = Price(rig.PRICE)
DEAR = ("--bill-percent", "130", "--ignore-cap")
SHAMELESS = ("--bill-percent", "900", "--ignore-cap", "--fault", "long-summary")


def usd(pusd):
    return f"{pusd / 10**12:.6f}"


def bill(job):
    return sum(PRICE.of(w["prompt_tokens"], w["cached_tokens"], w["completion_tokens"])
               for e in job.sims for w in job.billed(e))


def capped(name, in_flight, count, cap, sim=(), pack=5, latency="300ms", **budget):
    job = Fleet(name, {"acme": provider({"us": ("--latency", latency, *sim)},
                                        max_in_flight=in_flight)},
                {"m": {"provider": "acme"}}, {"budget": ["m"]}, packing={"max_tickets": pack},
                budget={"run": cap, **budget})
    job.send(tickets(count, seed=31))
    return job


def caps(job, usd_text, wall="all", **more):
    return [{"wall": wall, "usd": usd_text, **more}]


def what_was_left(job, cap):
    """Cap, bill, and the largest reservation, for people."""
    largest = job.query("SELECT max(reserved_pusd) FROM call")[0][0] or 0
    spent = job.query("SELECT coalesce(sum(cost_pusd), 0) FROM call")[0][0]
    return (f"cap {cap}, billed {usd(bill(job))}, left {usd(int(Decimal(cap) * 10**12) - spent)}, "
            f"a pack at most {usd(largest)}")


def uncapped(job):
    return job.write_config("uncapped.yaml", budget={"run": None})


def stops_and_goes_on(job, cap, **judging):
    """A run to the cap, then one without that finishes the rest."""
    before = time.monotonic()
    status, said = job.run()
    took = time.monotonic() - before
    rest = uncapped(job)
    problem = first_problem(
        lambda: ended(4, status, said),
        exact(job, pending=True, caps=caps(job, cap), reached=True, **judging))
    note = what_was_left(job, cap)
    problem = first_problem(
        lambda: problem,
        lambda: ended(FINISHED, *job.run(config=rest)), exact(job, **judging))
    return job, problem, f"{note}, {took:.0f} s"


@case(thinned=False)
def a_budget_holds_with_one_call_in_flight():
    return stops_and_goes_on(capped("one", 1, 300, "0.003", latency="50ms"), "0.003")


@case(thinned=True)
def a_budget_holds_with_64_calls_in_flight():
    return stops_and_goes_on(capped("many", 64, 1500, "0.02"), "0.02")


@case(thinned=False)
def a_budget_holds_with_1000_calls_in_flight():
    return stops_and_goes_on(capped("thousand", 1000, 6000, "0.2", pack=2, latency="1s"), "0.2")


@case(thinned=True)
def a_budget_holds_against_a_provider_that_bills_130_percent():
    return stops_and_goes_on(capped("dear", 64, 1500, "0.02", DEAR), "0.02", overbills=True)


@case(thinned=False)
def a_budget_holds_against_it_with_one_call_in_flight():
    return stops_and_goes_on(capped("dear-one", 1, 300, "0.003", DEAR, latency="50ms"), "0.003",
                             overbills=True)


@case(thinned=False)
def a_budget_holds_against_it_with_1000_calls_in_flight():
    return stops_and_goes_on(capped("dear-1000", 1000, 6000, "0.2", DEAR, pack=2, latency="1s"),
                             "0.2", overbills=True)


@case(thinned=False)
def bills_above_reservations_pass_the_cap_by_no_more_than_that():
    job = capped("shameless", 64, 1500, "0.05", SHAMELESS)
    status, said = job.run()
    problem = first_problem(
        lambda: ended(4, status, said),
        exact(job, pending=True, overbills=True, summaries=False, caps=caps(job, "0.05")))
    return job, problem, what_was_left(job, "0.05")


def over_kills(name, sim, cap, in_flight, kills, **judging):
    """Killed again and again: the next run continues the killed ones' budget."""
    job = capped(name, in_flight, 4000, cap, sim)
    dice = random.Random(5)
    killed = 0
    status, said = None, ""
    for _ in range(kills + 1):
        process = job.start()
        if killed < kills:
            time.sleep(dice.uniform(0.6, 1.8) * rig.SLOW)
            process.kill()
        status = job.wait(process)
        said = job.said(process)
        if status == 4:
            break
        killed += status == rig.KILLED
    rest = uncapped(job)
    problem = first_problem(
        lambda: "" if killed == kills else f"only {killed} kills before the cap was reached",
        lambda: ended(4, status, said),
        exact(job, pending=True, faults=True, caps=caps(job, cap), reached=True, **judging))
    note = what_was_left(job, cap)
    problem = first_problem(
        lambda: problem,
        lambda: ended(FINISHED, *job.run(config=rest)), exact(job, faults=True, **judging))
    return job, problem, f"{killed} kills, {note}"


@case(thinned=False)
def a_budget_holds_over_ten_kills():
    return over_kills("killed", (), "0.25", 16, 10)


@case(thinned=False)
def a_budget_holds_over_ten_kills_against_a_dear_provider():
    return over_kills("killed-dear", DEAR, "0.25", 16, 10, overbills=True)


@case(thinned=True)
def a_days_budget_holds_over_runs_and_a_kill():
    """A new run has a new run's budget, but the same day's."""
    job = capped("day", 16, 1500, None, day="0.02")
    process = job.start()
    time.sleep(1.5 * rig.SLOW)
    process.kill()
    job.wait(process)
    first = job.run()
    spent = bill(job)
    second = job.run()
    problem = first_problem(
        lambda: ended(4, *first),
        exact(job, pending=True, faults=True, caps=caps(job, "0.02"), reached=True),
        lambda: ended(4, *second),
        lambda: "" if bill(job) == spent else "the second run spent more of a day's budget "
        "that was used up")
    note = what_was_left(job, "0.02")
    problem = first_problem(
        lambda: problem,
        lambda: ended(FINISHED, *job.run(config=job.write_config(
            "month.yaml", budget={"day": None, "month": "5"}))), exact(job, faults=True))
    return job, problem, note


@case(thinned=False)
def a_tiers_budget_sends_its_tickets_elsewhere_or_leaves_them():
    """Premium is capped; its tickets go to `otherwise`, so that the run ends well."""
    job = Fleet("tier-cap", {"alpha": provider({"a1": ("--latency", "100ms")}),
                             "beta": provider({"b1": ("--latency", "100ms")})},
                {"cheap": {"provider": "alpha"}, "dear": {"provider": "beta"}},
                {"premium": ["dear"], "budget": ["cheap"]},
                [{"when": {"field": "/customer/plan", "equals": "paid"}, "tier": "premium",
                  "otherwise": "budget"}, {"tier": "budget"}],
                budget={"tiers": {"premium": "0.005"}})
    job.send(tickets(400, seed=33, customer={"plan": "paid"}))
    job.send(tickets(200, seed=34))
    status, said = job.run()
    cap = [{"wall": "tier", "tier": "premium", "usd": "0.005"}]
    problem = first_problem(
        lambda: ended((0, 4), status, said),
        exact(job, pending=status == 4, caps=cap, reached=True))
    counts = {e: len(job.calls(e)) for e in job.sims}
    return job, problem, f"exit {status}, calls {counts}"


@case(thinned=False)
def a_model_without_a_price_is_passed_over_under_a_budget():
    job = Fleet("unpriced", {"alpha": provider({"a1": ("--latency", "100ms")}),
                             "beta": provider({"b1": ("--latency", "100ms")})},
                {"free": {"provider": "alpha", "price": None}, "dear": {"provider": "beta"}},
                {"budget": ["free", "dear"]}, budget={"run": "1"})
    job.send(tickets(100, seed=35))
    status, said = job.run()
    calls = len(job.calls("a1"))
    return job, first_problem(
        lambda: ended(0, status, said), exact(job, caps=caps(job, "1")),
        lambda: "" if calls == 0 else f"{calls} calls to a model without a price"), "passed over"
