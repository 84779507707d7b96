#!/usr/bin/env python3
"""Routing, failover, pace, shadow and budget on real Kafka with several simulated providers at
once, judged by the oracle and by what the providers themselves counted.

    routing.py            the thinned set, a few minutes
    routing.py --all      every case
    routing.py CASE…      those cases
    routing.py --list     their names

Times to recover and other figures are printed behind each case.
"""

import subprocess
import sys
import time
import urllib.error

import rig
import routing_budget
import routing_failover
import routing_limits
import routing_shadow
import routing_tiers

MODULES = (routing_failover, routing_limits, routing_tiers, routing_shadow, routing_budget)


def chosen(arguments):
    cases = [c for m in MODULES for c in m.CASES]
    names = [a for a in arguments if not a.startswith("--")]
    unknown = set(names) - {c.__name__ for c in cases}
    if unknown:
        sys.exit(f"no such case: {', '.join(sorted(unknown))}")
    if names:
        return [c for c in cases if c.__name__ in names]
    return cases if "--all" in arguments else [c for c in cases if c.thinned]


def attempt(case, tap):
    began = time.monotonic()
    try:
        job, problem, note = case()
    except (RuntimeError, subprocess.CalledProcessError, urllib.error.URLError, OSError,
            ValueError, KeyError, IndexError) as error:
        tap.say(case.__name__, f"{type(error).__name__}: {error}")
        return
    note = f"{note}; {time.monotonic() - began:.0f} s in all"
    job.close(tap.say(case.__name__, problem, note))


def main():
    cases = chosen(sys.argv[1:])
    if "--list" in sys.argv[1:]:
        print("\n".join(f"{'  ' if c.thinned else '- '}{c.__name__}" for c in cases))
        return
    tap = rig.Tap()
    with rig.broker():
        for case in cases:
            attempt(case, tap)
    tap.end()


if __name__ == "__main__":
    main()
