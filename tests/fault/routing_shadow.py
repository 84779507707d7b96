"""Models that are compared: mirror and replace, the guard on packed tickets, escalation.

Each case returns its job, a problem ("" = none) and what it measured.
"""

import json
import os
import time

from fleet import Fleet, case_of, tickets
from oracle_books import ESCALATE, GUARD, SHADOW
from routing_failover import at_most, provider
from start_up import FINISHED, ended, exact, first_problem

CASES = []
case = case_of(CASES)
FAST = ("--latency", "100ms", "--cached-percent", "0")
MIRROR = {"from": "premium", "to": "budget", "percent": 10, "mode": "mirror"}
OWN = ("run_id", "call_id", "ledger_id", "classified_at")  # of every run and call


def two_tiers(name, records, shadow, cheap=FAST, dear=FAST, pack=5, **rest):
    """Everything goes to premium (dear at beta); budget (cheap at alpha) is what is compared."""
    job = Fleet(name, {"alpha": provider({"a1": cheap}), "beta": provider({"b1": dear})},
                {"cheap": {"provider": "alpha"}, "dear": {"provider": "beta"}},
                {"premium": ["dear"], "budget": ["cheap"]}, [{"tier": "premium"}],
                shadow=shadow, packing={"max_tickets": pack}, **rest)
    job.send(records)
    return job


def comparable(job, without=()):
    """Published records by ticket id, byte for byte but for what is each run's own: ids, times,
    the topic, and where in it a ticket stands."""
    out = {}
    with open(os.path.join(job.folder, "results.jsonl"), encoding="utf-8") as f:
        for line in map(json.loads, f):
            value = json.loads(line["value"]) if isinstance(line["value"], str) else line["value"]
            for name in (*OWN, "seq", *without):
                value.pop(name, None)
            value.pop("source")
            key = value["ticket_id"]
            headers = [h for h in line.get("headers", []) if not h["name"].startswith("ticketmill")]
            out[key] = json.dumps([line.get("key"), headers, value], sort_keys=False)
    return out


def compared_ids(job, purpose=SHADOW):
    rows = job.query("SELECT DISTINCT t.ticket_id FROM share s JOIN call c USING (call) JOIN ticket t"
                     " USING (source, partition, offset) WHERE c.purpose = ?", purpose)
    return {r[0] for r in rows}


def reported(job, figures, count):
    """The report's pairs and agreements against the ledger's rows."""
    agreed = job.query("SELECT coalesce(sum(category = primary_category), 0) FROM comparison")[0][0]
    if (figures["pairs"], figures["agree"]) != (count, agreed):
        return f"the report has {figures['agree']} of {figures['pairs']}, expected {agreed} of {count}"
    return ""


def difference(one, other):
    if one.keys() != other.keys():
        return f"{len(one.keys() ^ other.keys())} tickets are in one of the two only"
    different = [k for k in one if one[k] != other[k]]
    if different:
        k = different[0]
        return f"{len(different)} results differ, as {k}:\n{one[k]}\n{other[k]}"
    return ""


def baseline(records, pack, without=()):
    job = two_tiers("plain", records, None, pack=pack)
    began = time.monotonic()
    status, said = job.run()
    took = time.monotonic() - began
    problem = first_problem(lambda: ended(0, status, said), exact(job))
    if problem:
        raise RuntimeError("without a mirror: " + problem)
    results = comparable(job, without)
    job.close()
    return results, took


def mirrored(name, records, plain, took, without=(), pack=1, slack=3.0, **more):
    """The same with a mirror; returns job, problem and tickets compared."""
    job = two_tiers(name, records, MIRROR, pack=pack, **more)
    began = time.monotonic()
    status, said = job.run()
    longer = time.monotonic() - began - took
    return job, first_problem(
        lambda: ended(0, status, said),
        exact(job, faults=name != "mirror"),
        lambda: difference(plain, comparable(job, without)),
        lambda: "" if longer <= slack else f"it took {longer:.1f} s longer than without a mirror")


def sampled(count, percent, total):
    """Within three and a half standard deviations of its share?"""
    want = total * percent / 100
    spread = 3.5 * (want * (1 - percent / 100)) ** 0.5
    return "" if abs(count - want) <= spread else \
        f"{count} of {total} tickets were compared instead of {want:.0f} ± {spread:.0f}"


@case(thinned=True)
def a_mirror_changes_nothing_that_is_published():
    """One ticket a call, so that costs do not depend on who shares a pack with whom."""
    records = tickets(400, seed=21)
    plain, took = baseline(records, 1)
    job, problem = mirrored("mirror", records, plain, took, dear=FAST,
                            cheap=(*FAST, "--disagree", "20"))
    ids = compared_ids(job) if not problem else set()
    problem = first_problem(
        lambda: problem, lambda: sampled(len(ids), 10, len(records)),
        lambda: reported(job, job.report()["shadow"]["tiers"][0], len(ids)))
    return job, problem, f"{len(ids)} of {len(records)} compared, results byte for byte the same"


@case(thinned=False)
def a_mirror_of_packs_changes_no_verdict_and_chooses_the_same_again():
    records = tickets(2000, seed=22)
    packs = ("cost_usd", "cost_pusd", "tokens")
    plain, took = baseline(records, 10, packs)
    job, problem = mirrored("mirror", records, plain, took, packs, pack=10)
    ids = compared_ids(job) if not problem else set()
    again, second = mirrored("mirror", list(reversed(records)), plain, took, packs, pack=10)
    others = compared_ids(again) if not second else set()
    again.close(not second)
    problem = first_problem(
        lambda: problem, lambda: second, lambda: sampled(len(ids), 10, len(records)),
        lambda: "" if ids == others else f"{len(ids ^ others)} tickets were chosen only once")
    return job, problem, f"{len(ids)} of {len(records)} compared, the same ones on the second run"


BROKEN = [("down", None), ("500", "500"), ("slow", "hang"), ("prose", "html"),
          ("throttled", "429:100:absurd"), ("broke", "402"), ("forbidden", "403"),
          ("refused", "401"), ("unknown", "404"), ("cut", "cut"), ("empty", "blank")]


def broken_mirror(name, fault, records, plain, took):
    cheap = FAST if fault is None else (*FAST, "--fault", fault)
    job = two_tiers(name, records, MIRROR, cheap=cheap, pack=1)
    if fault is None:
        job.sims["a1"].kill()
    began = time.monotonic()
    status, said = job.run()
    longer = time.monotonic() - began - took
    calls = 0 if fault is None else len(job.calls("a1"))
    problem = first_problem(
        lambda: ended(0, status, said),
        exact(job, faults=True),
        lambda: difference(plain, comparable(job)),
        lambda: "" if longer <= 3 else f"it took {longer:.1f} s longer than without a mirror")
    return job, problem, f"{name} {longer:+.1f} s, {calls} calls"


@case(thinned=True)
def a_broken_mirror_delays_and_fails_nothing():
    records = tickets(300, seed=23)
    plain, took = baseline(records, 1)
    return all_broken([BROKEN[0], BROKEN[2]], records, plain, took)


@case(thinned=False)
def a_mirror_broken_in_any_way_delays_and_fails_nothing():
    records = tickets(300, seed=24)
    plain, took = baseline(records, 1)
    return all_broken(BROKEN, records, plain, took)


def all_broken(kinds, records, plain, took):
    job, problems, notes = None, [], []
    for name, fault in kinds:
        if job:
            job.close(not problems)
        job, problem, note = broken_mirror(name, fault, records, plain, took)
        notes.append(note)
        if problem:
            problems.append(f"{name}: {problem}")
    return job, "\n".join(problems), "; ".join(notes)


@case(thinned=True)
def a_mirror_has_a_budget_of_its_own():
    records = tickets(800, seed=25)
    job = two_tiers("shadow-cap", records, {**MIRROR, "percent": 100}, budget={"shadow": "0.004"})
    status, said = job.run()
    problem = first_problem(
        lambda: ended(0, status, said),
        exact(job, caps=[{"wall": "shadow", "usd": "0.004"}]))
    calls = len(job.calls("a1"))
    return job, problem or at_most("comparing calls", calls, 300), f"{calls} comparing calls"


@case(thinned=True)
def a_share_is_answered_by_the_other_tier_in_its_place():
    records = tickets(1000, seed=26)
    job = two_tiers("replace", records, {**MIRROR, "mode": "replace"})
    status, said = job.run()
    problem = first_problem(lambda: ended(0, status, said), exact(job))
    replaced = [k for k, v in job.published().items() if v["tier"] == "budget"] \
        if not problem else []
    problem = first_problem(lambda: problem, lambda: sampled(len(replaced), 10, len(records)),
                            lambda: at_most("comparing calls", len(compared_ids(job)), 0))
    return job, problem, f"{len(replaced)} of {len(records)} answered by the other tier"


# ---- guard and escalation -------------------------------------------------------------------


@case(thinned=True)
def the_guard_asks_some_packed_tickets_again_alone():
    records = tickets(800, seed=27)
    job = Fleet("guard", {"alpha": provider({"a1": FAST})}, {"cheap": {"provider": "alpha"}},
                {"budget": ["cheap"]}, guard={"percent": 10})
    job.send(records)
    status, said = job.run()
    ids = compared_ids(job, GUARD)
    sizes = {r[0] for r in job.query("SELECT DISTINCT tickets FROM call WHERE purpose = ?", GUARD)}
    agreed = job.query("SELECT count(*), sum(category = primary_category) FROM comparison")[0]
    problem = first_problem(
        lambda: ended(0, status, said), exact(job),
        lambda: sampled(len(ids), 10, len(records)),
        lambda: "" if sizes == {1} else f"guard calls with {sizes} tickets",
        lambda: "" if agreed[0] == agreed[1] == len(ids) else
        f"{agreed} compared and agreed of {len(ids)}, with a model that never wavers",
        lambda: reported(job, job.report()["guard"], len(ids)))
    return job, problem, f"{len(ids)} of {len(records)} asked again alone"


def escalating(name, records, *dear):
    """A fifth of the cheap tier's answers is unsure; `dear`: what the next tier's provider does."""
    job = Fleet(name, {"alpha": provider({"a1": (*FAST, "--unsure", "20")}),
                       "beta": provider({"b1": (*FAST, *dear)})},
                {"cheap": {"provider": "alpha"}, "dear": {"provider": "beta"}},
                {"budget": ["cheap"], "premium": ["dear"]},
                [{"tier": "budget", "escalate": "premium"}],
                classification={"escalate_below": 0.5, "review_below": 0.3})
    job.send(records)
    return job


@case(thinned=True)
def a_low_confidence_is_asked_again_in_the_next_tier():
    records = tickets(600, seed=28)
    job = escalating("escalate", records, "--disagree", "50")
    status, said = job.run()
    problem = first_problem(lambda: ended(0, status, said), exact(job, unsure=True))
    up = [v for v in job.published().values() if v["tier"] == "premium"] if not problem else []
    low = [v for v in job.published().values() if v["confidence"] < 0.5] if not problem else []
    asked = len(compared_ids(job, ESCALATE))
    problem = first_problem(
        lambda: problem, lambda: sampled(len(up), 20, len(records)),
        lambda: at_most("results below the threshold", len(low), 0),
        lambda: "" if asked == len(up) else f"{asked} asked again, {len(up)} answered there")
    return job, problem, f"{len(up)} of {len(records)} answered by the next tier"


@case(thinned=False)
def escalation_to_a_broken_tier_publishes_what_there_is():
    records = tickets(300, seed=29)
    job = escalating("escalate-none", records, "--fault", "402")
    status, said = job.run()
    problem = first_problem(lambda: ended(FINISHED, status, said),
                            exact(job, unsure=True, faults=True))
    low = [v for v in job.published().values() if v["confidence"] < 0.5] if not problem else []
    return job, problem or sampled(len(low), 20, len(records)), f"{len(low)} kept what there was"
