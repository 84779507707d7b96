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
BATCH = 200       # records added before each run that is to be killed …
LONG_BATCH = 600  # … so many where the kill waits for a Kafka transaction in the middle of the work
TRIES = 4       # runs for one kill, before a failpoint counts as out of reach
FINISHED = (0, 3)
# Slow enough for calls to be in flight and tickets to be open around several Kafka transactions.
SIMULATOR = ("--latency", "200ms,600ms")
IN_FLIGHT = 8

# How often a failpoint is passed depends on what it stands for: once a start, once a Kafka
# transaction, once a call. The n-th pass is drawn from this range.
LATEST = {"in_recovery": 1, "after_fencing": 1, "in_transaction": 3, "before_commit": 3,
          "after_transaction": 2}
# A start has something to recover only after a crash in the middle of the work.
MESS_FIRST = {"in_recovery": ("committed", "before_commit"),
              "after_fencing": ("in_flight", "in_transaction")}


def one_run(job, failpoint, n):
    """True when it was killed there, None when it ended before; else what went wrong."""
    status, said = job.run(failpoint=f"{failpoint}:{n}")
    if status == rig.KILLED:
        return True
    if status in FINISHED:
        return None
    return f"run with {failpoint}:{n} ended with {status}\n{said[-2500:]}"


def kill_at(job, failpoint, dice):
    """One process killed by the failpoint: "" or what went wrong."""
    long = LATEST.get(failpoint, 1) > 1 or failpoint in MESS_FIRST
    for _ in range(TRIES):
        job.produce(LONG_BATCH if long else BATCH)
        if failpoint in MESS_FIRST:
            mess = one_run(job, dice.choice(MESS_FIRST[failpoint]), 2)
            if isinstance(mess, str):
                return mess
        killed = one_run(job, failpoint, dice.randint(1, LATEST.get(failpoint, 8)))
        if killed:
            return killed if isinstance(killed, str) else ""
    return f"{failpoint} was not reached in {TRIES} runs"


def kill_at_random(job, dice):
    """Runs until one was really killed; one that ends before gives no kill, but room for more."""
    for _ in range(TRIES * 4):
        process = job.start()
        time.sleep(dice.uniform(0.02, 5 if rig.SLOW == 1 else 8))
        alive = process.poll() is None
        if alive:
            process.kill()
        status = job.wait(process)
        if status == rig.KILLED:
            return ""
        if status not in FINISHED:
            return f"the run before the kill ended with {status}\n{job.said(process)[-2500:]}"
        job.produce(LONG_BATCH)
    return "no run lived long enough to be killed"


# Kills where a suspect is named: who is hit twice is a dead letter, as it should be.
SUSPECTING = ("decoding", "checking")


def finish(job, tap, name, kills):
    status, said = job.run()
    problem = "" if status in FINISHED else f"the last run ended with {status}\n{said[-2500:]}"
    judged = job.judge(dead_reasons=["crash_suspect"] if name in SUSPECTING else [])
    good = not problem and not judged
    tap.say(f"{name}: {kills} kills, then one run to the end", problem or judged, job.summary)
    return good


def suite(tap, name, rounds, kill):
    job = rig.Rig(f"crash-{name}", 4, sim=SIMULATOR, IN_FLIGHT=IN_FLIGHT)
    dice = random.Random(f"{SEED}/{name}")
    if kill is kill_at_random:
        job.produce(LONG_BATCH)
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
