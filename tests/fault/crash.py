#!/usr/bin/env python3
"""kill -9 at every failpoint and at random times, on real Kafka, then one run to the end, then the
oracle. The input has dead letters, tombstones, copies and repeated ids in four partitions.

    crash.py [NAME…]      failpoints, or "random"; all unless named

CRASH_ROUNDS (5) kills at each failpoint, CRASH_RANDOM (20) kills at random times, CRASH_SEED (1).
The counts really reached are printed; a failpoint that was never reached is a failure.
"""

import os
import random
import sys
import time

import rig

ROUNDS = int(os.environ.get("CRASH_ROUNDS", "5"))
RANDOM = int(os.environ.get("CRASH_RANDOM", "20"))
SEED = int(os.environ.get("CRASH_SEED", "1"))
BATCH = 120     # records added before each run that is to be killed
TRIES = 4       # runs for one kill, before a failpoint counts as out of reach
FINISHED = (0, 3)
LATENCY = ("--latency", "40ms,150ms")

# How often a failpoint is passed depends on what it stands for: once a start, once a Kafka
# transaction, once a call. The n-th pass is drawn from this range.
LATEST = {"in_recovery": 1, "after_fencing": 1, "in_transaction": 2, "before_commit": 2,
          "after_transaction": 2}


def kill_at(job, failpoint, dice):
    """One process killed by the failpoint: "" or what went wrong."""
    for _ in range(TRIES):
        n = dice.randint(1, LATEST.get(failpoint, 8))
        job.produce(BATCH)
        status, said = job.run(failpoint=f"{failpoint}:{n}")
        if status == rig.KILLED:
            return ""
        if status not in FINISHED:
            return f"run with {failpoint}:{n} ended with {status}\n{said[-2500:]}"
    return f"{failpoint} was not reached in {TRIES} runs"


def kill_at_random(job, dice):
    job.produce(BATCH)
    process = job.start()
    time.sleep(dice.uniform(0.02, 2.5 * rig.SLOW))
    if process.poll() is None:
        process.kill()
    status = job.wait(process)
    if status == rig.KILLED or status in FINISHED:
        return ""
    return f"the run before the kill ended with {status}\n{job.said(process)[-2500:]}"


def finish(job, tap, name, kills):
    status, said = job.run()
    problem = "" if status in FINISHED else f"the last run ended with {status}\n{said[-2500:]}"
    judged = job.judge()
    good = not problem and not judged
    tap.say(f"{name}: {kills} kills, then one run to the end", problem or judged, job.summary)
    return good


def suite(tap, name, rounds, kill):
    job = rig.Rig(f"crash-{name}", 4, sim=LATENCY, IN_FLIGHT=16)
    dice = random.Random(f"{SEED}/{name}")
    kills, problem = 0, ""
    while kills < rounds and not problem:
        problem = kill(job, dice)
        kills += not problem
    if problem:
        tap.say(f"{name}: kill {kills + 1} of {rounds}", problem)
        job.close(False)
        return
    job.close(finish(job, tap, name, kills))


def main():
    wanted = sys.argv[1:] or rig.failpoints() + ["random"]
    tap = rig.Tap()
    with rig.broker():
        for name in wanted:
            if name == "random":
                suite(tap, name, RANDOM, kill_at_random)
            else:
                suite(tap, name, ROUNDS,
                      lambda job, dice, at=name: kill_at(job, at, dice))
    tap.end()


if __name__ == "__main__":
    main()
