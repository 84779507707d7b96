#!/usr/bin/env python3
"""Every way in which the simulated provider can misbehave, against the whole job.

    provider.py [NAME…]      all unless named

Passing faults strike a share of the calls: the run must still end well and keep every promise.
Lasting ones strike every call: the run must stop with the exit status of their class, lose no
ticket, and after the fault is switched off the next run must finish the work.
"""

import sys

import rig

TICKETS = 200
GAVE_UP = ["attempts_exhausted", "no_valid_answer"]

# name, percent, other settings of the run, reasons that tickets may die for
PASSING = [
    ("429::1", 10), ("429::fraction", 10), ("429::date", 5), ("429::past", 10), ("429::ms", 10),
    ("429::reset", 10), ("429::none", 10),
    ("500", 25), ("503", 25), ("503-retry::1", 10), ("502", 20), ("502::billed", 20),
    ("504::billed", 20), ("408::billed", 20),
    ("hang-billed", 5, {"TIMEOUT": "6s"}), ("hang", 5, {"TIMEOUT": "6s"}),
    ("slow-loris", 5, {"TIMEOUT": "6s"}),
    ("cut", 20), ("reset", 20), ("reset-before", 20), ("keepalive", 30),
    ("truncate", 30), ("missing", 40), ("missing::2", 40), ("extra", 40), ("duplicate", 40),
    ("conflict", 40), ("reorder", 100), ("foreign-id", 40), ("wrong-category", 30),
    ("percent-confidence", 40), ("long-summary", 40), ("prose", 50), ("fence", 50), ("think", 50),
    ("bare-array", 50), ("blank", 25), ("spaces", 25), ("null-content", 25), ("parts", 50),
    ("refusal", 20, {}, ["refused"]), ("filter", 20, {}, ["policy", "refused"]),
    ("policy-400", 20, {}, ["policy"]), ("no-usage", 50), ("bad-usage", 50), ("html", 25),
    ("empty", 25), ("error-200", 25), ("surrogate", 40), ("surrogate::inner", 40), ("nul", 40),
    ("huge-body", 5), ("gzip-bomb", 5), ("oversize-400::2", 100),
]

LASTING = [
    ("401", 77), ("402", 7), ("429::quota", 7), ("403", 69), ("404", 78), ("400", 78),
    ("500", 69), ("429::1", 69), ("429::absurd", 69), ("reset", 69), ("redirect", 78),
]


SPOILT_SUMMARIES = ("long-summary", "surrogate", "nul")


def parts(row):
    row = tuple(row) + ({}, [])[len(row) - 2:]
    name, percent, settings, reasons = row
    fault, _, param = name.partition("::")
    return fault, percent, param, settings, reasons


def patient(job):
    """Retries as many as it takes: what is tried here is the faults, not the retry budget."""
    with open(job.config, "a", encoding="utf-8") as f:
        f.write("retry_budget: {percent: 100, floor: 10_000}\n")


def passing(row):
    fault, percent, param, settings, reasons = parts(row)
    spec = f"{fault}:{percent}" + (f":{param}" if param else "")
    job = rig.Rig("provider", sim=("--fault", spec, "--seed", "7"), **settings)
    patient(job)
    job.produce(TICKETS)
    status, said = job.run(timeout=120)
    if status not in (0, 3):
        return job, f"exit {status}\n{said[-1500:]}"
    return job, job.judge(faults=True, dead_reasons=GAVE_UP + reasons,
                          summaries=fault not in SPOILT_SUMMARIES)


def lasting(fault, param, want):
    spec = f"{fault}:100" + (f":{param}" if param else "")
    job = rig.Rig("provider", sim=("--fault", spec), STALL="12s", TIMEOUT="6s")
    patient(job)
    job.produce(TICKETS)
    status, said = job.run(timeout=120)
    if status != want:
        return job, f"exit {status}, wanted {want}\n{said[-1500:]}"
    calls = job.simulator.ledger()["calls"]
    if calls > 400:
        return job, f"{calls} calls to a provider that answers none"
    job.simulator.control(faults=[])
    status, said = job.run(timeout=120)
    if status not in (0, 3):
        return job, f"after the fault: exit {status}\n{said[-1500:]}"
    return job, job.judge(faults=True, dead_reasons=GAVE_UP)


def main():
    wanted = sys.argv[1:]
    tap = rig.Tap()
    with rig.broker():
        for row in PASSING:
            name = f"{row[0]} at {row[1]} %"
            if not wanted or row[0] in wanted:
                job, problem = passing(row)
                job.close(tap.say(name, problem, getattr(job, "summary", "")))
        for name, want in LASTING:
            if not wanted or name in wanted:
                fault, _, param = name.partition("::")
                job, problem = lasting(fault, param, want)
                job.close(tap.say(f"{name} for good: exit {want}, then done", problem))
    tap.end()


if __name__ == "__main__":
    main()
