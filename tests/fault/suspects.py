#!/usr/bin/env python3
"""A ticket that kills the process: asked alone after the first time, a dead letter after the second,
its neighbours untouched.

    suspects.py [CASE…]      all cases unless named
"""

import sqlite3

import rig
from start_up import FINISHED, ended, first_problem

CASES = []


def case(function):
    CASES.append(function)
    return function


def ask(job, sql):
    db = sqlite3.connect(f"file:{job.ledger}?mode=ro", uri=True)
    try:
        return db.execute(sql).fetchall()
    finally:
        db.close()


def killed(job, failpoint):
    return lambda: ended(rig.KILLED, *job.run(failpoint=failpoint))


def finishes(job):
    return lambda: ended(FINISHED, *job.run())


def buried(job):
    """(offset, reason) of every dead letter in the ledger's order."""
    job.save("dead", "consume", job.dead)
    out = []
    for letter in rig.ktool_lines("consume", job.dead):
        headers = {h["name"]: h.get("value") for h in letter["headers"]}
        out.append((int(headers["__connect.errors.offset"]), headers["ticketmill-reason"]))
    return sorted(out)


def expect_dead(job, want):
    return lambda: "" if buried(job) == want else f"dead letters {buried(job)}, expected {want}"


def judged(job, **case):
    return lambda: job.judge(dead_reasons=["crash_suspect"], **case)


@case
def a_ticket_whose_reading_kills_twice_is_dead_and_its_neighbours_are_answered():
    job = rig.Rig("decoding", 1)
    job.produce(30, "clean")
    return job, first_problem(
        killed(job, "decoding:7"), killed(job, "decoding:7"), finishes(job),
        expect_dead(job, [(6, "crash_suspect")]), judged(job))


@case
def a_ticket_whose_reading_kills_once_gets_its_result():
    job = rig.Rig("decoding-once", 1)
    job.produce(30, "clean")
    return job, first_problem(
        killed(job, "decoding:7"), finishes(job), expect_dead(job, []), judged(job),
        lambda: "" if calls_with(job, [6]) == {1} else f"asked in packs of {calls_with(job, [6])}")


def calls_with(job, offsets):
    """Sizes of the packs by which these tickets got their answers."""
    places = ", ".join(map(str, offsets))
    return {n for n, in ask(job, "SELECT c.tickets FROM call c JOIN share s USING (call) WHERE "
                                 f"c.state = 1 AND s.offset IN ({places})")}


def in_the_killed_pack(job):
    return [o for o, in ask(job, "SELECT s.offset FROM call c JOIN share s USING (call) WHERE "
                                 "c.state = 3")]


@case
def a_pack_whose_answer_kills_goes_alone_next_time():
    job = rig.Rig("checking", 1, sim=("--latency", "50ms,300ms"))
    job.produce(30, "clean")
    steps = first_problem(killed(job, "checking:1"), finishes(job), expect_dead(job, []),
                          judged(job))
    if steps:
        return job, steps
    suspects = [o for o, in ask(job, "SELECT offset FROM suspect")]
    if not 1 < len(suspects) <= 5:
        return job, f"suspects {suspects}"
    sizes = calls_with(job, suspects)
    return job, "" if sizes == {1} else f"suspects {suspects} were asked in packs of {sizes}"


@case
def of_a_pack_whose_answer_kills_twice_one_ticket_dies():
    job = rig.Rig("checking-twice", 1, sim=("--latency", "50ms,300ms"), IN_FLIGHT=1)
    job.produce(30, "clean")
    steps = first_problem(killed(job, "checking:1"), killed(job, "checking:1"), finishes(job),
                          judged(job))
    if steps:
        return job, steps
    dead = buried(job)
    return job, "" if len(dead) <= 1 and all(r == "crash_suspect" for _, r in dead) \
        else f"dead letters {dead}"


if __name__ == "__main__":
    rig.run_cases(CASES)
