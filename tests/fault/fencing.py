#!/usr/bin/env python3
"""Two at once: started together, a sleeper woken after its successor, with one ledger and with a
copy of it. One of them does the job, the other leaves with 73, and no reader sees a record twice.

    fencing.py [CASE…]       all cases unless named
FENCING_STARTS (6) pairs are started at offsets from 0 to 1 s.
"""

import os
import shutil
import signal
import time

import rig
from start_up import FINISHED, ended, slow_job

STARTS = int(os.environ.get("FENCING_STARTS", "6"))
CASES = []


def case(function):
    CASES.append(function)
    return function


def wait_until_stopped(process, timeout=120):
    """By its own failpoint: SIGSTOP."""
    deadline = time.monotonic() + timeout * rig.SLOW
    while time.monotonic() < deadline:
        if process.poll() is not None:
            return f"it ended with {process.returncode} before it stopped"
        with open(f"/proc/{process.pid}/stat", encoding="ascii") as f:
            if f.read().rpartition(")")[2].split()[0] == "T":
                return ""
        time.sleep(0.02)
    return "it never stopped"


def copy_files(job, to):
    """The ledger's files as they lie there while its owner sleeps, without its lock."""
    for suffix in ("", "-wal", "-crumb", ".crumb"):
        if os.path.exists(job.ledger + suffix):
            shutil.copy(job.ledger + suffix, to + suffix)


@case
def of_two_started_with_one_ledger_one_leaves_with_73():
    job = slow_job("pair")
    for i in range(STARTS):
        job.produce(40)
        first = job.start()
        time.sleep(i / max(STARTS - 1, 1))
        second = job.start()
        statuses = sorted((job.wait(first), job.wait(second)))
        said = job.said(first)[-1200:] + job.said(second)[-1200:]
        # The second may also come when the first is done already: then it has nothing to do.
        if statuses[0] not in FINISHED or statuses[1] not in (*FINISHED, 73):
            return job, f"start {i}: exits {statuses}\n{said}"
        if i == 0 and 73 not in statuses:
            return job, f"started at the same moment, exits {statuses}\n{said}"
    return job, job.judge()


def sleeper(name, failpoint):
    job = slow_job(name)
    job.produce(300)
    process = job.start(failpoint=failpoint)
    problem = wait_until_stopped(process)
    if problem:
        process.kill()
        process.wait()
    return job, process, problem


def wake(job, process):
    process.send_signal(signal.SIGCONT)
    return job.wait(process)


def overtaken_with_a_copy(name, failpoint, expected=73):
    """The sleeper's ledger is copied, the successor works with the copy to the end, then the
    sleeper wakes: fenced, no duplicate, offsets where the successor left them."""
    job, process, problem = sleeper(name, failpoint)
    if problem:
        return job, problem + "\n" + job.said(process)[-2000:]
    copy = os.path.join(job.folder, "copy.db")
    copy_files(job, copy)
    status, said = job.run(config=job.write_config("copy.yaml", LEDGER=copy))
    problem = ended(FINISHED, status, said)
    before = job.committed()
    woken = wake(job, process)
    if problem:
        return job, problem
    if job.committed() != before:
        return job, f"the woken one moved offsets from {before} to {job.committed()}"
    job.ledger = copy
    # Calls that the sleeper still makes before it notices are in its own ledger only.
    problem = job.judge(books="part")
    return job, problem or ended(expected, woken, job.said(process))


@case
def a_sleeper_in_the_middle_of_a_transaction_is_fenced_by_a_copy():
    return overtaken_with_a_copy("zombie-mid", "in_transaction:3:stop")


@case
def a_sleeper_before_the_commit_is_fenced_by_a_copy():
    return overtaken_with_a_copy("zombie-commit", "before_commit:3:stop")


@case
def a_sleeper_after_its_transaction_is_fenced_by_a_copy():
    return overtaken_with_a_copy("zombie-after", "after_transaction:2:stop")


@case
def a_sleeper_between_fencing_and_its_first_transaction_is_fenced_by_a_copy():
    # It has not looked at the offsets again yet: when it does, its ledger is behind them.
    return overtaken_with_a_copy("zombie-start", "after_fencing:1:stop", (65, 73))


@case
def a_sleeper_with_the_ledger_in_hand_keeps_others_out_and_ends_its_work():
    job, process, problem = sleeper("holder", "in_transaction:3:stop")
    if problem:
        return job, problem
    status, said = job.run()
    problem = ended(73, status, said)
    woken = wake(job, process)
    return job, problem or ended(FINISHED, woken, job.said(process)) or job.judge()


@case
def a_killed_one_leaves_its_transaction_to_its_successor():
    job = slow_job("hanging")
    job.produce(300)
    status, said = job.run(failpoint="before_commit:3")
    if status != rig.KILLED:
        return job, f"exit {status}, expected to be killed\n{said[-2000:]}"
    began = time.monotonic()
    problem = ended(FINISHED, *job.run())
    took = time.monotonic() - began
    if not problem and took > 60 * rig.SLOW:
        problem = f"the successor took {took:.0f} s, as long as a transaction's timeout"
    return job, problem or job.judge()


if __name__ == "__main__":
    rig.run_cases(CASES)
